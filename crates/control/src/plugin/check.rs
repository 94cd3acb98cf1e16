//! What the types of plugins leave open: how much there may be of what, and what contradicts itself.

use std::collections::BTreeSet;

use model::{
    AddressAccess, AddressList, AnswerCache, AnyOr, CacheParameter, CallLimit, CallerCheck, CountedParameter,
    CrossOrigin, ParameterLimit, PluginData, Routing, Transcoding,
};
use rpc::Transcoder;

use crate::PluginRefusal;

/// Longest name of a strategy or a route, in characters.
const LONGEST_NAME: usize = 50;

/// Longest note of an address, in characters.
const LONGEST_NOTE: usize = 200;

/// Longest name of a parameter or an application, in bytes.
const LONGEST_PARAMETER: usize = 128;

/// Most sites and most headers of a list.
const MOST_LISTED: usize = 100;

/// Highest weight of a strategy or a route.
const MOST_WEIGHT: u8 = 100;

/// Refuses data that no plugin of their kind can have.
pub(super) fn check(data: &PluginData) -> Result<(), PluginRefusal> {
    match data {
        PluginData::AddressAccess(data) => address_access(data),
        PluginData::CrossOrigin(data) => cross_origin(data),
        PluginData::CallLimit(data) => call_limit(data),
        PluginData::ParameterLimit(data) => parameter_limit(data),
        PluginData::CallerCheck(data) => caller_check(data),
        PluginData::Routing(data) => routing(data),
        PluginData::Transcoding(data) => transcoding(data),
        // Their types say it all.
        PluginData::ReplayGuard(_)
        | PluginData::CircuitBreaker(_)
        | PluginData::RequestEdit(_)
        | PluginData::AnswerEdit(_) => Ok(()),
        PluginData::AnswerCache(data) => answer_cache(data),
    }
}

fn address_access(data: &AddressAccess) -> Result<(), PluginRefusal> {
    at_most("/notes", data.notes.len(), AddressList::MOST)?;
    for (entry, note) in &data.notes {
        if entry.len() > LONGEST_NOTE || note.chars().count() > LONGEST_NOTE {
            return refuse("/notes", format!("an entry or its note is longer than {LONGEST_NOTE} characters"));
        }
    }
    Ok(())
}

fn cross_origin(data: &CrossOrigin) -> Result<(), PluginRefusal> {
    if data.origins == AnyOr::Listed(Vec::new()) {
        return refuse("/origins", "is empty; at least one origin, or `any`, is needed");
    }
    if data.methods.is_empty() {
        return refuse("/methods", "is empty; at least one method is needed");
    }
    once("/methods", "", data.methods.iter().map(|method| method.as_str()))?;
    if data.max_age == 0 {
        return refuse("/max_age", format!("0 is out of range; 1 to {} are allowed", u32::MAX));
    }
    at_most("/origins", listed(&data.origins), MOST_LISTED)?;
    at_most("/allow_headers", listed(&data.allow_headers), MOST_LISTED)?;
    at_most("/expose_headers", listed(&data.expose_headers), MOST_LISTED)
}

fn listed<T>(list: &AnyOr<T>) -> usize {
    match list {
        AnyOr::Any => 0,
        AnyOr::Listed(entries) => entries.len(),
    }
}

fn call_limit(data: &CallLimit) -> Result<(), PluginRefusal> {
    at_most("/applications", data.applications.len(), CallLimit::MOST_SPECIAL)?;
    at_most("/addresses", data.addresses.len(), CallLimit::MOST_SPECIAL)?;
    for (index, (application, _)) in data.applications.iter().enumerate() {
        if application.is_empty() || application.len() > LONGEST_PARAMETER {
            return refuse(format!("/applications/{index}/0"), "is no identifier of an application");
        }
    }
    once("/applications", "/0", data.applications.iter().map(|(application, _)| application))?;
    once("/addresses", "/0", data.addresses.iter().map(|(address, _)| address))
}

