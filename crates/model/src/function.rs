//! Cloud functions: what is called in place of an origin.

use serde::{Deserialize, Serialize};

use crate::Invalid;

/// A function that answers an API's calls. Which runtime stands behind the name is no part of the definition.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FunctionBackend {
    /// Which function.
    pub function: FunctionName,
    /// How it is called.
    pub call: FunctionCall,
}

/// How a function is called.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FunctionCall {
    /// With an event: a call is told as a JSON object, and what the function returns becomes the answer.
    Event(EventCall),
    /// As a web server: the call itself is passed on.
    Web,
}

/// How an event function is called, and what its result means.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct EventCall {
    /// The result says status, headers and body; otherwise it is the body itself, as JSON text.
    #[serde(default)]
    pub integrated: bool,
    /// The caller is answered at once, and the result goes nowhere.
    #[serde(default)]
    pub asynchronous: bool,
    /// Which bodies the event holds in Base64.
    #[serde(default)]
    pub base64: Base64Rule,
}

/// The functions that a WebSocket talks to: the gateway speaks WebSocket with the caller, and events with them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ConversationBackend {
    /// Is told of a handshake, and decides on it.
    pub register: FunctionName,
    /// Is told each message of the caller; without one they go nowhere.
    #[serde(default)]
    pub transport: Option<FunctionName>,
    /// Is told of the end.
    #[serde(default)]
    pub cleanup: Option<FunctionName>,
}

/// Which request bodies an event holds in Base64.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "when", rename_all = "snake_case")]
pub enum Base64Rule {
    /// None.
    #[default]
    Never,
    /// All.
    Always,
    /// Those of calls that one of these fits.
    Matching {
        /// At most ten.
        #[cfg_attr(feature = "schema", schema(max_items = 10))]
        triggers: Vec<Base64Trigger>,
    },
}

/// Fits a call whose header holds one of the values.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Base64Trigger {
    /// The header.
    pub header: TriggerHeader,
    /// What it may hold.
    pub values: Vec<TriggerValue>,
}

/// The two headers that a trigger may look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum TriggerHeader {
    Accept,
    ContentType,
}

impl TriggerHeader {
    /// The header's name in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::ContentType => "content-type",
        }
    }
}

/// A part of a header's value: 1–40 letters, digits and `.+*-/_`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TriggerValue(String);

impl TriggerValue {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for TriggerValue {
    type Error = Invalid;

    fn try_from(raw: String) -> Result<Self, Invalid> {
        let fits =
            (1..=40).contains(&raw.len()) && raw.bytes().all(|b| b.is_ascii_alphanumeric() || b".+*-/_".contains(&b));
        if fits {
            Ok(Self(raw))
        } else {
            let shown = raw.escape_debug();
            Err(Invalid::new(
                "trigger value",
                format!("`{shown}` is not 1 to 40 letters, digits and the signs `. + * - / _`"),
            ))
        }
    }
}

impl From<TriggerValue> for String {
    fn from(value: TriggerValue) -> Self {
        value.0
    }
}

/// The name of a function in its namespace, in one of its versions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "RawName", into = "RawName")]
pub struct FunctionName {
    namespace: String,
    name: String,
    qualifier: String,
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = FunctionName))]
struct RawName {
    /// Where the function is named; `default` unless said otherwise.
    #[serde(default = "default_namespace")]
    namespace: String,
    /// The function's own name.
    name: String,
    /// A version or an alias; `$LATEST` unless said otherwise.
    #[serde(default = "default_qualifier")]
    qualifier: String,
}

fn default_namespace() -> String {
    FunctionName::DEFAULT_NAMESPACE.to_owned()
}

fn default_qualifier() -> String {
    FunctionName::DEFAULT_QUALIFIER.to_owned()
}

#[cfg(feature = "schema")]
impl utoipa::PartialSchema for FunctionName {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        RawName::schema()
    }
}

#[cfg(feature = "schema")]
impl utoipa::ToSchema for FunctionName {}

impl FunctionName {
    /// The namespace where none is said.
    pub const DEFAULT_NAMESPACE: &str = "default";

    /// The version where none is said: the newest.
    pub const DEFAULT_QUALIFIER: &str = "$LATEST";

    /// A name of its parts: each 1–128 letters, digits, `-` and `_`; a qualifier (a version or an alias) may begin with
    /// `$`.
    ///
    /// # Errors
    /// The first part that is none.
    pub fn new(namespace: &str, name: &str, qualifier: &str) -> Result<Self, Invalid> {
        check("function", name, name)?;
        check("namespace", namespace, namespace)?;
        check("qualifier", qualifier, qualifier.strip_prefix('$').unwrap_or(qualifier))?;
        Ok(Self { namespace: namespace.to_owned(), name: name.to_owned(), qualifier: qualifier.to_owned() })
    }

    /// Where the function is named.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The function's own name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A version or an alias.
    pub fn qualifier(&self) -> &str {
        &self.qualifier
    }
}

fn check(field: &'static str, raw: &str, word: &str) -> Result<(), Invalid> {
    let fits =
        (1..=128).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if fits {
        Ok(())
    } else {
        let shown = raw.escape_debug();
        Err(Invalid::new(field, format!("`{shown}` is not 1 to 128 letters, digits, `-` and `_`")))
    }
}

impl TryFrom<RawName> for FunctionName {
    type Error = Invalid;

    fn try_from(raw: RawName) -> Result<Self, Invalid> {
        Self::new(&raw.namespace, &raw.name, &raw.qualifier)
    }
}

impl From<FunctionName> for RawName {
    fn from(name: FunctionName) -> Self {
        Self { namespace: name.namespace, name: name.name, qualifier: name.qualifier }
    }
}

impl std::fmt::Display for FunctionName {
    /// `namespace/name:qualifier`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}:{}", self.namespace, self.name, self.qualifier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_named_by_letters_digits_and_two_signs() {
        let name = FunctionName::new("default", "hello-world_1", "$LATEST").unwrap();
        assert_eq!(name.to_string(), "default/hello-world_1:$LATEST");
        let long = "a".repeat(129);
        for (namespace, name, qualifier, field) in [
            ("default", "", "1", "function"),
            ("default", "a/b", "1", "function"),
            ("default", long.as_str(), "1", "function"),
            ("de fault", "a", "1", "namespace"),
            ("default", "a", "$", "qualifier"),
            ("default", "a", "x$", "qualifier"),
            ("default", "a", "a\r\nb", "qualifier"),
        ] {
            assert_eq!(FunctionName::new(namespace, name, qualifier).unwrap_err().field, field);
        }
    }

    #[test]
    fn a_stored_function_is_checked_when_it_is_read() {
        let stored = r#"{"namespace":"default","name":"a b","qualifier":"1"}"#;
        assert!(serde_json::from_str::<FunctionName>(stored).is_err());
    }

    #[test]
    fn a_trigger_value_keeps_to_the_vendors_letters() {
        for raw in ["image/*", "application/octet-stream", "a"] {
            assert_eq!(TriggerValue::try_from(raw.to_owned()).unwrap().as_str(), raw);
        }
        for raw in ["", "a b", "a,b", &"x".repeat(41)] {
            assert!(TriggerValue::try_from(raw.to_owned()).is_err(), "{raw}");
        }
    }
}
