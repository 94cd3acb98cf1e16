//! Who answers which method at one path.

use model::{Method, MethodMatch};

/// Stands for "no entry".
const NONE: u32 = u32::MAX;

/// The entries at one path by method, as places in the router's list of entries.
///
/// An entry for just the method wins over one for every method; among equals the older one wins.
#[derive(Debug, Clone)]
pub(super) struct Methods {
    only: [u32; Method::ALL.len()],
    any: u32,
}

impl Methods {
    pub(super) const fn new() -> Self {
        Self { only: [NONE; Method::ALL.len()], any: NONE }
    }

    /// Adds an entry; entries come oldest first.
    pub(super) fn add(&mut self, method: MethodMatch, entry: u32) {
        let slot = match method {
            MethodMatch::Any => &mut self.any,
            MethodMatch::Only(method) => &mut self.only[method.index()],
        };
        *slot = (*slot).min(entry);
    }

    /// The entry that answers `method`.
    pub(super) fn answering(&self, method: Method) -> Option<usize> {
        let only = self.only[method.index()];
        let entry = if only == NONE { self.any } else { only };
        (entry != NONE).then_some(entry as usize)
    }

    /// When the path was first defined for `method`, or for whatever method when that is `None`; `u32::MAX` when it
    /// was not.
    pub(super) fn rank(&self, method: Option<Method>) -> u32 {
        match method {
            Some(method) => self.only[method.index()].min(self.any),
            None => self.only.iter().copied().fold(self.any, u32::min),
        }
    }
}
