//! The parameters of a request as one tree, whatever form they came in.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{json, multipart, reader};
use crate::code::Code;
use crate::refusal::Fault;

/// The parameters that belong to the request itself and to no action. In a query or form they stand among the
/// action's own.
const COMMON: [&str; 11] = [
    "Action",
    "Version",
    "Region",
    "Timestamp",
    "Nonce",
    "SecretId",
    "SignatureMethod",
    "Signature",
    "Token",
    "Language",
    "RequestClient",
];

/// Most pairs in a query or form.
const MOST_PAIRS: usize = 4096;

/// Deepest flattened name: `A.0.B.0` has four parts.
const DEEPEST: usize = 12;

/// The parameters of an action.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Params {
    tree: Map<String, Value>,
    /// True when numbers and booleans came as text.
    textual: bool,
}

impl Params {
    /// A JSON body: an object, or nothing at all. It may be nested 128 deep.
    pub(crate) fn from_json(body: &[u8]) -> Result<Self, Fault> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self::default());
        }
        match json::read(body) {
            Ok(Value::Object(tree)) => Ok(Self { tree, textual: false }),
            Ok(_) => Err(invalid("The request body is not a JSON object.")),
            Err(error) => Err(invalid(format!("The request body is not valid JSON: {error}."))),
        }
    }

    /// A query or an `application/x-www-form-urlencoded` body, with its common parameters left out.
    pub(crate) fn from_pairs(encoded: &[u8]) -> Result<Self, Fault> {
        let mut names = Names::default();
        let mut common = Vec::new();
        for (name, value) in form_urlencoded::parse(encoded) {
            match COMMON.iter().find(|known| **known == name) {
                None => names.add(&name, Value::String(value.into_owned()))?,
                Some(known) if common.contains(known) => return Err(twofold(known)),
                Some(known) => common.push(*known),
            }
        }
        Ok(Self { tree: names.tree()?, textual: true })
    }

    /// A `multipart/form-data` body.
    pub(crate) fn from_multipart(body: &[u8], boundary: &str) -> Result<Self, Fault> {
        let mut names = Names::default();
        for part in multipart::parts(body, boundary)? {
            let value = if part.is_json {
                json::read(part.content)
                    .map_err(|error| invalid(format!("The parameter `{}` is not valid JSON: {error}.", part.name)))?
            } else {
                let text = std::str::from_utf8(part.content)
                    .map_err(|_| invalid(format!("The parameter `{}` is not valid UTF-8.", part.name)))?;
                Value::String(text.to_owned())
            };
            if !COMMON.contains(&part.name.as_str()) {
                names.add(&part.name, value)?;
            }
        }
        Ok(Self { tree: names.tree()?, textual: true })
    }

    /// Takes one top-level parameter out.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.tree.remove(name)
    }

    /// The whole request of an action.
    pub(crate) fn read<T: DeserializeOwned>(self) -> Result<T, Fault> {
        reader::read(Value::Object(self.tree), self.textual)
    }
}

fn invalid(message: impl Into<String>) -> Fault {
    Fault::new(Code::InvalidParameter, message)
}

/// Flattened names on their way to a tree.
#[derive(Default)]
struct Names {
    root: BTreeMap<String, Node>,
    count: usize,
}

enum Node {
    Leaf(Value),
    Branch(BTreeMap<String, Node>),
}

impl Names {
    fn add(&mut self, name: &str, value: Value) -> Result<(), Fault> {
        self.count += 1;
        if self.count > MOST_PAIRS {
            return Err(invalid(format!("The request has more than {MOST_PAIRS} parameters.")));
        }
        let parts: Vec<&str> = name.split('.').collect();
        if parts.len() > DEEPEST {
            return Err(invalid(format!("A parameter's name has more than {DEEPEST} parts.")));
        }
        let [above @ .., last] = parts.as_slice() else { return Ok(()) };
        let mut level = &mut self.root;
        for part in above {
            let node = level.entry((*part).to_owned()).or_insert_with(|| Node::Branch(BTreeMap::new()));
            match node {
                Node::Branch(below) => level = below,
                Node::Leaf(_) => return Err(twofold(name)),
            }
        }
        match level.insert((*last).to_owned(), Node::Leaf(value)) {
            None => Ok(()),
            Some(_) => Err(twofold(name)),
        }
    }

    fn tree(self) -> Result<Map<String, Value>, Fault> {
        self.root.into_iter().map(|(name, node)| Ok((name.clone(), grow(&name, node)?))).collect()
    }
}

fn twofold(name: &str) -> Fault {
    invalid(format!("The parameter `{name}` is given twice, or as a value and as a list or object at once."))
}

