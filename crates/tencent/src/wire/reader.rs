//! Reads a typed request out of a parameter tree, and names the parameter that does not fit.
//!
//! A `serde` deserializer of its own, for two reasons: every error carries the parameter's path in the vendor's form
//! (`Filters.0.Values`), told apart as missing, unknown or ill-typed; and the numbers and booleans of a query are text.

use std::fmt::{self, Display};

use serde::de::{self, DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value};

use crate::code::Code;
use crate::refusal::Fault;

/// Reads `tree`; where `textual` is true, text stands for numbers and booleans too.
pub(crate) fn read<T: DeserializeOwned>(tree: Value, textual: bool) -> Result<T, Fault> {
    T::deserialize(Reader { value: tree, textual }).map_err(Unfit::into_fault)
}

/// Reads `tree`, whose numbers and booleans are no text.
pub(crate) fn read_tree<T: DeserializeOwned>(tree: Value) -> Result<T, Fault> {
    read(tree, false)
}

/// Why a tree did not fit, and where.
#[derive(Debug)]
struct Unfit {
    /// The names from the inside out.
    path: Vec<String>,
    why: Why,
}

#[derive(Debug)]
enum Why {
    Missing,
    Unknown { allowed: &'static [&'static str] },
    IllTyped(String),
}

impl Unfit {
    fn ill_typed(text: String) -> Self {
        Self { path: Vec::new(), why: Why::IllTyped(text) }
    }

    fn below(mut self, name: impl Into<String>) -> Self {
        self.path.push(name.into());
        self
    }

    fn into_fault(mut self) -> Fault {
        self.path.reverse();
        let path = self.path.join(".");
        match self.why {
            Why::Missing => {
                Fault::new(Code::MissingParameter, format!("The request is missing a required parameter `{path}`."))
            }
            Why::Unknown { allowed } => {
                let mut message = format!("The parameter `{}` is not recognized.", path.escape_debug());
                if !allowed.is_empty() && allowed.len() <= 20 {
                    message.push_str(&format!(" Known there are {}.", allowed.join(", ")));
                }
                Fault::new(Code::UnknownParameter, message)
            }
            Why::IllTyped(text) if path.is_empty() => {
                Fault::new(Code::InvalidParameter, format!("The request: {text}."))
            }
            Why::IllTyped(text) => Fault::new(Code::InvalidParameter, format!("The parameter `{path}`: {text}.")),
        }
    }
}

impl Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {:?}", self.why, self.path)
    }
}

impl std::error::Error for Unfit {}

impl de::Error for Unfit {
    fn custom<T: Display>(text: T) -> Self {
        Self::ill_typed(text.to_string())
    }

    fn missing_field(field: &'static str) -> Self {
        Self { path: vec![field.to_owned()], why: Why::Missing }
    }

    fn unknown_field(field: &str, allowed: &'static [&'static str]) -> Self {
        Self { path: vec![field.to_owned()], why: Why::Unknown { allowed } }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::ill_typed(format!("{} was given where {} is expected", kind(&found), words(&expected.to_string())))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::invalid_type(found, expected)
    }
}

/// A value's type in the words of people who write JSON. The value itself is not repeated: it may be a secret.
fn kind(found: &Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "a whole number",
        Unexpected::Float(_) => "a fraction",
        Unexpected::Str(_) | Unexpected::Char(_) | Unexpected::Bytes(_) => "text",
        Unexpected::Seq => "a list",
        Unexpected::Map => "an object",
        _ => "something else",
    }
}

/// What `serde` says it expects, in the same words.
fn words(expected: &str) -> &str {
    match expected {
        "a string" | "a borrowed string" => "text",
        "i64" | "u64" | "i32" | "u32" | "u16" => "a whole number",
        "a sequence" => "a list",
        other if other.starts_with("struct") => "an object",
        other => other,
    }
}

struct Reader {
    value: Value,
    textual: bool,
}

