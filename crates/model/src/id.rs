//! Typed identifiers: swapped arguments do not compile.

use serde::{Deserialize, Serialize};

use crate::Invalid;

/// Letters that a minted identifier is made of.
const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// `length` characters of `[a-z0-9]` drawn from `entropy` (one byte each).
///
/// 256 is not a multiple of 36, so the first four letters are drawn slightly more often; identifiers are names, not
/// secrets, and uniqueness is checked by whoever mints them.
fn draw<const N: usize>(entropy: [u8; N]) -> String {
    entropy.iter().map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()])).collect()
}

fn check(field: &'static str, raw: &str) -> Result<(), Invalid> {
    if raw.is_empty() || raw.len() > 128 {
        return Err(Invalid::new(field, format!("is {} bytes long; 1 to 128 are allowed", raw.len())));
    }
    match raw.bytes().find(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))) {
        Some(_) => Err(Invalid::new(field, "holds a character other than letters, digits, `-` and `_`")),
        None => Ok(()),
    }
}

macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident, $field:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Invalid;

            fn try_from(raw: String) -> Result<Self, Invalid> {
                check($field, &raw)?;
                Ok(Self(raw))
            }
        }

        impl TryFrom<&str> for $name {
            type Error = Invalid;

            fn try_from(raw: &str) -> Result<Self, Invalid> {
                Self::try_from(raw.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    )*};
}

identifiers! {
    /// A service: minted as `service-` and 8 of `[a-z0-9]`.
    ServiceId, "service id";
    /// An API: minted as `api-` and 8 of `[a-z0-9]`.
    ApiId, "api id";
    /// A usage plan: minted as `usagePlan-` and 8 of `[a-z0-9]`.
    UsagePlanId, "usage plan id";
    /// An upstream: minted as `upstream-` and 8 of `[a-z0-9]`.
    UpstreamId, "upstream id";
    /// An IP strategy: minted as `IPStrategy-` and 8 of `[a-z0-9]`.
    IpStrategyId, "IP strategy id";
    /// A plugin: minted as `plugin-` and 8 of `[a-z0-9]`.
    PluginId, "plugin id";
    /// An application: minted as `app-` and 8 of `[a-z0-9]`.
    ApplicationId, "application id";
    /// A document of APIs: minted as `apidoc-` and 8 of `[a-z0-9]`.
    ApiDocumentId, "API document id";
    /// The public half of a key pair: minted as `AKID`, for applications as `APID`, and 36 letters
    /// and digits, or chosen by the operator.
    AccessKeyId, "access key id";
    /// One release of a service, named by its time and a random part.
    VersionName, "version name";
    /// An environment that a service is released to: `test`, `prepub` or `release`.
    EnvironmentName, "environment name";
    /// A certificate: minted as 8 of `[a-z0-9]`, or chosen by the operator.
    CertificateId, "certificate id";
    /// A person or program that manages the gateway.
    OperatorId, "operator id";
}

impl ServiceId {
    /// A new identifier from eight random bytes.
    pub fn mint(entropy: [u8; 8]) -> Self {
        Self(format!("service-{}", draw(entropy)))
    }
}

impl ApiId {
    /// A new identifier from eight random bytes.
    pub fn mint(entropy: [u8; 8]) -> Self {
        Self(format!("api-{}", draw(entropy)))
    }
}

impl UsagePlanId {
    /// A new identifier from eight random bytes.
    pub fn mint(entropy: [u8; 8]) -> Self {
        Self(format!("usagePlan-{}", draw(entropy)))
    }
}

impl UpstreamId {
    /// A new identifier from eight random bytes.
    pub fn mint(entropy: [u8; 8]) -> Self {
        Self(format!("upstream-{}", draw(entropy)))
    }
}

impl ApiDocumentId {
    /// A new identifier from eight random bytes.
    pub fn mint(entropy: [u8; 8]) -> Self {
        Self(format!("apidoc-{}", draw(entropy)))
    }
}

impl IpStrategyId {
    /// A new identifier from eight random bytes.
    pub fn mint(entropy: [u8; 8]) -> Self {
        Self(format!("IPStrategy-{}", draw(entropy)))
    }
}

impl PluginId {
    /// A new identifier from eight random bytes.
    pub fn mint(entropy: [u8; 8]) -> Self {
        Self(format!("plugin-{}", draw(entropy)))
    }
}

impl ApplicationId {
    /// A new identifier from eight random bytes.
    pub fn mint(entropy: [u8; 8]) -> Self {
        Self(format!("app-{}", draw(entropy)))
    }
}

impl AccessKeyId {
    /// A new identifier from 36 random bytes.
    pub fn mint(entropy: [u8; 36]) -> Self {
        Self(format!("AKID{}", draw(entropy)))
    }

    /// A new identifier of an application's pair from 36 random bytes.
    pub fn mint_for_application(entropy: [u8; 36]) -> Self {
        Self(format!("APID{}", draw(entropy)))
    }
}

impl CertificateId {
    /// A new identifier from eight random bytes.
    pub fn mint(entropy: [u8; 8]) -> Self {
        Self(draw(entropy))
    }

    /// The certificate that is shown where no domain has one of its own.
    pub fn default_certificate() -> Self {
        Self("default".to_owned())
    }
}

impl OperatorId {
    /// A new identifier from eight random bytes.
    pub fn mint(entropy: [u8; 8]) -> Self {
        Self(format!("operator-{}", draw(entropy)))
    }
}

impl EnvironmentName {
    /// The three environments of a service, in the order in which a change travels.
    pub const NAMES: [&'static str; 3] = ["test", "prepub", "release"];

    /// All three environments, in the order of [`Self::NAMES`].
    pub fn all() -> [Self; 3] {
        Self::NAMES.map(|name| Self(name.to_owned()))
    }

    /// The environment that answers when a call names none.
    pub fn release() -> Self {
        Self("release".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minted_identifiers_have_their_documented_form() {
        assert_eq!(ServiceId::mint([0, 1, 25, 26, 35, 36, 71, 255]).as_str(), "service-abz09a9d");
        assert!(UsagePlanId::mint([7; 8]).as_str().starts_with("usagePlan-"));
        assert_eq!(AccessKeyId::mint([3; 36]).as_str().len(), 40);
    }

    #[test]
    fn a_foreign_character_is_refused_with_the_fields_name() {
        let refused = ApiId::try_from("api 1").unwrap_err();
        assert_eq!(refused.field, "api id");
    }
}