fn parameter_limit(data: &ParameterLimit) -> Result<(), PluginRefusal> {
    some("/strategies", data.strategies.len(), ParameterLimit::MOST)?;
    for (index, strategy) in data.strategies.iter().enumerate() {
        let at = |member: &str| format!("/strategies/{index}/{member}");
        named(at("name"), &strategy.name)?;
        weighty(at("weight"), strategy.weight)?;
        match &strategy.parameter {
            CountedParameter::Path => {}
            CountedParameter::Header(name) | CountedParameter::Query(name) => {
                if name.is_empty() || name.len() > LONGEST_PARAMETER {
                    let reason = format!("is {} bytes long; 1 to {LONGEST_PARAMETER} are allowed", name.len());
                    return refuse(at("parameter/name"), reason);
                }
            }
        }
    }
    once("/strategies", "/name", data.strategies.iter().map(|strategy| &strategy.name))?;
    once("/strategies", "/weight", data.strategies.iter().map(|strategy| strategy.weight))
}

fn caller_check(data: &CallerCheck) -> Result<(), PluginRefusal> {
    at_most("/headers", data.headers.len(), CallerCheck::MOST_PARAMETERS)?;
    at_most("/queries", data.queries.len(), CallerCheck::MOST_PARAMETERS)?;
    for (index, name) in data.queries.iter().enumerate() {
        if name.is_empty() || name.len() > LONGEST_PARAMETER {
            let reason = format!("is {} bytes long; 1 to {LONGEST_PARAMETER} are allowed", name.len());
            return refuse(format!("/queries/{index}"), reason);
        }
    }
    if data.memory.seconds() > 0 && data.headers.is_empty() && data.queries.is_empty() {
        return refuse("/headers", "is empty, and so are the queries; what is remembered is remembered by them");
    }
    if data.version.chars().count() > 64 {
        return refuse("/version", "is longer than 64 characters");
    }
    Ok(())
}

fn routing(data: &Routing) -> Result<(), PluginRefusal> {
    some("/routes", data.routes.len(), Routing::MOST)?;
    for (index, route) in data.routes.iter().enumerate() {
        let at = |member: &str| format!("/routes/{index}/{member}");
        named(at("name"), &route.name)?;
        weighty(at("weight"), route.weight)?;
    }
    once("/routes", "/name", data.routes.iter().map(|route| &route.name))
}

fn transcoding(data: &Transcoding) -> Result<(), PluginRefusal> {
    match Transcoder::new(&data.proto) {
        Ok(_) => Ok(()),
        // The vendor's words, and what is wrong.
        Err(fault) => refuse("/proto", format!("proto file format error: {fault}")),
    }
}

fn answer_cache(data: &AnswerCache) -> Result<(), PluginRefusal> {
    at_most("/parameters", data.parameters.len(), AnswerCache::MOST_PARAMETERS)?;
    for (index, parameter) in data.parameters.iter().enumerate() {
        let is_known = |known: &CacheParameter| known.is(parameter.name(), parameter.location());
        if data.parameters.iter().take(index).any(is_known) {
            return refuse(format!("/parameters/{index}"), "is given twice");
        }
    }
    some("/methods", data.methods.len(), AnswerCache::METHODS.len())?;
    for (index, method) in data.methods.iter().enumerate() {
        if !AnswerCache::METHODS.contains(method) {
            let known = AnswerCache::METHODS.map(model::Method::as_str).join(", ");
            return refuse(format!("/methods/{index}"), format!("is not one of {known}"));
        }
    }
    once("/methods", "", data.methods.iter().map(|method| method.as_str()))?;
    some("/statuses", data.statuses.len(), MOST_LISTED)?;
    once("/statuses", "", data.statuses.iter().map(|status| status.get()))
}

fn refuse(place: impl Into<String>, reason: impl Into<String>) -> Result<(), PluginRefusal> {
    Err(PluginRefusal::BadData { place: place.into(), reason: reason.into() })
}

fn at_most(place: &str, count: usize, most: usize) -> Result<(), PluginRefusal> {
    if count > most { refuse(place, format!("has {count} entries; at most {most} are allowed")) } else { Ok(()) }
}

fn some(place: &str, count: usize, most: usize) -> Result<(), PluginRefusal> {
    if (1..=most).contains(&count) {
        return Ok(());
    }
    refuse(place, format!("has {count} entries; 1 to {most} are allowed"))
}

fn named(place: String, name: &str) -> Result<(), PluginRefusal> {
    let length = name.chars().count();
    if (1..=LONGEST_NAME).contains(&length) && !name.chars().any(char::is_control) {
        return Ok(());
    }
    refuse(
        place,
        format!("is {length} characters long; 1 to {LONGEST_NAME} are allowed, none of them control characters"),
    )
}

