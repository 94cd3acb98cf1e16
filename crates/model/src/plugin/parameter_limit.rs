//! How often an API may be called with each value of a parameter.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::{Condition, Window};

/// Bounds on the calls of an API by what they bring. All whose conditions hold are asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterLimit {
    /// The bound on all calls, which is asked first.
    #[serde(default)]
    pub overall: Option<WindowLimit>,
    /// What the window of the bound on all calls was said to be where there is none: kept to be told back, in calls.
    #[serde(default)]
    pub idle_limit: Option<NonZeroU32>,
    /// The strategies, the weightiest first.
    pub strategies: Vec<ParameterStrategy>,
}

/// So many calls in each window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct WindowLimit {
    pub window: Window,
    pub calls: NonZeroU32,
}

/// A bound on the calls with each value of a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterStrategy {
    /// Its name; unique in the plugin.
    pub name: String,
    /// 0 to 100, and unique in the plugin: the higher is asked first.
    pub weight: u8,
    /// Whose values are counted, each for itself.
    pub parameter: CountedParameter,
    /// The bound for each value.
    pub limit: WindowLimit,
    /// Which calls it is for; `None` is all.
    #[serde(default)]
    pub condition: Option<Condition>,
}

/// What tells one caller from another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "in", content = "name", rename_all = "snake_case")]
pub enum CountedParameter {
    /// A header.
    Header(String),
    /// A parameter of the query.
    Query(String),
    /// The path behind the environment's segment.
    Path,
}

impl ParameterLimit {
    /// Most strategies of a plugin.
    pub const MOST: usize = 10;
}
