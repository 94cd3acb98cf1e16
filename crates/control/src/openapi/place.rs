//! A value in a document that knows where it stands.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::fault::{Fault, escaped};

/// How many references may follow one another.
const LONGEST_CHAIN: usize = 8;

/// A value and its pointer.
#[derive(Debug, Clone)]
pub(super) struct Place<'d> {
    pub(super) value: &'d Value,
    pub(super) pointer: String,
}

impl<'d> Place<'d> {
    /// The document itself.
    pub(super) fn root(value: &'d Value) -> Self {
        Self { value, pointer: String::new() }
    }

    /// Something that is wrong here.
    pub(super) fn fault(&self, reason: impl Into<String>) -> Fault {
        Fault::new(self.pointer.clone(), reason)
    }

    /// Something that is wrong with the member `name`, which may not be there.
    pub(super) fn fault_at(&self, name: &str, reason: impl Into<String>) -> Fault {
        Fault::new(format!("{}/{}", self.pointer, escaped(name)), reason)
    }

    /// The member `name`, where it is there and not null.
    pub(super) fn member(&self, name: &str) -> Option<Self> {
        let value = self.value.get(name).filter(|value| !value.is_null())?;
        Some(Self { value, pointer: format!("{}/{}", self.pointer, escaped(name)) })
    }

    /// All members.
    pub(super) fn object(&self) -> Result<&'d Map<String, Value>, Fault> {
        self.value.as_object().ok_or_else(|| self.fault(format!("is {}; an object is needed", kind(self.value))))
    }

    /// All members with their places.
    pub(super) fn members(&self) -> Result<impl Iterator<Item = (&'d str, Self)>, Fault> {
        let pointer = self.pointer.clone();
        Ok(self.object()?.iter().map(move |(name, value)| {
            (name.as_str(), Place { value, pointer: format!("{pointer}/{}", escaped(name)) })
        }))
    }

    /// All items of a list.
    pub(super) fn items(&self) -> Result<impl Iterator<Item = Self>, Fault> {
        let found = self.value.as_array();
        let list = found.ok_or_else(|| self.fault(format!("is {}; a list is needed", kind(self.value))))?;
        let pointer = self.pointer.clone();
        Ok(list.iter().enumerate().map(move |(at, value)| Place { value, pointer: format!("{pointer}/{at}") }))
    }

    /// A text.
    pub(super) fn text(&self) -> Result<&'d str, Fault> {
        self.value.as_str().ok_or_else(|| self.fault(format!("is {}; a text is needed", kind(self.value))))
    }

    /// `true` or `false`.
    pub(super) fn truth(&self) -> Result<bool, Fault> {
        self.value.as_bool().ok_or_else(|| self.fault(format!("is {}; true or false is needed", kind(self.value))))
    }

    /// The text of the member `name`; `None` where it is not there.
    pub(super) fn text_of(&self, name: &str) -> Result<Option<&'d str>, Fault> {
        self.member(name).map(|member| member.text()).transpose()
    }

    /// The truth of the member `name`; `None` where it is not there.
    pub(super) fn truth_of(&self, name: &str) -> Result<Option<bool>, Fault> {
        self.member(name).map(|member| member.truth()).transpose()
    }

    /// The value as a `T`; a fault tells the place inside.
    pub(super) fn decode<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        serde_path_to_error::deserialize(self.value).map_err(|fault| {
            let mut pointer = self.pointer.clone();
            for segment in fault.path().iter() {
                use serde_path_to_error::Segment;
                match segment {
                    Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
                    Segment::Map { key } => pointer.push_str(&format!("/{}", escaped(key))),
                    Segment::Enum { .. } | Segment::Unknown => {}
                }
            }
            Fault::new(pointer, fault.inner().to_string())
        })
    }

    /// What a `$ref` leads to, within the document; the place itself where it is none.
    pub(super) fn followed(self, root: &'d Value) -> Result<Self, Fault> {
        let mut place = self;
        for _ in 0..LONGEST_CHAIN {
            let Some(reference) = place.member("$ref") else { return Ok(place) };
            let target = reference.text()?;
            let Some(pointer) = target.strip_prefix('#') else {
                return Err(reference.fault(format!("`{target}` leads out of the document; `#/…` is allowed")));
            };
            let Some(value) = root.pointer(pointer) else {
                return Err(reference.fault(format!("`{target}` leads nowhere")));
            };
            place = Place { value, pointer: pointer.to_owned() };
        }
        Err(place.fault(format!("is reached by more than {LONGEST_CHAIN} references, one after the other")))
    }
}

/// What kind of value it is, for people.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