fn weighty(place: String, weight: u8) -> Result<(), PluginRefusal> {
    if weight <= MOST_WEIGHT {
        return Ok(());
    }
    refuse(place, format!("{weight} is out of range; 0 to {MOST_WEIGHT} are allowed"))
}

/// Refuses what stands twice in the entries of a list.
fn once<T: Ord + std::fmt::Display>(
    list: &str,
    member: &str,
    values: impl Iterator<Item = T>,
) -> Result<(), PluginRefusal> {
    let mut seen = BTreeSet::new();
    for (index, value) in values.enumerate() {
        let told = format!("`{value}` is given twice");
        if !seen.insert(value) {
            return refuse(format!("{list}/{index}{member}"), told);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use model::PluginKind;
    use serde_json::{Value, json};

    use super::super::read;
    use super::*;

    #[test]
    fn what_is_too_much_missing_or_there_twice_is_refused_where_it_stands() {
        let cors = |origins: Value, methods: Value, age: u32| {
            json!({"origins": origins, "methods": methods, "allow_headers": "any", "expose_headers": "any",
                   "credentials": false, "max_age": age})
        };
        let limit =
            |addresses: Value| json!({"window": {"unit": "second", "length": 1}, "api": 1, "addresses": addresses});
        let strategies = |pairs: &[(&str, u8)]| {
            let one = |(name, weight): &(&str, u8)| {
                json!({"name": name, "weight": weight, "parameter": {"in": "path"},
                       "limit": {"window": {"unit": "second", "length": 1}, "calls": 1}})
            };
            json!({"strategies": pairs.iter().map(one).collect::<Vec<_>>()})
        };
        let check_of = |memory: u32| json!({"function": {"name": {"name": "who"}}, "memory": memory});
        let cache = |parameters: Value, methods: Value, statuses: Value| json!({"parameters": parameters, "methods": methods, "statuses": statuses, "obeys": false, "lifetime": 1});
        let twice = json!([{"location": "header", "name": "a"}, {"location": "header", "name": "A"}]);
        let cases = [
            (PluginKind::CrossOrigin, cors(json!({"listed": []}), json!(["GET"]), 1), "/origins"),
            (PluginKind::CrossOrigin, cors(json!("any"), json!([]), 1), "/methods"),
            (PluginKind::CrossOrigin, cors(json!("any"), json!(["GET", "GET"]), 1), "/methods/1"),
            (PluginKind::CrossOrigin, cors(json!("any"), json!(["GET"]), 0), "/max_age"),
            (PluginKind::CallLimit, limit(json!([["1.1.1.1", 1], ["1.1.1.1", 2]])), "/addresses/1/0"),
            (PluginKind::ParameterLimit, strategies(&[]), "/strategies"),
            (PluginKind::ParameterLimit, strategies(&[("a", 1), ("a", 2)]), "/strategies/1/name"),
            (PluginKind::ParameterLimit, strategies(&[("a", 1), ("b", 1)]), "/strategies/1/weight"),
            (PluginKind::ParameterLimit, strategies(&[("a", 101)]), "/strategies/0/weight"),
            (PluginKind::ParameterLimit, strategies(&[("", 1)]), "/strategies/0/name"),
            (PluginKind::CallerCheck, check_of(60), "/headers"),
            (PluginKind::Routing, json!({"routes": []}), "/routes"),
            (PluginKind::AnswerCache, cache(json!([]), json!(["PATCH"]), json!([200])), "/methods/0"),
            (PluginKind::AnswerCache, cache(json!([]), json!([]), json!([200])), "/methods"),
            (PluginKind::AnswerCache, cache(json!([]), json!(["GET"]), json!([200, 200])), "/statuses/1"),
            (PluginKind::AnswerCache, cache(twice, json!(["GET"]), json!([200])), "/parameters/1"),
        ];
        for (kind, data, expected) in cases {
            match check(&read(kind, &data).unwrap()) {
                Err(PluginRefusal::BadData { place, .. }) => assert_eq!(place, expected, "{data}"),
                other => panic!("{data}: {other:?}"),
            }
        }
        assert_eq!(check(&read(PluginKind::CallerCheck, &check_of(0)).unwrap()), Ok(()));
    }
}
