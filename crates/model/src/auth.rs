//! How the callers of an API prove who they are.

use serde::{Deserialize, Serialize};

/// An API's authentication method: a closed set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// Nobody is asked; a signed call is still counted against its key's usage plan.
    None,
    /// A key pair bound to a usage plan signs each call with HMAC.
    KeyPair,
    /// An application that is bound to the API signs each call with HMAC, over its parameters too.
    Application,
    /// A token that an authorization API gave.
    Oauth,
}
