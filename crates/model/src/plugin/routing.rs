//! Where else calls go, by what they say.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Backend, Condition, UpstreamId};

/// Other backends for the calls of an API. A call goes to the first whose condition holds, and to the API's own where none
/// does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routing {
    /// In the order in which they were given.
    pub routes: Vec<Route>,
}

/// A backend for some of the calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// Its name; unique in the plugin.
    pub name: String,
    /// 0 to 100: the higher is asked first; of those with the same weight, the one given last.
    pub weight: u8,
    /// Which calls it is for.
    pub condition: Condition,
    /// What answers them. Parameters, mappings and constants are those of the API.
    pub backend: Backend,
    /// Facts that a dialect keeps here only to tell them back.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
}

impl Routing {
    /// Most routes of a plugin.
    pub const MOST: usize = 10;

    /// The routes in the order in which they are asked.
    pub fn in_order(&self) -> Vec<&Route> {
        let mut routes: Vec<&Route> = self.routes.iter().rev().collect();
        routes.sort_by_key(|route| std::cmp::Reverse(route.weight));
        routes
    }

    /// The upstreams whose nodes answer.
    pub fn upstreams(&self) -> impl Iterator<Item = &UpstreamId> {
        self.routes.iter().filter_map(|route| route.backend.upstream())
    }
}
