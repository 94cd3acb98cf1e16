//! The message of a call: what its path, its query and its body say, as the rule has it.

use std::collections::HashSet;

use prost::Message;
use prost_reflect::{DeserializeOptions, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value};

use crate::compile::Body;
use crate::frame;
use crate::transcoder::Matched;

/// A call that no message can be made of. It tells what is wrong, for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MessageFault(String);

/// What a value of a message stands for in one text.
const VALUES: [&str; 12] = [
    "google.protobuf.Timestamp",
    "google.protobuf.Duration",
    "google.protobuf.FieldMask",
    "google.protobuf.BoolValue",
    "google.protobuf.BytesValue",
    "google.protobuf.DoubleValue",
    "google.protobuf.FloatValue",
    "google.protobuf.Int32Value",
    "google.protobuf.Int64Value",
    "google.protobuf.StringValue",
    "google.protobuf.UInt32Value",
    "google.protobuf.UInt64Value",
];

/// Whether a message is written as one value in JSON.
pub(crate) fn is_one_value(message: &MessageDescriptor) -> bool {
    VALUES.contains(&message.full_name())
}

impl Matched<'_> {
    /// The message that the RPC is told, framed. `query` is the query as it was sent; `body` is JSON or empty.
    ///
    /// Parameters of the query that are no fields are passed over, as are members of the body.
    ///
    /// # Errors
    /// The body is no JSON, or a value does not fit its field.
    pub fn message(&self, query: &str, body: &[u8]) -> Result<Vec<u8>, MessageFault> {
        let input = &self.rule.input;
        let mut told = Map::new();
        if self.rule.body != Body::None && !body.trim_ascii().is_empty() {
            let sent: Value =
                serde_json::from_slice(body).map_err(|error| MessageFault(format!("the body is no JSON: {error}")))?;
            match (&self.rule.body, sent) {
                (Body::Field(name), value) => {
                    told.insert(name.clone(), value);
                }
                (_, Value::Object(members)) => told = members,
                _ => return Err(MessageFault("the body is no object".to_owned())),
            }
        }
        if self.rule.body != Body::Whole {
            let mut seen = HashSet::new();
            for (name, value) in form_urlencoded::parse(query.as_bytes()) {
                let is_first = seen.insert(name.clone());
                set(&mut told, input, &name, &value, is_first)?;
            }
        }
        for (name, value) in self.rule.template.fields().zip(&self.variables) {
            set(&mut told, input, name, value, true)?;
        }
        let options = DeserializeOptions::new().deny_unknown_fields(false);
        let message = DynamicMessage::deserialize_with_options(input.clone(), Value::Object(told), &options)
            .map_err(|error| MessageFault(error.to_string()))?;
        let mut framed = vec![0; frame::PREFIX];
        message.encode(&mut framed).map_err(|error| MessageFault(error.to_string()))?;
        frame::seal(&mut framed).ok_or_else(|| MessageFault("the message is too long".to_owned()))?;
        Ok(framed)
    }
}

/// Sets the field at `path` (`a.b.c`), or adds to it where it has many values. What is no field is passed over.
fn set(
    told: &mut Map<String, Value>,
    message: &MessageDescriptor,
    path: &str,
    raw: &str,
    is_first: bool,
) -> Result<(), MessageFault> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let Some(field) = message.get_field_by_name(name).or_else(|| message.get_field_by_json_name(name)) else {
        return Ok(());
    };
    // Either name may have been used in the body.
    if field.json_name() != field.name()
        && let Some(value) = told.remove(field.json_name())
    {
        told.insert(field.name().to_owned(), value);
    }
    let refuse = |reason: &str| Err(MessageFault(format!("`{path}` {reason}")));
    if field.is_map() {
        return refuse("is a map, which only a body can say");
    }
    match (field.kind(), rest) {
        (Kind::Message(inner), Some(rest)) if !field.is_list() => {
            let slot = told.entry(field.name()).or_insert_with(|| Value::Object(Map::new()));
            match slot {
                Value::Object(members) => set(members, &inner, rest, raw, is_first),
                _ => refuse("is said in another way besides"),
            }
        }
        (_, Some(_)) => refuse("is no field"),
        (Kind::Message(inner), None) if !is_one_value(&inner) => {
            refuse("is a message; its fields have names of their own")
        }
        (kind, None) => {
            let value = value(&kind, raw).ok_or_else(|| {
                MessageFault(format!("`{path}` is {}, and `{}` is none", kind_word(&field), raw.escape_debug()))
            })?;
            if field.is_list() {
                let slot = told.entry(field.name()).or_insert(Value::Null);
                match slot {
                    Value::Array(list) if !is_first => list.push(value),
                    slot => *slot = Value::Array(vec![value]),
                }
            } else {
                told.insert(field.name().to_owned(), value);
            }
            Ok(())
        }
    }
}

/// A text as the value of a field in JSON.
fn value(kind: &Kind, raw: &str) -> Option<Value> {
    Some(match kind {
        Kind::Bool => match raw {
            "true" | "1" => Value::Bool(true),
            "false" | "0" => Value::Bool(false),
            _ => return None,
        },
        Kind::Double | Kind::Float => match raw.parse::<f64>().ok()? {
            number if number.is_finite() => serde_json::Number::from_f64(number)?.into(),
            number if number.is_nan() => "NaN".into(),
            number if number > 0.0 => "Infinity".into(),
            _ => "-Infinity".into(),
        },
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => raw.parse::<i32>().ok()?.into(),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => raw.parse::<i64>().ok()?.into(),
        Kind::Uint32 | Kind::Fixed32 => raw.parse::<u32>().ok()?.into(),
        Kind::Uint64 | Kind::Fixed64 => raw.parse::<u64>().ok()?.into(),
        Kind::Enum(names) => match raw.parse::<i32>() {
            Ok(number) => number.into(),
            Err(_) => names.get_value_by_name(raw).map(|known| known.name().to_owned())?.into(),
        },
        Kind::Message(wrapper) => match wrapper.get_field_by_name("value") {
            Some(field) => value(&field.kind(), raw)?,
            None => raw.into(),
        },
        Kind::String | Kind::Bytes => raw.into(),
    })
}

