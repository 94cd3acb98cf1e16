//! Checking a value against a schema of the document: every fault at its place, unknown fields by name.
//!
//! It knows the part of JSON Schema that the document is written in: `$ref`, `allOf`, `oneOf`, types, `enum`, bounds,
//! `required`, `properties`, `additionalProperties`, `items` and `prefixItems`. An object whose schema names its fields
//! has no others.

use std::collections::BTreeMap;

use serde_json::Value;

/// Something that the schema does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Where: a JSON pointer.
    pub(crate) pointer: String,
    /// What was wrong and what is allowed.
    pub(crate) message: String,
}

/// Every fault of `value`.
pub(crate) fn check(document: &Value, schema: &Value, value: &Value) -> Vec<Fault> {
    let mut walk = Walk { document, faults: Vec::new(), place: String::new() };
    walk.value(schema, value);
    walk.faults
}

/// What a reference stands for; the schema itself where it is none.
pub(crate) fn resolve<'s>(document: &'s Value, schema: &'s Value) -> &'s Value {
    let target = schema["$ref"].as_str().and_then(|reference| document.pointer(reference.strip_prefix('#')?));
    target.map_or(schema, |target| resolve(document, target))
}

/// A name as a part of a JSON pointer.
pub(crate) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

struct Walk<'s> {
    document: &'s Value,
    faults: Vec<Fault>,
    place: String,
}

/// The fields of an object, gathered from all that describe it.
#[derive(Default)]
struct Shape<'s> {
    fields: BTreeMap<&'s str, &'s Value>,
    required: Vec<&'s str>,
    others: Option<&'s Value>,
    choices: Vec<&'s Value>,
}

impl<'s> Walk<'s> {
    fn fault(&mut self, message: impl Into<String>) {
        self.faults.push(Fault { pointer: self.place.clone(), message: message.into() });
    }

    fn inside(&mut self, name: &str, then: impl FnOnce(&mut Self)) {
        let length = self.place.len();
        self.place.push('/');
        self.place.push_str(&escaped(name));
        then(self);
        self.place.truncate(length);
    }

