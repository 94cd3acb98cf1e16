//! Names and free texts.

use serde::{Deserialize, Serialize};

use crate::Invalid;

/// A name that people read: 1–128 characters, no control characters, no blank at either end.
///
/// A dialect may allow less (a vendor's service name is at most 50 of `[A-Za-z0-9_]`); it checks that at its own door.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

impl Name {
    /// Longest name, in characters.
    pub const MAX: usize = 128;

    /// A name that the product gives; it keeps to the rules of names.
    pub(crate) fn given(name: &'static str) -> Self {
        Self(name.to_owned())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Name {
    type Error = Invalid;

    fn try_from(raw: String) -> Result<Self, Invalid> {
        let length = raw.chars().count();
        if length == 0 || length > Self::MAX {
            return Err(Invalid::new("name", format!("is {length} characters long; 1 to {} are allowed", Self::MAX)));
        }
        if raw.chars().any(char::is_control) {
            return Err(Invalid::new("name", "holds a control character; none is allowed"));
        }
        if raw.trim() != raw {
            return Err(Invalid::new("name", "begins or ends with a blank; neither is allowed"));
        }
        Ok(Self(raw))
    }
}

impl TryFrom<&str> for Name {
    type Error = Invalid;

    fn try_from(raw: &str) -> Result<Self, Invalid> {
        Self::try_from(raw.to_owned())
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A free text (a description, an example): at most 64 KiB, any characters but NUL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Text(String);

impl Text {
    /// Longest text, in bytes.
    pub const MAX: usize = 64 * 1024;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True when nothing was written.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<String> for Text {
    type Error = Invalid;

    fn try_from(raw: String) -> Result<Self, Invalid> {
        if raw.len() > Self::MAX {
            return Err(Invalid::new(
                "text",
                format!("is {} bytes long; at most {} are allowed", raw.len(), Self::MAX),
            ));
        }
        if raw.contains('\0') {
            return Err(Invalid::new("text", "holds a NUL character; none is allowed"));
        }
        Ok(Self(raw))
    }
}

impl TryFrom<&str> for Text {
    type Error = Invalid;

    fn try_from(raw: &str) -> Result<Self, Invalid> {
        Self::try_from(raw.to_owned())
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.0
    }
}

impl std::fmt::Display for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