fn kind_word(field: &FieldDescriptor) -> String {
    match field.kind() {
        Kind::Enum(names) => format!("one of the names of {}", names.full_name()),
        kind => format!("{kind:?}"),
    }
}

#[cfg(test)]
mod tests {
    use crate::Transcoder;

    const PROTO: &str = r#"
        syntax = "proto3";
        import "google/api/annotations.proto";
        import "google/protobuf/timestamp.proto";
        import "google/protobuf/wrappers.proto";
        enum Mood { CALM = 0; WILD = 1; }
        message Sub { string sub_field = 1; int64 number = 2; }
        message M {
          string message_id = 1; int32 revision = 2; Sub sub = 3; repeated string tags = 4; bool flag = 5;
          Mood mood = 6; double size = 7; map<string, string> notes = 8; google.protobuf.Timestamp when = 9;
          google.protobuf.Int64Value most = 10; bytes raw = 11; uint64 big = 12;
        }
        service S {
          rpc Get (M) returns (M) { option (google.api.http) = { get: "/m/{message_id}" }; }
          rpc Put (M) returns (M) { option (google.api.http) = { put: "/m/{message_id}" body: "*" }; }
          rpc Patch (M) returns (M) { option (google.api.http) = { patch: "/m/{message_id}" body: "sub" }; }
        }
    "#;

    /// What the RPC is told, as JSON.
    fn told(method: &str, path: &str, query: &str, body: &str) -> Result<serde_json::Value, String> {
        let transcoder = Transcoder::new(PROTO).unwrap();
        let matched = transcoder.find(method, path).unwrap();
        let framed = matched.message(query, body.as_bytes()).map_err(|fault| fault.to_string())?;
        // The answer has the same type as the message.
        let answer = matched.answer(&framed, Some(b"0"), None, None).unwrap();
        let mut value: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        // What was not said.
        value.as_object_mut().unwrap().retain(|_, value| {
            let empty = [serde_json::json!(""), 0.into(), 0.0.into(), false.into(), "CALM".into()];
            !empty.contains(value) && *value != serde_json::json!([]) && *value != serde_json::json!({})
        });
        Ok(value)
    }

    #[test]
    fn path_query_and_body_each_say_their_part() {
        for (call, expected) in [
            (
                ("GET", "/m/7", "revision=2&sub.sub_field=foo&else=1", ""),
                r#"{"message_id":"7","revision":2,"sub":{"sub_field":"foo","number":0}}"#,
            ),
            (
                ("GET", "/m/7", "tags=a&tags=b&flag=true&mood=WILD&size=1.5&sub.subField=x&messageId=8", ""),
                r#"{"message_id":"7","tags":["a","b"],"flag":true,"mood":"WILD","size":1.5,"sub":{"sub_field":"x","number":0}}"#,
            ),
            (
                ("GET", "/m/7", "when=2026-01-02T03:04:05Z&most=9&raw=AQI%3D&big=18446744073709551615&mood=1", ""),
                r#"{"message_id":"7","when":"2026-01-02T03:04:05Z","most":9,"raw":"AQI=","big":18446744073709551615,"mood":"WILD"}"#,
            ),
            (
                ("PUT", "/m/7", "revision=3", r#"{"messageId":"9","revision":"4","notes":{"a":"b"},"unknown":{}}"#),
                r#"{"message_id":"7","revision":4,"notes":{"a":"b"}}"#,
            ),
            (("PUT", "/m/7", "", ""), r#"{"message_id":"7"}"#),
            (
                ("PATCH", "/m/7", "revision=3", r#"{"number":"5"}"#),
                r#"{"message_id":"7","revision":3,"sub":{"sub_field":"","number":5}}"#,
            ),
        ] {
            let (method, path, query, body) = call;
            let expected: serde_json::Value = serde_json::from_str(expected).unwrap();
            assert_eq!(told(method, path, query, body), Ok(expected), "{call:?}");
        }
    }

    #[test]
    fn a_value_that_does_not_fit_is_refused_by_name() {
        for (call, expected) in [
            (("GET", "/m/7", "revision=x", ""), "`revision` is int32, and `x` is none"),
            (("GET", "/m/7", "flag=yes", ""), "`flag` is bool"),
            (("GET", "/m/7", "mood=SAD", ""), "`mood` is one of the names of Mood"),
            (("GET", "/m/7", "sub=x", ""), "`sub` is a message"),
            (("GET", "/m/7", "notes=x", ""), "`notes` is a map"),
            (("GET", "/m/7", "revision.x=1", ""), "`revision.x` is no field"),
            (("PUT", "/m/7", "", "{"), "the body is no JSON"),
            (("PUT", "/m/7", "", "[]"), "the body is no object"),
            (("PUT", "/m/7", "", r#"{"revision":"x"}"#), "invalid"),
            (("PATCH", "/m/7", "sub.number=1", "7"), "`sub.number` is said in another way besides"),
        ] {
            let (method, path, query, body) = call;
            let told = told(method, path, query, body).unwrap_err();
            assert!(told.starts_with(expected), "{call:?}: {told}");
        }
    }
}