    fn value(&mut self, schema: &'s Value, value: &Value) {
        let schema = resolve(self.document, schema);
        if let Some(choices) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
            return self.choice(&choices.iter().collect::<Vec<_>>(), value);
        }
        if schema["allOf"].is_array() || schema["properties"].is_object() {
            return self.object(schema, value);
        }
        if !self.kind(schema, value) {
            return;
        }
        if let Some(allowed) = schema["enum"].as_array()
            && !allowed.contains(value)
        {
            return self.fault(format!("is {value}; {} are allowed", list(allowed)));
        }
        match value {
            Value::String(text) => self.length("characters", text.chars().count(), schema, ("minLength", "maxLength")),
            Value::Number(number) => self.size(number, schema),
            Value::Array(items) => self.items(schema, items),
            Value::Object(_) => self.object(schema, value),
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// False when the value is of another type.
    fn kind(&mut self, schema: &Value, value: &Value) -> bool {
        let wanted: Vec<&str> = match &schema["type"] {
            Value::String(one) => vec![one],
            Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
            _ => return true,
        };
        let found = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_i64() || number.is_u64() => "integer",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        let fits = wanted.contains(&found) || (found == "integer" && wanted.contains(&"number"));
        if !fits {
            let wanted: Vec<&str> = wanted.into_iter().filter(|kind| *kind != "null").collect();
            self.fault(format!("is of type {found}; {} is allowed", wanted.join(" or ")));
        }
        fits
    }

    fn length(&mut self, unit: &str, length: usize, schema: &Value, (least, most): (&str, &str)) {
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        let (least, most) = (schema[least].as_u64().unwrap_or(0), schema[most].as_u64());
        if length < least || most.is_some_and(|most| length > most) {
            let allowed = most.map_or(format!("at least {least}"), |most| format!("{least} to {most}"));
            self.fault(format!("has {length} {unit}; {allowed} are allowed"));
        }
    }

    fn size(&mut self, number: &serde_json::Number, schema: &Value) {
        let Some(found) = number.as_f64() else { return };
        let (least, most) = (schema["minimum"].as_f64(), schema["maximum"].as_f64());
        if least.is_some_and(|least| found < least) || most.is_some_and(|most| found > most) {
            let allowed = match (least, most) {
                (Some(least), Some(most)) => format!("{least} to {most} are allowed"),
                (Some(least), None) => format!("at least {least} is allowed"),
                _ => format!("at most {} is allowed", most.unwrap_or_default()),
            };
            self.fault(format!("is {number}; {allowed}"));
        }
    }

    fn items(&mut self, schema: &'s Value, items: &[Value]) {
        let each = &schema["items"];
        if let Some(places) = schema["prefixItems"].as_array() {
            if items.len() != places.len() {
                return self.fault(format!("has {} entries; {} are needed", items.len(), places.len()));
            }
            for (index, (about, item)) in places.iter().zip(items).enumerate() {
                self.inside(&index.to_string(), |walk| walk.value(about, item));
            }
            return;
        }
        self.length("entries", items.len(), schema, ("minItems", "maxItems"));
        if each.is_object() {
            for (index, item) in items.iter().enumerate() {
                self.inside(&index.to_string(), |walk| walk.value(each, item));
            }
        }
    }

    fn object(&mut self, schema: &'s Value, value: &Value) {
        let Value::Object(found) = value else {
            self.kind(&serde_json::json!({ "type": "object" }), value);
            return;
        };
        let mut shape = Shape::default();
        self.gather(schema, value, &mut shape);
        let is_open = shape.fields.is_empty();
        for (name, item) in found {
            let about = shape.fields.get(name.as_str()).copied().or(shape.others.filter(|others| others.is_object()));
            match about {
                Some(about) => self.inside(name, |walk| walk.value(about, item)),
                None if is_open => {}
                None => {
                    let names = shape.fields.keys().copied().collect::<Vec<_>>().join(", ");
                    self.inside(name, |walk| walk.fault(format!("is no field here; {names} are allowed")));
                }
            }
        }
        for name in &shape.required {
            if !found.contains_key(*name) {
                self.inside(name, |walk| walk.fault("is missing"));
            }
        }
        for choice in shape.choices {
            self.value(choice, value);
        }
    }

    /// Gathers what describes an object. Of a choice inside, the branch that the value's tags name counts.
    fn gather(&mut self, schema: &'s Value, value: &Value, shape: &mut Shape<'s>) {
        let schema = resolve(self.document, schema);
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.gather(part, value, shape);
        }
        if let Some(choices) = schema["oneOf"].as_array() {
            match choices.iter().find(|choice| self.tags_fit(choice, value)) {
                Some(choice) => self.gather(choice, value, shape),
                // None fits: say so once the rest is gathered.
                None => shape.choices.push(schema),
            }
        }
        for (name, about) in schema["properties"].as_object().into_iter().flatten() {
            shape.fields.insert(name, about);
        }
        shape.required.extend(schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str));
        if schema["additionalProperties"].is_object() {
            shape.others = Some(&schema["additionalProperties"]);
        }
    }

    fn choice(&mut self, choices: &[&'s Value], value: &Value) {
        let is_null = |choice: &Value| choice["type"] == "null";
        if value.is_null() && choices.iter().any(|choice| is_null(resolve(self.document, choice))) {
            return;
        }
        let choices: Vec<&'s Value> =
            choices.iter().copied().filter(|choice| !is_null(resolve(self.document, choice))).collect();
        if let [only] = choices[..] {
            return self.value(only, value);
        }
        let fitting: Vec<&'s Value> = choices.iter().copied().filter(|choice| self.tags_fit(choice, value)).collect();
        if let [only] = fitting[..] {
            return self.value(only, value);
        }
        if fitting.iter().any(|choice| check(self.document, choice, value).is_empty()) {
            return;
        }
        self.no_choice(&choices, value);
    }

    /// Says what the choices are: by their tag, their words, or not at all.
    fn no_choice(&mut self, choices: &[&'s Value], value: &Value) {
        let tags: Vec<(&str, Vec<&Value>)> =
            choices.iter().flat_map(|choice| self.tags(choice)).fold(Vec::new(), |mut all, (name, word)| {
                match all.iter_mut().find(|(found, _): &&mut (&str, Vec<&Value>)| *found == name) {
                    Some((_, words)) => words.push(word),
                    None => all.push((name, vec![word])),
                }
                all
            });
        if let (Some((name, words)), Value::Object(found)) = (tags.first(), value) {
            let words = list(&words.iter().map(|word| (*word).clone()).collect::<Vec<_>>());
            let message = match found.get(*name) {
                Some(sent) => format!("is {sent}; {words} are allowed"),
                None => format!("is missing; {words} are allowed"),
            };
            return self.inside(name, |walk| walk.fault(message));
        }
        let words: Vec<Value> = choices
            .iter()
            .filter_map(|choice| resolve(self.document, choice)["enum"].as_array())
            .flatten()
            .cloned()
            .collect();
        if words.is_empty() {
            self.fault("has none of the allowed forms");
        } else {
            self.fault(format!("has none of the allowed forms, such as {}", list(&words)));
        }
    }

    /// True when nothing in `value` contradicts the words that `choice` fixes.
    fn tags_fit(&self, choice: &'s Value, value: &Value) -> bool {
        let about = resolve(self.document, choice);
        let tags = self.tags(choice);
        match value {
            Value::Object(found) => {
                let is_object = about["allOf"].is_array() || about["type"] == "object" || about["oneOf"].is_array();
                let required = about["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
                is_object
                    && if tags.is_empty() {
                        required.into_iter().all(|name| found.contains_key(name))
                    } else {
                        tags.iter().all(|(name, word)| found.get(*name) == Some(*word))
                    }
            }
            _ => check(self.document, about, value).is_empty(),
        }
    }

    /// The fields that a choice fixes to one word.
    fn tags(&self, choice: &'s Value) -> Vec<(&'s str, &'s Value)> {
        let schema = resolve(self.document, choice);
        let mut tags: Vec<(&str, &Value)> =
            schema["allOf"].as_array().into_iter().flatten().flat_map(|part| self.tags(part)).collect();
        for (name, about) in schema["properties"].as_object().into_iter().flatten() {
            if let Some([word]) = about["enum"].as_array().map(Vec::as_slice) {
                tags.push((name, word));
            } else if !about["const"].is_null() {
                tags.push((name, &about["const"]));
            }
        }
        tags
    }
}

fn list(values: &[Value]) -> String {
    let words = values.iter().filter(|value| !value.is_null()).map(|value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
