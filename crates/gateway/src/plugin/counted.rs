//! The limits of plugins, as one call meets them.

use std::borrow::Cow;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use model::{CallLimit, Condition, CountedParameter, ParameterLimit, Timestamp, Window};
use sha2::{Digest as _, Sha256};
use smallvec::SmallVec;

use super::Facts;
use crate::limit::{WindowAt, WindowCount, WindowCounts};
use crate::refusal::Refusal;

/// Most applications that one window counts.
const MOST_APPLICATIONS: usize = 1 << 16;

/// Most addresses that one window counts.
const MOST_ADDRESSES: usize = 1 << 20;

/// Most values of a parameter that one window counts.
const MOST_VALUES: usize = 1 << 18;

/// By how many seconds the clocks of two workers may differ.
const CLOCKS_DIFFER: i64 = 5;

/// Longest value that is kept as it is, in bytes.
const LONGEST_VALUE: usize = 128;

/// What is counted of the calls of one API under one plugin. It outlives plans: a change of configuration forgets no call.
#[derive(Debug)]
pub struct Counts {
    all: WindowCount,
    applications: WindowCounts<String>,
    addresses: WindowCounts<IpAddr>,
    /// By the place of the strategy.
    values: Box<[WindowCounts<Vec<u8>>]>,
}

impl Counts {
    /// Counts for a plugin with so many strategies.
    pub fn new(strategies: usize) -> Self {
        Self {
            all: WindowCount::default(),
            applications: WindowCounts::new(MOST_APPLICATIONS),
            addresses: WindowCounts::new(MOST_ADDRESSES),
            values: (0..strategies).map(|_| WindowCounts::new(MOST_VALUES)).collect(),
        }
    }
}

/// A plugin of calls by API, application and address, with its counts.
#[derive(Debug)]
pub struct CallLimitPlan {
    /// What it says.
    pub rules: Arc<CallLimit>,
    /// What was counted.
    pub counts: Arc<Counts>,
}

/// A plugin of calls by parameter, with its counts.
#[derive(Debug)]
pub struct ParameterLimitPlan {
    /// What it says.
    pub rules: Arc<ParameterLimit>,
    /// What was counted.
    pub counts: Arc<Counts>,
}

/// The limits of plugins that one call is under.
#[derive(Debug, Default)]
pub struct Counted<'c>(SmallVec<[Toll<'c>; 4]>);

#[derive(Debug)]
struct Toll<'c> {
    window: WindowAt,
    limit: u32,
    on: On<'c>,
}

#[derive(Debug)]
enum On<'c> {
    All(&'c WindowCount),
    Application(&'c WindowCounts<String>, &'c str),
    Address(&'c WindowCounts<IpAddr>, IpAddr),
    Value(&'c WindowCounts<Vec<u8>>, Cow<'c, [u8]>),
}

impl<'c> Counted<'c> {
    /// Adds those of a plugin by API, application and address.
    pub fn add_calls(&mut self, plan: &'c CallLimitPlan, facts: &Facts<'c>, now: Timestamp) {
        let CallLimit { api, application, applications, address, addresses, .. } = &*plan.rules;
        let window = at(plan.rules.window, now);
        self.0.push(Toll { window, limit: api.get(), on: On::All(&plan.counts.all) });
        if let Some(caller) = facts.application {
            let own = applications.iter().find(|(special, _)| special == caller);
            if let Some(limit) = own.map(|(_, limit)| *limit).or(*application) {
                let on = On::Application(&plan.counts.applications, caller);
                self.0.push(Toll { window, limit: limit.get(), on });
            }
        }
        let caller = facts.address.to_canonical();
        let own = addresses.iter().find(|(special, _)| special.to_canonical() == caller);
        if let Some(limit) = own.map(|(_, limit)| *limit).or(*address) {
            self.0.push(Toll { window, limit: limit.get(), on: On::Address(&plan.counts.addresses, caller) });
        }
    }

    /// Adds those of a plugin by parameter whose conditions hold.
    pub fn add_values(
        &mut self,
        plan: &'c ParameterLimitPlan,
        facts: &Facts<'c>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if let Some(overall) = plan.rules.overall {
            let (window, limit) = (at(overall.window, now), overall.calls.get());
            self.0.push(Toll { window, limit, on: On::All(&plan.counts.all) });
        }
        for (strategy, counts) in plan.rules.strategies.iter().zip(&plan.counts.values) {
            if let Some(condition) = &strategy.condition
                && !facts.answer(Condition::question(condition))?
            {
                continue;
            }
            // Calls without the parameter share one count: leaving it out is no way around.
            let value = match &strategy.parameter {
                CountedParameter::Header(name) => facts.header(name)?.map(Cow::Borrowed),
                CountedParameter::Query(name) => facts.query(name)?,
                CountedParameter::Path => Some(Cow::Borrowed(facts.path)),
            };
            let (window, limit): (WindowAt, NonZeroU32) = (at(strategy.limit.window, now), strategy.limit.calls);
            self.0.push(Toll { window, limit: limit.get(), on: On::Value(counts, key(value.unwrap_or_default())) });
        }
        Ok(())
    }

    /// True when all would admit the call at this moment. Takes nothing.
    pub fn have_room(&self) -> bool {
        self.0.iter().all(|Toll { window, limit, on }| match on {
            On::All(count) => count.has_room(*window, *limit),
            On::Application(counts, application) => counts.has_room(*window, *application, *limit),
            On::Address(counts, address) => counts.has_room(*window, address, *limit),
            On::Value(counts, value) => counts.has_room(*window, &**value, *limit),
        })
    }

    /// Counts the call in all of them, up to the first that refuses it.
    pub fn take(&self) -> bool {
        self.0.iter().all(|Toll { window, limit, on }| match on {
            On::All(count) => count.take(*window, *limit),
            On::Application(counts, application) => counts.take(*window, *application, *limit),
            On::Address(counts, address) => counts.take(*window, address, *limit),
            On::Value(counts, value) => counts.take(*window, &**value, *limit),
        })
    }
}

/// What stands for a value: itself, or where it is long its digest, for callers choose how long it is.
pub(super) fn key(value: Cow<'_, str>) -> Cow<'_, [u8]> {
    match value {
        long if long.len() > LONGEST_VALUE => Cow::Owned(Sha256::digest(long.as_bytes()).to_vec()),
        Cow::Borrowed(value) => Cow::Borrowed(value.as_bytes()),
        Cow::Owned(value) => Cow::Owned(value.into_bytes()),
    }
}

/// The window that a moment is in. One that begins later than clocks differ was begun before the clock was set back.
fn at(window: Window, now: Timestamp) -> WindowAt {
    let number = |seconds: i64| u32::try_from(seconds / i64::from(window.seconds())).unwrap_or(0);
    let seconds = now.seconds();
    WindowAt { number: number(seconds), latest: number(seconds.saturating_add(CLOCKS_DIFFER)) }
}
