//! What is kept of a step of time: the counts of the busiest, and of all others together.

use std::collections::BTreeMap;
use std::io;

use serde::{Deserialize, Serialize};

use super::counts::Counts;

/// What the rows of a block tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Nothing: one row.
    All,
    /// Service and environment.
    Environment,
    /// Service, environment and API.
    Api,
    /// Service, environment and key.
    Key,
}

impl Scope {
    pub(super) const ALL: [Self; 4] = [Self::All, Self::Environment, Self::Api, Self::Key];

    /// How it is stored.
    pub(super) fn code(self) -> i64 {
        match self {
            Self::All => 0,
            Self::Environment => 1,
            Self::Api => 2,
            Self::Key => 3,
        }
    }

    /// Rows that a block of this scope keeps: the bound on the disk.
    fn kept(self) -> usize {
        match self {
            Self::All => 1,
            Self::Environment | Self::Key => 256,
            Self::Api => 512,
        }
    }
}

/// Ids of the service, the environment, and the API or key; empty ones where the scope has none.
pub(super) type RowName = [String; 3];

/// The counts of one step of time in one scope.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Block {
    pub(super) rows: BTreeMap<RowName, Counts>,
    /// All that stand in no row.
    pub(super) rest: Counts,
}

/// What was counted in one minute.
#[derive(Debug)]
pub(super) struct Minute {
    /// When it began, in milliseconds since the Unix epoch.
    pub(super) start: i64,
    /// How often the clock had been set back by then: what is counted of a minute that comes again is a sum of its own.
    pub(super) pass: i64,
    /// Nothing will be counted in it any more.
    pub(super) is_ended: bool,
    pub(super) blocks: [(Scope, Block); 4],
}

/// The first byte of a block as it is stored: what follows is of this form.
const FORM: u8 = 1;

impl Block {
    pub(super) fn add(&mut self, name: [&str; 3], counts: &Counts) {
        self.rows.entry(name.map(str::to_owned)).or_default().absorb(counts);
    }

    pub(super) fn absorb(&mut self, other: &Self) {
        for (name, counts) in &other.rows {
            match self.rows.get_mut(name) {
                Some(sum) => sum.absorb(counts),
                None => drop(self.rows.insert(name.clone(), counts.clone())),
            }
        }
        self.rest.absorb(&other.rest);
    }

    /// Puts all but the busiest rows into the rest.
    pub(super) fn trim(&mut self, scope: Scope) {
        let kept = scope.kept();
        if self.rows.len() <= kept {
            return;
        }
        let mut calls: Vec<u64> = self.rows.values().map(|counts| counts.calls).collect();
        let (_, least, _) = calls.select_nth_unstable_by(kept - 1, |a, b| b.cmp(a));
        let least = *least;
        let mut ties = kept - self.rows.values().filter(|counts| counts.calls > least).count();
        let rest = &mut self.rest;
        self.rows.retain(|_, counts| {
            let stays = counts.calls > least || (counts.calls == least && ties > 0);
            if !stays {
                rest.absorb(counts);
            } else if counts.calls == least {
                ties -= 1;
            }
            stays
        });
    }

    pub(super) fn packed(&self) -> io::Result<Vec<u8>> {
        let plain = postcard::to_stdvec(self).map_err(io::Error::other)?;
        let mut packed = vec![FORM];
        packed.extend(zstd::bulk::compress(&plain, 1)?);
        Ok(packed)
    }

    pub(super) fn unpacked(packed: &[u8]) -> io::Result<Self> {
        match packed.split_first() {
            Some((&FORM, packed)) => {
                let plain = zstd::stream::decode_all(packed)?;
                postcard::from_bytes(&plain).map_err(io::Error::other)
            }
            _ => Err(io::Error::other("of a form that this version does not know")),
        }
    }
}
