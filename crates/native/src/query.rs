//! Query parameters, checked against what the document says of the operation.

use axum::extract::{FromRequestParts, MatchedPath};
use http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::body::schema;
use crate::problem::Problem;
use crate::state::Shared;

/// The longest query that is read, in bytes.
const LONGEST: usize = 16 * 1024;

/// The parameters of a request that were found to be right.
#[derive(Debug, Clone, Default)]
struct Checked(Map<String, Value>);

/// Checks the query of a request and keeps what it says.
///
/// # Errors
/// A parameter that the operation has not, that stands twice, or whose value is not allowed.
pub(crate) fn read(parts: &mut Parts, state: &Shared) -> Result<(), Problem> {
    let query = parts.uri.query().unwrap_or("");
    if query.len() > LONGEST {
        let reason = format!("the query is {} bytes long; at most {LONGEST} are allowed", query.len());
        return Err(Problem::query(vec![("?".to_owned(), reason)]));
    }
    let path = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let known = state.document.query(path, parts.method.as_str());
    let mut errors = Vec::new();
    let mut found = Map::new();
    for (name, text) in form_urlencoded::parse(query.as_bytes()) {
        let Some((_, about)) = known.iter().find(|(known, _)| *known == name) else {
            let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            let allowed = if names.is_empty() { "none is".to_owned() } else { format!("{} are", names.join(", ")) };
            errors.push((name.into_owned(), format!("is no parameter here; {allowed} allowed")));
            continue;
        };
        let value = typed(&text, about, &state.document.0);
        let faults = schema::check(&state.document.0, about, &value);
        errors.extend(faults.into_iter().map(|fault| (name.clone().into_owned(), fault.message)));
        if found.insert(name.clone().into_owned(), value).is_some() {
            errors.push((name.into_owned(), "stands twice".to_owned()));
        }
    }
    if !errors.is_empty() {
        return Err(Problem::query(errors));
    }
    parts.extensions.insert(Checked(found));
    Ok(())
}

/// True when the change is to be tried and not made.
pub(crate) fn is_dry_run(parts: &Parts) -> bool {
    parts.extensions.get::<Checked>().is_some_and(|checked| checked.0.get("dry_run") == Some(&Value::Bool(true)))
}

/// A text as the type that the schema wants; left as it is where it cannot be, for the check to say so.
fn typed(text: &str, about: &Value, document: &Value) -> Value {
    let about = schema::resolve(document, about);
    let wants = |kind: &str| {
        let said = &about["type"];
        said == kind || said.as_array().is_some_and(|kinds| kinds.iter().any(|found| found == kind))
    };
    if wants("integer")
        && let Ok(number) = text.parse::<i64>()
    {
        return Value::from(number);
    }
    match text {
        "true" if wants("boolean") => Value::Bool(true),
        "false" if wants("boolean") => Value::Bool(false),
        _ => Value::String(text.to_owned()),
    }
}

/// The checked parameters as a type. Needs [`crate::exchange::Look`] or [`crate::exchange::Change`] before it.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Shared> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Problem> {
        let checked = parts.extensions.get::<Checked>().cloned().unwrap_or_default();
        serde_path_to_error::deserialize(Value::Object(checked.0))
            .map(Self)
            .map_err(|fault| Problem::query(vec![(fault.path().to_string(), fault.inner().to_string())]))
    }
}
