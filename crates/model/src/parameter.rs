//! Request parameters, and how they travel to the backend.

use serde::{Deserialize, Serialize};

use crate::Invalid;

/// Where a parameter stands in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Location {
    /// A request header; names compare case-insensitively.
    Header,
    /// A pair of the query string.
    Query,
    /// A variable of the path.
    Path,
    /// A pair of an `application/x-www-form-urlencoded` body.
    Body,
}

impl Location {
    /// The location's name in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Query => "query",
            Self::Path => "path",
            Self::Body => "body",
        }
    }
}

/// A parameter that callers of an API send.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Parameter {
    /// Its name; see [`check_name`].
    pub name: String,
    /// Where it stands.
    pub location: Location,
    /// What the API's author calls its type; documentation only, calls are not checked against it.
    #[serde(default = "any_type")]
    pub type_name: String,
    /// Used when the caller leaves the parameter out.
    pub default: Option<String>,
    /// A call without it (and without a default) is refused.
    #[serde(default)]
    pub required: bool,
    /// For people.
    #[serde(default)]
    pub description: String,
}

/// Where a declared parameter goes in the request to the backend.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Mapping {
    /// Its name there.
    pub name: String,
    /// Its place there.
    pub location: Location,
    /// The declared parameter's name.
    pub source_name: String,
    /// The declared parameter's place.
    pub source_location: Location,
    /// Used when the caller leaves the parameter out; before the parameter's own default.
    pub default: Option<String>,
    /// For people.
    #[serde(default)]
    pub description: String,
    /// What the author calls the source's type; documentation only.
    #[serde(default = "any_type")]
    pub source_type: String,
}

/// A value that the gateway adds to each request to the backend, unseen by callers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Constant {
    /// Its name there.
    pub name: String,
    /// [`Location::Header`] or [`Location::Query`].
    pub location: Location,
    /// Its value.
    pub value: String,
    /// For people.
    #[serde(default)]
    pub description: String,
}

/// What a type is called that nobody has named.
fn any_type() -> String {
    "string".to_owned()
}

/// Checks a parameter's name for the place where it stands: 1–128 bytes; in a header an RFC 9110 token, elsewhere
/// no control character.
pub fn check_name(name: &str, location: Location) -> Result<(), Invalid> {
    if name.is_empty() || name.len() > 128 {
        return Err(Invalid::new("parameter name", format!("is {} bytes long; 1 to 128 are allowed", name.len())));
    }
    let fits = match location {
        Location::Header => name.bytes().all(is_token_byte),
        Location::Query | Location::Path | Location::Body => !name.chars().any(char::is_control),
    };
    if fits {
        Ok(())
    } else {
        Err(Invalid::new(
            "parameter name",
            format!("`{}` cannot stand in a {}", name.escape_debug(), location.as_str()),
        ))
    }
}

/// Checks a value that the gateway itself will write into a header: visible ASCII, blanks and UTF-8, no control
/// character, at most 4096 bytes. A value in another place may hold anything but NUL.
pub fn check_value(value: &str, location: Location) -> Result<(), Invalid> {
    if value.len() > 4096 {
        return Err(Invalid::new(
            "parameter value",
            format!("is {} bytes long; at most 4096 are allowed", value.len()),
        ));
    }
    let fits = match location {
        Location::Header => !value.chars().any(char::is_control),
        Location::Query | Location::Path | Location::Body => !value.contains('\0'),
    };
    if fits {
        Ok(())
    } else {
        Err(Invalid::new(
            "parameter value",
            format!("holds a control character that cannot stand in a {}", location.as_str()),
        ))
    }
}

fn is_token_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b)
}
