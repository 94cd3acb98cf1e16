//! What callers send: `parameters`, and the form in a request body, both ways.

use std::collections::BTreeMap;

use model::parameter::{check_name, check_value};
use model::{Location, Parameter};
use serde_json::{Map, Value, json};

use super::document::Version;
use super::extension::{ORDER, REQUIRED, TYPE};
use super::fault::Fault;
use super::place::Place;

/// The kind of body that holds parameters.
const FORM: &str = "application/x-www-form-urlencoded";

/// The types that the format knows.
const TYPES: [&str; 6] = ["string", "integer", "number", "boolean", "array", "object"];

/// The parameters of an operation, with what was passed over.
pub(super) fn read(
    root: &Value,
    version: Version,
    item: &Place<'_>,
    operation: &Place<'_>,
    warnings: &mut Vec<Fault>,
) -> Result<Vec<Parameter>, Fault> {
    let mut found: Vec<(Option<u64>, Parameter)> = Vec::new();
    // Those of the operation stand before those of its path, which they replace.
    for holder in [operation, item] {
        let Some(list) = holder.member("parameters") else { continue };
        let is_of_path = std::ptr::eq(holder, item);
        for place in list.items()? {
            let place = place.followed(root)?;
            let Some(parameter) = one(version, &place, warnings)? else { continue };
            let is_there = found.iter().any(|(_, other)| is_same(other, &parameter));
            match (is_there, is_of_path) {
                (true, true) => {}
                (true, false) => {
                    let reason = format!("{} `{}` stands twice", parameter.location.as_str(), parameter.name);
                    return Err(place.fault(reason));
                }
                (false, _) => found.push((None, parameter)),
            }
        }
    }
    if let Some(body) = operation.member("requestBody") {
        found.extend(form(root, &body.followed(root)?)?);
    }
    Ok(ordered(found))
}

fn is_same(a: &Parameter, b: &Parameter) -> bool {
    let is_name = match a.location {
        Location::Header => a.name.eq_ignore_ascii_case(&b.name),
        Location::Query | Location::Path | Location::Body => a.name == b.name,
    };
    a.location == b.location && is_name
}

/// Parameters that say where they stand take that place; the others fill what is left in their order.
fn ordered(found: Vec<(Option<u64>, Parameter)>) -> Vec<Parameter> {
    let (mut placed, others): (Vec<_>, Vec<_>) = found.into_iter().partition(|(order, _)| order.is_some());
    placed.sort_by_key(|(order, _)| *order);
    let mut all: Vec<Parameter> = others.into_iter().map(|(_, parameter)| parameter).collect();
    for (order, parameter) in placed {
        let at = order.and_then(|order| usize::try_from(order).ok()).unwrap_or(all.len());
        all.insert(at.min(all.len()), parameter);
    }
    all
}

/// One item of `parameters`; `None` for one that is passed over.
fn one(version: Version, place: &Place<'_>, warnings: &mut Vec<Fault>) -> Result<Option<Parameter>, Fault> {
    let needed = |name: &str| place.fault_at(name, "is needed");
    place.object()?;
    let name = place.text_of("name")?.ok_or_else(|| needed("name"))?;
    let location = match (place.text_of("in")?.ok_or_else(|| needed("in"))?, version) {
        ("header", _) => Location::Header,
        ("query", _) => Location::Query,
        ("path", _) => Location::Path,
        ("formData", Version::Swagger) => Location::Body,
        ("body", Version::Swagger) => return Ok(None),
        ("cookie", Version::OpenApi) => {
            warnings.push(place.fault(format!("the cookie `{name}` is passed on and not checked")));
            return Ok(None);
        }
        (word, Version::OpenApi) => {
            return Err(
                place.fault_at("in", format!("`{}` is not one of header, query, path, cookie", word.escape_debug()))
            );
        }
        (word, Version::Swagger) => {
            let reason = format!("`{}` is not one of header, query, path, formData, body", word.escape_debug());
            return Err(place.fault_at("in", reason));
        }
    };
    check_name(name, location).map_err(|invalid| place.fault_at("name", invalid.reason))?;
    let schema = match version {
        Version::Swagger => Some(place.clone()),
        Version::OpenApi => place.member("schema"),
    };
    let required = place.truth_of(REQUIRED)?.or(place.truth_of("required")?).unwrap_or(location == Location::Path);
    let description = place.text_of("description")?.unwrap_or_default();
    parameter(name, location, schema.as_ref(), required, description).map(Some)
}

