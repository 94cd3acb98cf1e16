//! Who may call, by address.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{AddressList, IpStrategyKind};

/// A list of addresses that decides who may call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressAccess {
    /// What the list says.
    pub says: IpStrategyKind,
    /// The list.
    pub addresses: AddressList,
    /// What operators note of its entries, by entry; kept only to be told back.
    #[serde(default)]
    pub notes: BTreeMap<String, String>,
}