impl<'de> Deserializer<'de> for Reader {
    type Error = Unfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        let textual = self.textual;
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(flag) => visitor.visit_bool(flag),
            Value::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(signed), _) => visitor.visit_i64(signed),
                (None, Some(unsigned)) => visitor.visit_u64(unsigned),
                (None, None) => visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN)),
            },
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => visitor.visit_seq(Items { items: items.into_iter(), index: 0, textual }),
            Value::Object(fields) => visitor.visit_map(Fields { fields: fields.into_iter(), current: None, textual }),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        if let (true, Value::String(text)) = (self.textual, &self.value) {
            return match text.to_ascii_lowercase().as_str() {
                "true" | "1" => visitor.visit_bool(true),
                "false" | "0" => visitor.visit_bool(false),
                _ => Err(Unfit::ill_typed("`true` or `false` is expected".to_owned())),
            };
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        if let (true, Value::String(text)) = (self.textual, &self.value) {
            return match text.parse() {
                Ok(number) => visitor.visit_i64(number),
                Err(_) => Err(Unfit::ill_typed("a whole number is expected".to_owned())),
            };
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct Items {
    items: std::vec::IntoIter<Value>,
    index: usize,
    textual: bool,
}

impl<'de> SeqAccess<'de> for Items {
    type Error = Unfit;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Unfit> {
        let Some(value) = self.items.next() else { return Ok(None) };
        let index = self.index;
        self.index += 1;
        let reader = Reader { value, textual: self.textual };
        seed.deserialize(reader).map(Some).map_err(|unfit| unfit.below(index.to_string()))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

struct Fields {
    fields: <Map<String, Value> as IntoIterator>::IntoIter,
    current: Option<(String, Value)>,
    textual: bool,
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Unfit;

    /// A member that is `null` was not given.
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unfit> {
        let Some((name, value)) = self.fields.by_ref().find(|(_, value)| !value.is_null()) else { return Ok(None) };
        let key = Reader { value: Value::String(name.clone()), textual: self.textual };
        self.current = Some((name, value));
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Unfit> {
        let (name, value) = self.current.take().unwrap_or_default();
        seed.deserialize(Reader { value, textual: self.textual }).map_err(|unfit| unfit.below(name))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "PascalCase", deny_unknown_fields)]
    struct Request {
        service_id: String,
        limit: Option<i64>,
        enable: Option<bool>,
        filters: Option<Vec<Filter>>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "PascalCase", deny_unknown_fields)]
    struct Filter {
        name: String,
        values: Vec<String>,
    }

    #[test]
    fn text_stands_for_numbers_and_booleans_in_a_query_only() {
        let tree = json!({"ServiceId": "5", "Limit": "-1", "Enable": "TRUE"});
        let read_one: Request = read(tree.clone(), true).unwrap();
        assert_eq!(read_one, Request { service_id: "5".into(), limit: Some(-1), enable: Some(true), filters: None });
        assert_eq!(read::<Request>(tree, false).unwrap_err().code, Code::InvalidParameter);
    }

    #[test]
    fn each_misfit_names_its_parameter() {
        use Code::{InvalidParameter, MissingParameter, UnknownParameter};
        for (tree, code, words) in [
            (json!({}), MissingParameter, "`ServiceId`"),
            (json!({"ServiceId": null}), MissingParameter, "`ServiceId`"),
            (json!({"ServiceId": 5}), InvalidParameter, "`ServiceId`: a whole number was given where text is expected"),
            (json!({"ServiceId": "s", "Limit": "1"}), InvalidParameter, "`Limit`: text was given where a whole number"),
            (json!({"ServiceId": "s", "Limit": 1.5}), InvalidParameter, "`Limit`: a fraction was given"),
            (json!({"ServiceId": "s", "Limit": 9_223_372_036_854_775_808_u64}), InvalidParameter, "`Limit`"),
            (
                json!({"ServiceId": "s", "Enable": 1}),
                InvalidParameter,
                "`Enable`: a whole number was given where a boolean",
            ),
            (json!({"ServiceId": "s", "Filters": {}}), InvalidParameter, "`Filters`: an object was given where a list"),
            (
                json!({"ServiceId": "s", "Filters": [1]}),
                InvalidParameter,
                "`Filters.0`: a whole number was given where an object",
            ),
            (json!({"ServiceId": "s", "Filters": [{"Name": "n"}]}), MissingParameter, "`Filters.0.Values`"),
            (
                json!({"ServiceId": "s", "Filters": [{"Name": "n", "Values": [null]}]}),
                InvalidParameter,
                "`Filters.0.Values.0`",
            ),
            (
                json!({"ServiceId": "s", "Filters": [{"Nome": "n"}]}),
                UnknownParameter,
                "`Filters.0.Nome` is not recognized. Known there are Name, Values.",
            ),
            (json!({"ServiceId": "s", "Extra": 1}), UnknownParameter, "`Extra`"),
        ] {
            let refused = read::<Request>(tree.clone(), false).expect_err(&tree.to_string());
            assert_eq!(refused.code, code, "{tree}");
            assert!(refused.message.contains(words), "{tree}: {}", refused.message);
        }
    }

    #[test]
    fn a_refusal_does_not_repeat_the_value() {
        let refused = read::<Request>(json!({"ServiceId": "s", "Limit": "hunter2"}), true).unwrap_err();
        assert!(!refused.message.contains("hunter2"));
    }
}
