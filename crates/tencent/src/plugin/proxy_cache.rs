//! `ProxyCache`: answers that are given again (spec: cache).

use model::{AnswerCache, CacheParameter, Location, Method, Whole};
use serde::{Deserialize, Serialize};

use super::data::{unfit, whole};
use crate::code::Code;
use crate::field;
use crate::refusal::Fault;

const POSITIONS: [(&str, Location); 3] =
    [("header", Location::Header), ("query", Location::Query), ("path", Location::Path)];

/// Most entries of a list.
const MOST: usize = 100;

/// The data as they stand in the text.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProxyCache {
    #[serde(default)]
    cache_key_params: Vec<KeyParameter>,
    cacheable_methods: Vec<String>,
    cacheable_response_codes: Vec<i64>,
    #[serde(default)]
    cache_control: bool,
    ttl: i64,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct KeyParameter {
    parameter: String,
    position: String,
}

impl ProxyCache {
    pub(super) fn into_model(self) -> Result<AnswerCache, Fault> {
        let mut parameters: Vec<CacheParameter> = Vec::new();
        let most = AnswerCache::MOST_PARAMETERS;
        if self.cache_key_params.len() > most {
            let reason = format!("has {} entries; at most {most} are allowed", self.cache_key_params.len());
            return Err(unfit("cache_key_params", reason));
        }
        for (index, sent) in self.cache_key_params.into_iter().enumerate() {
            let at = |member: &str| format!("cache_key_params.{index}.{member}");
            let place = format!("PluginData.{}", at("position"));
            let location = field::option(Code::InvalidPluginConfig, &place, &sent.position, &POSITIONS)?;
            let parameter = CacheParameter::new(location, sent.parameter)
                .map_err(|invalid| unfit(&at("parameter"), invalid.reason))?;
            if parameters.iter().any(|known| known.is(parameter.name(), location)) {
                let reason = format!("`{}` is given twice", parameter.name().escape_debug());
                return Err(unfit(&at("parameter"), reason));
            }
            parameters.push(parameter);
        }
        let methods = list("cacheable_methods", self.cacheable_methods, |at, word: String| {
            let known = AnswerCache::METHODS.map(|method| (method.as_str(), method));
            field::option(Code::InvalidPluginConfig, &format!("PluginData.{at}"), &word, &known)
        })?;
        let statuses = list("cacheable_response_codes", self.cacheable_response_codes, whole::<200, 599>)?;
        let lifetime = whole("ttl", self.ttl)?;
        Ok(AnswerCache { parameters, methods, statuses, obeys: self.cache_control, lifetime })
    }
}

/// A list of at least one, each of which is there once.
fn list<S, T: PartialEq>(
    member: &str,
    sent: Vec<S>,
    read: impl Fn(&str, S) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    if sent.is_empty() || sent.len() > MOST {
        return Err(unfit(member, format!("has {} entries; 1 to {MOST} are allowed", sent.len())));
    }
    let mut all = Vec::new();
    for (index, sent) in sent.into_iter().enumerate() {
        let at = format!("{member}.{index}");
        let one = read(&at, sent)?;
        if all.contains(&one) {
            return Err(unfit(&at, "is given twice"));
        }
        all.push(one);
    }
    Ok(all)
}

impl From<&AnswerCache> for ProxyCache {
    fn from(data: &AnswerCache) -> Self {
        let parameters = data.parameters.iter().map(|parameter| KeyParameter {
            parameter: parameter.name().to_owned(),
            position: parameter.location().as_str().to_owned(),
        });
        Self {
            cache_key_params: parameters.collect(),
            cacheable_methods: data.methods.iter().copied().map(Method::as_str).map(str::to_owned).collect(),
            cacheable_response_codes: data.statuses.iter().copied().map(|status| status.get().into()).collect(),
            cache_control: data.obeys,
            ttl: Whole::get(data.lifetime).into(),
        }
    }
}
