//! What differs between two states of a service: releases, or what its operators edit now.
//!
//! A state is a set of API definitions. Two states differ by the APIs that only one of them has, and by those whose
//! definitions differ; a definition differs field by field, named by the path to the field.

use std::collections::BTreeMap;

use model::{ApiDefinition, ApiId, EnvironmentName, ServiceTree, VersionName};
use serde_json::Value;

use crate::{Refusal, rule};

/// A state of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServiceState {
    /// The definitions as they are edited now: what a release would freeze.
    Working,
    /// What an environment runs; nothing when it is offline.
    Environment(EnvironmentName),
    /// A release.
    Version(VersionName),
}

/// An API that is not the same in both states.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiDifference<'t> {
    /// The API.
    pub api: &'t ApiId,
    /// Its definition in the first state; `None` for an API that was added.
    pub before: Option<&'t ApiDefinition>,
    /// Its definition in the second state; `None` for an API that was removed.
    pub after: Option<&'t ApiDefinition>,
    /// What differs in an API that both have, by field; empty for the others.
    pub fields: Vec<FieldDifference>,
}

/// A field that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldDifference {
    /// Where: names joined by `/`, such as `/backend/origin`. An entry of a list stands under what tells it apart
    /// (`/parameters/query:page/default`), or its place.
    pub field: String,
    /// What it was; `None` where there was nothing.
    pub before: Option<Value>,
    /// What it is; `None` where there is nothing.
    pub after: Option<Value>,
}

/// What differs between two states, and how many APIs are the same in both.
#[derive(Debug, Clone, PartialEq)]
pub struct Differences<'t> {
    /// The APIs that differ, by identifier.
    pub apis: Vec<ApiDifference<'t>>,
    /// How many do not.
    pub same: usize,
}

/// What differs between `before` and `after`.
///
/// # Errors
/// [`Refusal::EnvironmentNotFound`], [`Refusal::VersionNotFound`].
pub fn between<'t>(
    tree: &'t ServiceTree,
    before: &ServiceState,
    after: &ServiceState,
) -> Result<Differences<'t>, Refusal> {
    let (before, after) = (definitions(tree, before)?, definitions(tree, after)?);
    let mut differences = Differences { apis: Vec::new(), same: 0 };
    let ids: std::collections::BTreeSet<&ApiId> = before.keys().chain(after.keys()).copied().collect();
    for api in ids {
        let (before, after) = (before.get(api).copied(), after.get(api).copied());
        if before == after {
            differences.same += 1;
            continue;
        }
        let fields = match (before, after) {
            (Some(before), Some(after)) => fields(before, after),
            _ => Vec::new(),
        };
        differences.apis.push(ApiDifference { api, before, after, fields });
    }
    Ok(differences)
}

fn definitions<'t>(
    tree: &'t ServiceTree,
    state: &ServiceState,
) -> Result<BTreeMap<&'t ApiId, &'t ApiDefinition>, Refusal> {
    let release =
        match state {
            ServiceState::Working => return Ok(tree.apis.values().map(|api| (&api.id, &*api.definition)).collect()),
            ServiceState::Environment(environment) => {
                rule::known(environment)?;
                tree.running(environment)
            }
            ServiceState::Version(version) => Some(tree.releases.get(version).ok_or_else(|| {
                Refusal::VersionNotFound { service: tree.service.id.clone(), version: version.clone() }
            })?),
        };
    let members = release.map_or(&[][..], |release| &release.members);
    let frozen = members.iter().filter_map(|member| tree.revisions.get(&(member.api.clone(), member.revision)));
    Ok(frozen.map(|frozen| (&frozen.api, &*frozen.definition)).collect())
}

fn fields(before: &ApiDefinition, after: &ApiDefinition) -> Vec<FieldDifference> {
    let value = |definition: &ApiDefinition| serde_json::to_value(definition).unwrap_or_default();
    of_values(&value(before), &value(after))
}

/// What differs between two values that are written as JSON, field by field.
pub(crate) fn of_values(before: &Value, after: &Value) -> Vec<FieldDifference> {
    let mut found = Vec::new();
    compare(&mut String::new(), Some(before), Some(after), &mut found);
    found
}

fn compare(place: &mut String, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<FieldDifference>) {
    if before == after {
        return;
    }
    let parts = match (before, after) {
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            let mut names: Vec<&String> = before.keys().collect();
            names.extend(after.keys().filter(|name| !before.contains_key(*name)));
            Some(names.into_iter().map(|name| (name.clone(), before.get(name), after.get(name))).collect())
        }
        (Some(Value::Array(before)), Some(Value::Array(after))) => paired(before, after),
        _ => None,
    };
    let Some(parts) = parts else {
        // What is not there and what is null are one thing to whoever reads this.
        let told = |value: Option<&Value>| value.filter(|value| !value.is_null()).cloned();
        found.push(FieldDifference { field: place.clone(), before: told(before), after: told(after) });
        return;
    };
    for (name, before, after) in parts {
        let length = place.len();
        place.push('/');
        place.push_str(&name.replace('~', "~0").replace('/', "~1"));
        compare(place, before, after, found);
        place.truncate(length);
    }
}

type Parts<'v> = Vec<(String, Option<&'v Value>, Option<&'v Value>)>;

/// The entries of two lists side by side, those together that are called alike; `None` when not all have a name of
/// their own.
fn paired<'v>(before: &'v [Value], after: &'v [Value]) -> Option<Parts<'v>> {
    let named = |list: &'v [Value]| -> Option<Vec<(String, &'v Value)>> {
        let named: Vec<(String, &Value)> =
            list.iter().map(|entry| called(entry).map(|name| (name, entry))).collect::<Option<_>>()?;
        let distinct: std::collections::BTreeSet<&String> = named.iter().map(|(name, _)| name).collect();
        (distinct.len() == named.len()).then_some(named)
    };
    let (before, after) = (named(before)?, named(after)?);
    let same_order = before.iter().map(|(name, _)| name).eq(after.iter().map(|(name, _)| name));
    let mut parts: Parts<'_> = before
        .iter()
        .map(|(name, entry)| {
            let other = after.iter().find(|(other, _)| other == name).map(|(_, other)| *other);
            (name.clone(), Some(*entry), other)
        })
        .collect();
    let is_new = |name: &String| !before.iter().any(|(other, _)| other == name);
    parts.extend(after.iter().filter(|(name, _)| is_new(name)).map(|(name, entry)| (name.clone(), None, Some(*entry))));
    // The same entries in another order: nothing but the whole lists shows that.
    let only_order = !same_order && parts.iter().all(|(_, before, after)| before == after);
    (!only_order).then_some(parts)
}

/// What an entry of a list is called: a parameter by its place and name, a tag by its key, a code by its number.
fn called(entry: &Value) -> Option<String> {
    let text = |field: &str| entry.get(field).and_then(Value::as_str);
    match (text("location"), text("name"), text("key"), entry.get("code")) {
        (Some(location), Some(name), ..) => Some(format!("{location}:{name}")),
        (None, Some(name), ..) => Some(name.to_owned()),
        (_, _, Some(key), _) => Some(key.to_owned()),
        (_, _, _, Some(code)) => Some(code.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
