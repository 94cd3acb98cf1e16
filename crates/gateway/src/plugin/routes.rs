//! Where else the calls of an API go.

use std::sync::Arc;

use model::{Condition, Plugin};

use super::Facts;
use crate::plan::ApiEntry;
use crate::refusal::Refusal;

/// The routes of a plugin, compiled for one API.
#[derive(Debug)]
pub struct Routes {
    /// What they were compiled from.
    pub plugin: Arc<Plugin>,
    /// In the order in which they are asked.
    pub routes: Box<[RoutePlan]>,
}

/// One route.
#[derive(Debug)]
pub struct RoutePlan {
    /// Which calls it is for.
    pub condition: Condition,
    /// The API, with this route's backend in place of its own.
    pub entry: ApiEntry,
}

impl Routes {
    /// The place of a route among them.
    pub fn place(&self, entry: &ApiEntry) -> Option<usize> {
        self.routes.iter().position(|route| std::ptr::eq(&route.entry, entry))
    }

    /// What answers a call, where it is not the API's own backend.
    pub fn choose(&self, facts: &Facts<'_>) -> Result<Option<&ApiEntry>, Refusal> {
        for route in &self.routes {
            if facts.answer(route.condition.question())? {
                return Ok(Some(&route.entry));
            }
        }
        Ok(None)
    }
}