fn parameter(
    name: &str,
    location: Location,
    schema: Option<&Place<'_>>,
    required: bool,
    description: &str,
) -> Result<Parameter, Fault> {
    let default = match schema.and_then(|schema| schema.member("default")) {
        None => None,
        Some(place) => {
            let text = match place.value {
                Value::String(text) => text.clone(),
                Value::Number(_) | Value::Bool(_) => place.value.to_string(),
                _ => return Err(place.fault("a text, a number, true or false is needed")),
            };
            check_value(&text, location).map_err(|invalid| place.fault(invalid.reason))?;
            Some(text)
        }
    };
    let type_name = match schema {
        None => "string".to_owned(),
        Some(schema) => type_of(schema)?,
    };
    Ok(Parameter { name: name.to_owned(), location, type_name, default, required, description: description.to_owned() })
}

/// What a schema calls its type. Since 3.1 it may be a list, of which the first that is not `null` is meant.
fn type_of(schema: &Place<'_>) -> Result<String, Fault> {
    schema.object()?;
    if let Some(named) = schema.text_of(TYPE)? {
        return Ok(named.to_owned());
    }
    match schema.member("type") {
        None => Ok("string".to_owned()),
        Some(place) => match place.value {
            Value::Array(_) => {
                let first = place.items()?.find(|item| item.value.as_str() != Some("null"));
                first.map_or_else(|| Ok("string".to_owned()), |item| item.text().map(str::to_owned))
            }
            _ => place.text().map(str::to_owned),
        },
    }
}

/// The form of a request body, as parameters.
fn form(root: &Value, body: &Place<'_>) -> Result<Vec<(Option<u64>, Parameter)>, Fault> {
    let Some(schema) =
        body.member("content").and_then(|content| content.member(FORM)).and_then(|form| form.member("schema"))
    else {
        return Ok(Vec::new());
    };
    let schema = schema.followed(root)?;
    let mut required = Vec::new();
    if let Some(list) = schema.member("required") {
        for item in list.items()? {
            required.push(item.text()?);
        }
    }
    let mut found = Vec::new();
    let Some(properties) = schema.member("properties") else { return Ok(found) };
    for (name, place) in properties.members()? {
        let place = place.followed(root)?;
        check_name(name, Location::Body).map_err(|invalid| place.fault(invalid.reason))?;
        let description = place.text_of("description")?.unwrap_or_default();
        let order = place.value.get(ORDER).and_then(Value::as_u64);
        let is_required = required.contains(&name);
        found.push((order, parameter(name, Location::Body, Some(&place), is_required, description)?));
    }
    Ok(found)
}

/// Puts the parameters of an API into its operation.
pub(super) fn write(parameters: &[Parameter], operation: &mut Map<String, Value>) {
    let mut list = Vec::new();
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (at, parameter) in parameters.iter().enumerate() {
        let Parameter { name, location, default, description, .. } = parameter;
        let mut schema = schema(&parameter.type_name, default.as_deref());
        if *location == Location::Body {
            if !description.is_empty() {
                schema.insert("description".to_owned(), json!(description));
            }
            schema.insert(ORDER.to_owned(), json!(at));
            properties.insert(name.clone(), Value::Object(schema));
            if parameter.required {
                required.push(name.clone());
            }
            continue;
        }
        let mut told =
            BTreeMap::from([("name", json!(name)), ("in", json!(location.as_str())), ("schema", json!(schema))]);
        if !description.is_empty() {
            told.insert("description", json!(description));
        }
        // The format has no variable of a path that may be left out.
        if *location == Location::Path && !parameter.required {
            told.insert(REQUIRED, json!(false));
        }
        told.insert("required", json!(parameter.required || *location == Location::Path));
        list.push(json!(told));
    }
    if !list.is_empty() {
        operation.insert("parameters".to_owned(), Value::Array(list));
    }
    if !properties.is_empty() {
        let mut schema = json!({"type": "object", "properties": properties});
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        operation.insert("requestBody".to_owned(), json!({"content": {FORM: {"schema": schema}}}));
    }
}

fn schema(type_name: &str, default: Option<&str>) -> Map<String, Value> {
    let known = TYPES.iter().find(|known| **known == type_name);
    let mut schema = Map::from_iter([("type".to_owned(), json!(known.unwrap_or(&"string")))]);
    if known.is_none() {
        schema.insert(TYPE.to_owned(), json!(type_name));
    }
    if let Some(text) = default {
        // A number or a truth stands as such where it reads back as the same text.
        let parsed: Option<Value> = match type_name {
            "integer" | "number" | "boolean" => serde_json::from_str(text).ok(),
            _ => None,
        };
        let reads_back = |value: &Value| serde_json::to_string(value).is_ok_and(|written| written == *text);
        let is_simple = |value: &Value| (value.is_number() || value.is_boolean()) && reads_back(value);
        schema.insert("default".to_owned(), parsed.filter(is_simple).unwrap_or_else(|| json!(text)));
    }
    schema
}
