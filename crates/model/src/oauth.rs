//! OAuth 2.0: one API gives tokens, others of its service are called with them.

use serde::{Deserialize, Serialize};

use crate::{ApiId, Invalid, Text};

/// An API's part in OAuth 2.0.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Oauth {
    /// Its backend gives tokens: it is called without one.
    Authorization(TokenRules),
    /// It is called with a token that this authorization API of its service gave.
    Business {
        /// The authorization API.
        authorization: ApiId,
    },
}

impl Oauth {
    /// The authorization API of a business API.
    pub fn authorization(&self) -> Option<&ApiId> {
        match self {
            Self::Authorization(_) => None,
            Self::Business { authorization } => Some(authorization),
        }
    }
}

/// How the tokens of an authorization API are carried and held against its key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TokenRules {
    /// A JSON Web Key, or a set of them (RFC 7517): public ones. Or the address of an issuer that the settings name, whose
    /// published keys are meant then.
    pub public_key: Text,
    /// Where callers put their token.
    pub location: TokenLocation,
    /// Where a caller without a token that holds is sent to log in.
    #[serde(default)]
    pub login: Option<LoginUrl>,
    /// The pool of users whose tokens are taken; none for an authorization server of one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<UserPool>,
}

impl TokenRules {
    /// The address of the issuer whose keys are meant.
    pub fn issuer(&self) -> Option<&str> {
        let key = self.public_key.as_str();
        (key.starts_with("https://") || key.starts_with("http://")).then_some(key)
    }
}

/// An application of a pool of users: whose tokens open the APIs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct UserPool {
    /// The application, as the issuer of the pool knows it: whom its tokens are for.
    pub application: Text,
    /// Only tokens for this application open the APIs; else every token of the pool does.
    pub is_restricted: bool,
    /// How long after it was given a token is taken, in seconds: 1 to 604,800, a week.
    pub token_age: u32,
}

impl UserPool {
    /// How long after it was given a token is taken where nothing is said, in seconds.
    pub const USUAL_AGE: u32 = 7200;

    /// The longest that may be said, in seconds: a week.
    pub const LONGEST_AGE: u32 = 604_800;
}

/// Where callers put their token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TokenLocation {
    /// `Authorization: Bearer id_token="…"`.
    Header,
    /// The cookie `id_token`.
    Cookie,
}

/// `http://…` or `https://…`: at most 2048 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LoginUrl(String);

impl LoginUrl {
    /// Longest URL, in bytes.
    pub const MAX: usize = 2048;

    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for LoginUrl {
    type Error = Invalid;

    fn try_from(raw: String) -> Result<Self, Invalid> {
        let rest = raw.strip_prefix("https://").or_else(|| raw.strip_prefix("http://")).unwrap_or_default();
        let has_host = rest.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric() || first == b'[');
        if raw.len() <= Self::MAX && has_host && raw.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Ok(Self(raw));
        }
        let reason = "is no URL; `http://` or `https://`, a host and more are, at most 2048 visible ASCII characters";
        Err(Invalid::new("login", reason))
    }
}

impl From<LoginUrl> for String {
    fn from(url: LoginUrl) -> Self {
        url.0
    }
}
