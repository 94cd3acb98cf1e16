//! The keys that may call an API, each with its usage plan.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use model::{AccessKeyId, UsagePlanId};
use rustc_hash::FxBuildHasher;
use sign::key_pair::Key;

use super::END;
use crate::ahead;
use crate::limit::{Quota, Rate};

/// The keys that may call, each with its plan.
#[derive(Debug, Default)]
pub struct Grants {
    /// By the key's public half. Only enabled keys stand here.
    by_key: HashTable<Grant>,
    /// True when some plan rules the API, with keys or without.
    pub is_ruled: bool,
}

impl Grants {
    /// The grant of the key with this public half.
    pub fn of(&self, key: &str) -> Option<&Grant> {
        self.by_key.find(FxBuildHasher.hash_one(key), |grant| grant.key_id() == key)
    }

    /// True when no key has a grant.
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    /// Adds the grant of a key, in place of the one that it has.
    pub fn add(&mut self, grant: Grant) {
        let hash = |grant: &Grant| FxBuildHasher.hash_one(grant.key_id());
        match self.by_key.entry(hash(&grant), |known| known.key_id() == grant.key_id(), hash) {
            Entry::Occupied(mut known) => *known.get_mut() = grant,
            Entry::Vacant(place) => drop(place.insert(grant)),
        }
    }
}

/// A key in a usage plan.
#[derive(Debug)]
// One line of the processor's cache, in which a call finds it cold.
#[repr(align(64))]
pub struct Grant {
    lines: GrantLines,
    /// The key's prepared states.
    pub key: Arc<Key>,
    /// The plan's calls per second for this key.
    pub rate: Option<Arc<Rate>>,
    /// The plan's calls in all, and how many it allows.
    pub quota: Option<(Arc<Quota>, u64)>,
}

const _: () = assert!(size_of::<Grant>() == 64);

/// The response header lines of a grant, with three gaps for numbers that change from call to call: what is left of the
/// rate, what is left of the quota, and what is used of the rate. Where there is no such bound nothing is missing.
#[derive(Debug)]
struct GrantLines {
    text: Box<str>,
    /// Where the key's public half ends.
    key_end: u16,
    /// Where the plan's identifier ends.
    plan_end: u16,
    gaps: [u16; 3],
}

impl GrantLines {
    const KEY: &str = "X-Secret-ID: ";
    const PLAN: &str = "\r\nX-UsagePlan-ID: ";

    fn new(id: &AccessKeyId, plan: &UsagePlanId, rate: Option<u32>, quota: Option<u64>) -> Self {
        let mut text = format!("{}{id}", Self::KEY);
        let key_end = place(&text);
        text.push_str(Self::PLAN);
        text.push_str(plan.as_str());
        let plan_end = place(&text);
        text.push_str("\r\nX-UsagePlan-RateLimit: ");
        let left = place(&text);
        text.push_str(&rate.map_or("unlimited".into(), |rate| format!("/{rate}")));
        text.push_str("\r\nX-UsagePlan-Quota: ");
        let quota_left = place(&text);
        text.push_str(&quota.map_or("unlimited".into(), |quota| format!("/{quota}")));
        // The older generation: the plan's rate, and how much of it the last second used.
        if let Some(rate) = rate {
            text.push_str(&format!("\r\nX-RateLimit-Limit: {rate}\r\nX-RateLimit-Used: "));
        }
        let used = place(&text);
        if let Some(rate) = rate {
            text.push_str(&format!("/{rate}"));
        }
        text.push_str(END);
        Self { text: text.into(), key_end, plan_end, gaps: [left, quota_left, used] }
    }
}

/// Where `text` ends: identifiers are far shorter than 64 KiB.
fn place(text: &str) -> u16 {
    text.len() as u16
}

impl Grant {
    /// Asks for what is needed to verify the key's signature, and then.
    pub fn fetch_ahead(&self) {
        ahead::fetch(&*self.key);
        if let Some(rate) = &self.rate {
            ahead::fetch(&**rate);
        }
        if let Some((quota, _)) = &self.quota {
            ahead::fetch(&**quota);
        }
        ahead::fetch_text(&self.lines.text);
    }

    /// What the key `id` may do under `plan`.
    pub fn new(
        id: &AccessKeyId,
        key: Arc<Key>,
        plan: &UsagePlanId,
        rate: Option<Arc<Rate>>,
        quota: Option<(Arc<Quota>, u64)>,
    ) -> Self {
        let limits = (rate.as_ref().map(|rate| rate.limit()), quota.as_ref().map(|(_, limit)| *limit));
        Self { lines: GrantLines::new(id, plan, limits.0, limits.1), key, rate, quota }
    }

    /// The response header lines, beginning with those that name key and plan, in four parts. Between them stand what is
    /// left of the rate, what is left of the quota, and what is used of the rate; nothing where there is no such bound.
    pub fn lines(&self) -> [&[u8]; 4] {
        let text = self.lines.text.as_bytes();
        let [left, quota, used] = self.lines.gaps.map(usize::from);
        [0..left, left..quota, quota..used, used..text.len()].map(|part| text.get(part).unwrap_or_default())
    }

    /// The key's public half.
    pub fn key_id(&self) -> &str {
        self.lines.text.get(GrantLines::KEY.len()..self.lines.key_end.into()).unwrap_or_default()
    }

    /// The plan's identifier.
    pub fn plan_id(&self) -> &str {
        let from = usize::from(self.lines.key_end) + GrantLines::PLAN.len();
        self.lines.text.get(from..self.lines.plan_end.into()).unwrap_or_default()
    }
}
