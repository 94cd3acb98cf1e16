//! Request methods.

use serde::{Deserialize, Serialize};

use crate::Invalid;

/// A request method that the gateway routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs)]
pub enum Method {
    Get,
    Post,
    Put,
    Delete,
    Head,
    Options,
    Patch,
    Trace,
}

impl Method {
    /// Every method, in the order of [`Method::index`].
    pub const ALL: [Self; 8] =
        [Self::Get, Self::Post, Self::Put, Self::Delete, Self::Head, Self::Options, Self::Patch, Self::Trace];

    /// The method as it stands on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
            Self::Patch => "PATCH",
            Self::Trace => "TRACE",
        }
    }

    /// A small number for tables: 0 to 7.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The method that `bytes` spell, case-sensitive as RFC 9110 has it; `None` for any other token.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(match bytes {
            b"GET" => Self::Get,
            b"POST" => Self::Post,
            b"PUT" => Self::Put,
            b"DELETE" => Self::Delete,
            b"HEAD" => Self::Head,
            b"OPTIONS" => Self::Options,
            b"PATCH" => Self::Patch,
            b"TRACE" => Self::Trace,
            _ => return None,
        })
    }

    /// True when repeating the request does no more than sending it once (RFC 9110, 9.2.2).
    pub const fn is_idempotent(self) -> bool {
        !matches!(self, Self::Post | Self::Patch)
    }
}

impl TryFrom<&str> for Method {
    type Error = Invalid;

    fn try_from(raw: &str) -> Result<Self, Invalid> {
        Self::from_bytes(raw.as_bytes()).ok_or_else(|| {
            Invalid::new("method", format!("`{raw}` is not one of GET, POST, PUT, DELETE, HEAD, OPTIONS, PATCH, TRACE"))
        })
    }
}

/// Which methods an API answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum MethodMatch {
    /// Every method.
    Any,
    /// Just this one.
    Only(Method),
}

impl MethodMatch {
    /// `ANY`, or the method as it stands on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Any => "ANY",
            Self::Only(method) => method.as_str(),
        }
    }

    /// True when a call with `method` is answered.
    pub fn covers(self, method: Method) -> bool {
        self == Self::Any || self == Self::Only(method)
    }
}

impl TryFrom<String> for MethodMatch {
    type Error = Invalid;

    fn try_from(raw: String) -> Result<Self, Invalid> {
        if raw == "ANY" { Ok(Self::Any) } else { Method::try_from(raw.as_str()).map(Self::Only) }
    }
}

impl From<MethodMatch> for String {
    fn from(matched: MethodMatch) -> Self {
        matched.as_str().to_owned()
    }
}