/// A branch whose names are all numbers is a list, `0` first and none missing; any other is an object.
fn grow(path: &str, node: Node) -> Result<Value, Fault> {
    let below = match node {
        Node::Leaf(value) => return Ok(value),
        Node::Branch(below) => below,
    };
    let is_number = |name: &String| !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit());
    if !below.keys().all(is_number) {
        return below
            .into_iter()
            .map(|(name, node)| {
                let value = grow(&format!("{path}.{name}"), node)?;
                Ok((name, value))
            })
            .collect::<Result<Map<_, _>, Fault>>()
            .map(Value::Object);
    }
    let mut items: Vec<(usize, String, Node)> = Vec::with_capacity(below.len());
    for (name, node) in below {
        let index = name.parse().unwrap_or(usize::MAX);
        items.push((index, name, node));
    }
    items.sort_by_key(|(index, ..)| *index);
    items
        .into_iter()
        .enumerate()
        .map(|(expected, (index, name, node))| {
            if index == expected {
                grow(&format!("{path}.{name}"), node)
            } else {
                Err(invalid(format!("The list `{path}` has an item {name} but no item {expected}.")))
            }
        })
        .collect::<Result<Vec<_>, Fault>>()
        .map(Value::Array)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tree(query: &str) -> Value {
        Value::Object(Params::from_pairs(query.as_bytes()).unwrap().tree)
    }

    #[test]
    fn flattened_names_become_lists_and_objects() {
        for (query, expected) in [
            ("", json!({})),
            ("ServiceId=service-1&Action=X&Version=2018-08-08&Nonce=3", json!({"ServiceId": "service-1"})),
            ("ApiIds.0=a&ApiIds.1=b", json!({"ApiIds": ["a", "b"]})),
            (
                "RequestConfig.Path=%2Fa&RequestConfig.Method=GET",
                json!({"RequestConfig": {"Path": "/a", "Method": "GET"}}),
            ),
            (
                "Filters.0.Name=n&Filters.0.Values.0=x&Filters.0.Values.1=y&Filters.1.Name=m",
                json!({"Filters": [{"Name": "n", "Values": ["x", "y"]}, {"Name": "m"}]}),
            ),
            (
                "L.10=k&L.0=a&L.1=b&L.2=c&L.3=d&L.4=e&L.5=f&L.6=g&L.7=h&L.8=i&L.9=j",
                json!({"L": ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"]}),
            ),
        ] {
            assert_eq!(tree(query), expected, "{query}");
        }
    }

    #[test]
    fn what_makes_no_tree_is_refused_by_name() {
        let deep = format!("{}=1", ["A"; 13].join("."));
        let many = (0..=MOST_PAIRS).map(|i| format!("A{i}=1")).collect::<Vec<_>>().join("&");
        for (query, words) in [
            ("A=1&A=2", "`A` is given twice"),
            ("Action=A&Action=B", "`Action` is given twice"),
            ("A=1&A.0=2", "`A.0` is given twice"),
            ("A.0=1&A=2", "`A` is given twice"),
            ("A.1=1", "`A` has an item 1 but no item 0"),
            ("A.0=1&A.99999999999999999999999=1", "but no item 1"),
            (deep.as_str(), "more than 12 parts"),
            (many.as_str(), "more than 4096"),
        ] {
            let refused = Params::from_pairs(query.as_bytes()).expect_err(query);
            assert_eq!(refused.code, Code::InvalidParameter);
            assert!(refused.message.contains(words), "{}", refused.message);
        }
    }

    #[test]
    fn a_json_body_is_an_object_or_nothing() {
        assert_eq!(Params::from_json(b" ").unwrap(), Params::default());
        assert_eq!(Params::from_json(br#"{"A":1}"#).unwrap().tree, *json!({"A": 1}).as_object().unwrap());
        let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        for body in ["[]", "1", "{", "{\"A\":\"\u{1}\"}", nested.as_str()] {
            assert_eq!(Params::from_json(body.as_bytes()).expect_err(body).code, Code::InvalidParameter);
        }
    }

    #[test]
    fn a_multipart_body_holds_texts_and_json() {
        let body = b"--b\r\nContent-Disposition: form-data; name=\"ServiceId\"\r\n\r\ns\r\n\
            --b\r\nContent-Disposition: form-data; name=\"ApiIds\"\r\nContent-Type: application/json\r\n\r\n[\"a\"]\r\n--b--\r\n";
        let params = Params::from_multipart(body, "b").unwrap();
        assert_eq!(Value::Object(params.tree), json!({"ServiceId": "s", "ApiIds": ["a"]}));
    }

    proptest::proptest! {
        /// Bytes of any kind are read or refused, and what is read has a bounded depth.
        #[test]
        fn no_bytes_break_the_decoders(
            bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200),
            text in "[A-C.0-2=&%\\r\\n\":;-]{0,80}",
        ) {
            fn depth(value: &Value) -> usize {
                match value {
                    Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
                    Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
                    _ => 0,
                }
            }
            for body in [bytes.as_slice(), text.as_bytes()] {
                let part = [b"--A\r\nContent-Disposition: form-data; name=\"", body, b"\r\n\r\n", body, b"\r\n--A--"].concat();
                for params in [
                    Params::from_json(body),
                    Params::from_pairs(body),
                    Params::from_multipart(body, "A"),
                    Params::from_multipart(&part, "A"),
                ].into_iter().flatten() {
                        proptest::prop_assert!(depth(&Value::Object(params.tree)) <= 128);
                }
            }
        }
    }
}
