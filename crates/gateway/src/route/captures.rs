//! What the variables of a path stand for in one call.

use std::ops::Range;

/// The variables' places in the path, in order of appearance; reused from call to call.
#[derive(Debug, Default)]
pub struct Captures {}

impl Captures {
    /// Empty.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many variables there are.
    pub fn len(&self) -> usize {
        todo!()
    }

    /// True when there is no variable.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where variable `index` is in the path, in bytes; `None` beyond the last, and for a variable in a part of
    /// a regular expression that took no part in the match.
    pub fn get(&self, _index: usize) -> Option<Range<usize>> {
        todo!()
    }

    /// The text of variable `index` in `path`, which is the path that was looked up.
    pub fn text<'p>(&self, path: &'p str, index: usize) -> Option<&'p str> {
        path.get(self.get(index)?)
    }
}
