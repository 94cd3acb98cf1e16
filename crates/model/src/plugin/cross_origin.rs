//! Which pages of other sites may call, and how.

use serde::{Deserialize, Serialize};

use crate::{Invalid, Method};

/// What browsers are told of calls from pages of other sites. It stands in place of what the API's definition says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrossOrigin {
    /// The sites.
    pub origins: AnyOr<SiteOrigin>,
    /// The methods that a page may use.
    pub methods: Vec<Method>,
    /// The headers that a page may send; an empty list is none.
    pub allow_headers: AnyOr<FieldName>,
    /// The headers of the answer that a page may read; an empty list is none.
    pub expose_headers: AnyOr<FieldName>,
    /// A page may send what the browser knows of its user.
    pub credentials: bool,
    /// How long a browser may rely on the answer, in seconds; more than 0.
    pub max_age: u32,
}

/// Whatever there is, or what is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum AnyOr<T> {
    Any,
    Listed(Vec<T>),
}

/// Where a page comes from: `http` or `https`, a host, and a port where it is not the scheme's own; in lower case, as
/// browsers tell it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SiteOrigin(String);

impl SiteOrigin {
    /// The origin as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SiteOrigin {
    type Error = Invalid;

    fn try_from(raw: String) -> Result<Self, Invalid> {
        let refuse = |reason: &str| {
            let shown: String = raw.chars().take(64).collect();
            Err(Invalid::new("origin", format!("`{}` {reason}", shown.escape_debug())))
        };
        let lower = raw.to_ascii_lowercase();
        let Some(authority) = lower.strip_prefix("http://").or_else(|| lower.strip_prefix("https://")) else {
            return refuse("does not begin with http:// or https://");
        };
        let is_host = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':' | b'[' | b']');
        if authority.is_empty() || authority.len() > 255 || !authority.bytes().all(is_host) {
            return refuse("is no scheme and host; a port may follow, and nothing else");
        }
        Ok(Self(lower))
    }
}

impl From<SiteOrigin> for String {
    fn from(origin: SiteOrigin) -> Self {
        origin.0
    }
}

/// The name of a header, as it was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FieldName(String);

impl FieldName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for FieldName {
    type Error = Invalid;

    /// A token of at most 128 characters (RFC 9110, 5.6.2).
    fn try_from(raw: String) -> Result<Self, Invalid> {
        let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if raw.is_empty() || raw.len() > 128 || !raw.bytes().all(is_token) {
            return Err(Invalid::new("header name", "is no name of a header; 1 to 128 letters, digits and `-` are"));
        }
        Ok(Self(raw))
    }
}

impl From<FieldName> for String {
    fn from(name: FieldName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_a_host_and_a_port() {
        for raw in ["http://a.example", "https://A.example:8443", "http://[::1]:80", "http://localhost:3000"] {
            assert_eq!(SiteOrigin::try_from(raw.to_owned()).unwrap().as_str(), raw.to_ascii_lowercase());
        }
        for raw in ["a.example", "*", "ftp://a", "http://", "http://a/", "http://a b", "http://a\r\nX: y", "null"] {
            assert!(SiteOrigin::try_from(raw.to_owned()).is_err(), "{raw}");
        }
    }

    #[test]
    fn a_header_name_is_a_token() {
        assert!(FieldName::try_from("X-Api-ID".to_owned()).is_ok());
        for raw in ["", "a b", "a:", "a\r\n", "é"] {
            assert!(FieldName::try_from(raw.to_owned()).is_err(), "{raw}");
        }
    }
}
