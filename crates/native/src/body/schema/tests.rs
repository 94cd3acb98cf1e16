//! Faults of values, by schemas as the document has them.

use serde_json::json;

use super::*;

fn document() -> Value {
    json!({ "s": {
        "Api": { "type": "object", "required": ["name", "backend"], "properties": {
            "name": { "type": "string", "minLength": 1, "maxLength": 5 },
            "rate": { "type": ["integer", "null"], "minimum": 1, "maximum": 10 },
            "method": { "type": "string", "enum": ["GET", "PUT"] },
            "tags": { "type": "array", "maxItems": 2, "items": { "$ref": "#/s/Tag" } },
            "headers": { "type": "array", "items": {
                "type": "array", "items": false, "prefixItems": [{ "type": "string" }, { "type": "string" }] } },
            "backend": { "$ref": "#/s/Backend" },
            "spare": { "oneOf": [{ "type": "null" }, { "$ref": "#/s/Tag" }] },
            "verb": { "oneOf": [
                { "type": "string", "enum": ["same"] },
                { "type": "object", "required": ["fixed"], "properties": { "fixed": { "type": "string" } } } ] },
            "notes": { "type": "object", "additionalProperties": { "type": "string" } },
        } },
        "Tag": { "type": "object", "required": ["key"], "properties": { "key": { "type": "string" } } },
        "Http": { "type": "object", "required": ["origin"], "properties": { "origin": { "type": "string" } } },
        "Mock": { "type": "object", "properties": { "status": { "type": "integer" } } },
        "Backend": { "oneOf": [
            { "allOf": [{ "$ref": "#/s/Http" }, { "type": "object", "required": ["type"],
                "properties": { "type": { "type": "string", "enum": ["http"] } } }] },
            { "allOf": [{ "$ref": "#/s/Mock" }, { "type": "object", "required": ["type"],
                "properties": { "type": { "type": "string", "enum": ["mock"] } } }] },
        ] },
    } })
}

fn faults(value: &Value) -> Vec<(String, String)> {
    let found = check(&document(), &json!({ "$ref": "#/s/Api" }), value);
    found.into_iter().map(|fault| (fault.pointer, fault.message)).collect()
}

fn with(name: &str, value: Value) -> Value {
    let mut whole = json!({ "name": "a", "backend": { "type": "mock" } });
    whole[name] = value;
    whole
}

#[test]
fn what_the_schema_allows_has_no_fault() {
    for (name, value) in [
        ("name", json!("abcde")),
        ("rate", json!(null)),
        ("rate", json!(10)),
        ("method", json!("PUT")),
        ("tags", json!([{ "key": "k" }])),
        ("headers", json!([["a", "b"]])),
        ("backend", json!({ "type": "http", "origin": "o" })),
        ("spare", json!(null)),
        ("spare", json!({ "key": "k" })),
        ("verb", json!("same")),
        ("verb", json!({ "fixed": "GET" })),
        ("notes", json!({ "any": "thing" })),
    ] {
        assert_eq!(faults(&with(name, value.clone())), [], "{name} {value}");
    }
}

#[test]
fn every_fault_is_told_at_its_place() {
    for (name, value, place, told) in [
        ("name", json!(""), "/name", "has 0 characters; 1 to 5 are allowed"),
        ("name", json!(1), "/name", "is of type integer; string is allowed"),
        ("name", json!(null), "/name", "is of type null; string is allowed"),
        ("rate", json!(0), "/rate", "is 0; 1 to 10 are allowed"),
        ("rate", json!(1.5), "/rate", "is of type number; integer is allowed"),
        ("method", json!("get"), "/method", "is \"get\"; GET, PUT are allowed"),
        ("tags", json!([{ "key": "a" }, {}]), "/tags/1/key", "is missing"),
        ("tags", json!([{}, {}, {}]), "/tags", "has 3 entries; 0 to 2 are allowed"),
        ("headers", json!([["a"]]), "/headers/0", "has 1 entries; 2 are needed"),
        ("backend", json!({ "type": "ftp" }), "/backend/type", "is \"ftp\"; http, mock are allowed"),
        ("backend", json!({}), "/backend/type", "is missing; http, mock are allowed"),
        ("backend", json!({ "type": "http" }), "/backend/origin", "is missing"),
        (
            "backend",
            json!({ "type": "mock", "origin": "o" }),
            "/backend/origin",
            "is no field here; status, type are allowed",
        ),
        ("backend", json!("mock"), "/backend", "has none of the allowed forms"),
        ("spare", json!({ "kee": 1 }), "/spare/kee", "is no field here; key are allowed"),
        ("verb", json!("other"), "/verb", "has none of the allowed forms, such as same"),
        ("notes", json!({ "a/b": 1 }), "/notes/a~1b", "is of type integer; string is allowed"),
        ("nam", json!(1), "/nam", "is no field here"),
    ] {
        let found = faults(&with(name, value.clone()));
        assert!(
            found.iter().any(|(at, message)| at == place && message.starts_with(told)),
            "{name} {value}: {found:?}"
        );
    }
    assert_eq!(faults(&json!([])), [(String::new(), "is of type array; object is allowed".to_owned())]);
    assert_eq!(faults(&json!({})).len(), 2, "both missing fields are told at once");
}
