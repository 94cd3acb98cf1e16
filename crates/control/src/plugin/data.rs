//! The data of plugins as JSON: what a dialect of the model's own words sends and shows.

use model::{PluginData, PluginKind};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;

use crate::{PluginRefusal, Refusal};

/// Reads the data of a plugin of this kind: the members of its type in the model, and no others.
///
/// # Errors
/// [`PluginRefusal::BadData`] with the place of the first member that cannot be.
pub fn read(kind: PluginKind, sent: &Value) -> Result<PluginData, Refusal> {
    let data = match kind {
        PluginKind::AddressAccess => typed(sent).map(PluginData::AddressAccess),
        PluginKind::CrossOrigin => typed(sent).map(PluginData::CrossOrigin),
        PluginKind::CallLimit => typed(sent).map(PluginData::CallLimit),
        PluginKind::ParameterLimit => typed(sent).map(PluginData::ParameterLimit).map(in_order),
        PluginKind::CallerCheck => typed(sent).map(PluginData::CallerCheck),
        PluginKind::ReplayGuard => typed(sent).map(PluginData::ReplayGuard),
        PluginKind::Routing => typed(sent).map(PluginData::Routing),
        PluginKind::CircuitBreaker => typed(sent).map(PluginData::CircuitBreaker),
        PluginKind::RequestEdit => typed(sent).map(PluginData::RequestEdit),
        PluginKind::AnswerCache => typed(sent).map(PluginData::AnswerCache),
        PluginKind::Transcoding => typed(sent).map(PluginData::Transcoding),
        PluginKind::AnswerEdit => typed(sent).map(PluginData::AnswerEdit),
    }?;
    Ok(data)
}

/// The data as they are read: an object, without their kind.
pub fn written(data: &PluginData) -> Value {
    let mut tree = tree(data);
    if let Some(members) = tree.as_object_mut() {
        members.remove("kind");
    }
    tree
}

fn tree(data: &impl Serialize) -> Value {
    serde_json::to_value(data).unwrap_or_default()
}

fn typed<T: DeserializeOwned + Serialize>(sent: &Value) -> Result<T, PluginRefusal> {
    let data: T = serde_path_to_error::deserialize(sent).map_err(|fault| {
        let place = fault.path().iter().fold(String::new(), |place, segment| match segment {
            Segment::Seq { index } => format!("{place}/{index}"),
            Segment::Map { key } => format!("{place}/{}", escaped(key)),
            Segment::Enum { .. } | Segment::Unknown => place,
        });
        let message = fault.inner().to_string();
        // The model's refusals begin with the field's name, which the place says already.
        let said =
            message.split_once(": ").filter(|(field, _)| place.ends_with(&format!("/{}", field.replace(' ', "_"))));
        let reason = said.map_or(message.as_str(), |(_, reason)| reason).to_owned();
        refused(place, reason)
    })?;
    no_more(sent, &tree(&data), "")?;
    Ok(data)
}

/// Refuses a member that is not in what was understood.
fn no_more(sent: &Value, understood: &Value, place: &str) -> Result<(), PluginRefusal> {
    match (sent, understood) {
        (Value::Object(sent), Value::Object(understood)) => sent.iter().try_for_each(|(name, value)| {
            let place = format!("{place}/{}", escaped(name));
            match understood.get(name) {
                Some(understood) => no_more(value, understood, &place),
                None if value.is_null() => Ok(()),
                None => {
                    let known: Vec<&str> = understood.keys().map(String::as_str).collect();
                    Err(refused(place, format!("is not known; {} are", known.join(", "))))
                }
            }
        }),
        (Value::Array(sent), Value::Array(understood)) => {
            let mut pairs = sent.iter().zip(understood).enumerate();
            pairs.try_for_each(|(index, (sent, understood))| no_more(sent, understood, &format!("{place}/{index}")))
        }
        // Serde takes a list of values for the members in their order.
        (Value::Array(_), Value::Object(understood)) => {
            let members: Vec<&str> = understood.keys().map(String::as_str).collect();
            Err(refused(place.to_owned(), format!("is a list; an object with {} is allowed", members.join(", "))))
        }
        _ => Ok(()),
    }
}

fn refused(place: String, reason: String) -> PluginRefusal {
    PluginRefusal::BadData { place, reason }
}

/// A name as a part of a JSON pointer (RFC 6901).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The strategies stand with the weightiest first.
fn in_order(data: PluginData) -> PluginData {
    match data {
        PluginData::ParameterLimit(mut limit) => {
            limit.strategies.sort_by_key(|strategy| std::cmp::Reverse(strategy.weight));
            PluginData::ParameterLimit(limit)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn place(kind: PluginKind, sent: &Value) -> String {
        match read(kind, sent) {
            Err(Refusal::Plugin(PluginRefusal::BadData { place, .. })) => place,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let strategy = |name: &str, weight: u8| {
            json!({"name": name, "weight": weight, "parameter": {"in": "header", "name": "X-User"},
                   "limit": {"window": {"unit": "minute", "length": 1}, "calls": 10}, "condition": null})
        };
        let all = [
            (PluginKind::AddressAccess, json!({"says": "white", "addresses": "10.0.0.0/8", "notes": {}})),
            (PluginKind::ReplayGuard, json!({"required": true, "memory": 60})),
            (
                PluginKind::ParameterLimit,
                json!({"overall": null, "idle_limit": null, "strategies": [strategy("a", 9), strategy("b", 1)]}),
            ),
        ];
        for (kind, sent) in all {
            assert_eq!(written(&read(kind, &sent).unwrap()), sent);
        }
        let turned = json!({"strategies": [strategy("b", 1), strategy("a", 9)]});
        let PluginData::ParameterLimit(limit) = read(PluginKind::ParameterLimit, &turned).unwrap() else { panic!() };
        assert_eq!(limit.strategies[0].name, "a");
    }

    #[test]
    fn a_refusal_names_the_member() {
        let access = |list: Value| json!({"says": "white", "addresses": list});
        assert_eq!(place(PluginKind::AddressAccess, &access(json!("nowhere"))), "/addresses");
        assert_eq!(place(PluginKind::AddressAccess, &access(json!(7))), "/addresses");
        let mut more = access(json!("10.0.0.1"));
        more["more"] = true.into();
        assert_eq!(place(PluginKind::AddressAccess, &more), "/more");
        assert_eq!(place(PluginKind::ReplayGuard, &json!({"memory": 0})), "/memory");
        assert_eq!(place(PluginKind::ReplayGuard, &json!([])), "");
        let deep = json!({"window": {"unit": "second", "length": 1, "at": 1}, "api": 1});
        assert_eq!(place(PluginKind::CallLimit, &deep), "/window/at");
    }
}
