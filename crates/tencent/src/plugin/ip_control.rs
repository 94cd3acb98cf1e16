//! `IPControl`: who may call, by address (spec: IPControl).

use std::collections::BTreeMap;

use model::{AddressAccess, AddressList, IpStrategyKind};
use serde::{Deserialize, Serialize};

use super::data::unfit;
use crate::code::Code;
use crate::field;
use crate::refusal::Fault;

const TYPES: [(&str, IpStrategyKind); 2] =
    [("white_list", IpStrategyKind::White), ("black_list", IpStrategyKind::Black)];

/// Longest note of an address, in characters; the vendor says none.
const LONGEST_NOTE: usize = 200;

/// The data as they stand in the text.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IpControl {
    #[serde(rename = "type")]
    kind: String,
    blocks: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    descriptions: Option<BTreeMap<String, String>>,
}

impl IpControl {
    pub(super) fn into_model(self) -> Result<AddressAccess, Fault> {
        let says = field::option(Code::InvalidPluginConfig, "PluginData.type", &self.kind, &TYPES)?;
        let addresses = AddressList::try_from(self.blocks)
            .map_err(|invalid| Fault::invalid(Code::InvalidIpAddress, "PluginData.blocks", &invalid))?;
        let notes = self.descriptions.unwrap_or_default();
        if notes.len() > AddressList::MOST {
            let reason = format!("has {} entries; at most {} are allowed", notes.len(), AddressList::MOST);
            return Err(unfit("descriptions", reason));
        }
        for (entry, note) in &notes {
            if entry.len() > LONGEST_NOTE || note.chars().count() > LONGEST_NOTE {
                return Err(unfit("descriptions", format!("an entry is longer than {LONGEST_NOTE} characters")));
            }
        }
        Ok(AddressAccess { says, addresses, notes })
    }
}

impl From<&AddressAccess> for IpControl {
    fn from(data: &AddressAccess) -> Self {
        let word = TYPES.iter().find(|(_, says)| *says == data.says).map_or("", |(word, _)| word);
        Self {
            kind: word.to_owned(),
            blocks: data.addresses.as_str().to_owned(),
            descriptions: (!data.notes.is_empty()).then(|| data.notes.clone()),
        }
    }
}
