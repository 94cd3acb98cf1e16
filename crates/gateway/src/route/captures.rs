//! What the variables of a path stand for in one call.

use std::ops::Range;

use super::scratch::Scratch;

/// So many variables find room without touching the heap.
const INLINE: usize = 16;

/// A variable that took no part in the match.
const ABSENT: (usize, usize) = (usize::MAX, usize::MAX);

/// The variables' places in the path, in order of appearance.
///
/// Keep one per worker and hand it to every look-up: it also holds the working memory of the look-up, which grows to
/// what the worst path needed and is then reused.
#[derive(Debug, Default)]
pub struct Captures {
    pub(super) places: Places,
    pub(super) scratch: Scratch,
}

impl Captures {
    /// Empty.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many variables there are.
    pub fn len(&self) -> usize {
        self.places.len
    }

    /// True when there is no variable.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where variable `index` is in the path, in bytes; `None` beyond the last, and for a variable in a part of
    /// a regular expression that took no part in the match.
    pub fn get(&self, index: usize) -> Option<Range<usize>> {
        self.places.get(index)
    }

    /// The text of variable `index` in `path`, which is the path that was looked up.
    pub fn text<'p>(&self, path: &'p str, index: usize) -> Option<&'p str> {
        path.get(self.get(index)?)
    }
}

/// A list of places, in the object itself as long as it is short.
#[derive(Debug)]
pub(super) struct Places {
    len: usize,
    inline: [(usize, usize); INLINE],
    spill: Vec<(usize, usize)>,
}

impl Default for Places {
    fn default() -> Self {
        Self { len: 0, inline: [ABSENT; INLINE], spill: Vec::new() }
    }
}

impl Places {
    fn get(&self, index: usize) -> Option<Range<usize>> {
        if index >= self.len {
            return None;
        }
        let place = match self.inline.get(index) {
            Some(place) => *place,
            None => *self.spill.get(index - INLINE)?,
        };
        (place != ABSENT).then_some(place.0..place.1)
    }

    /// Makes room for `len` variables, all absent.
    pub(super) fn reset(&mut self, len: usize) {
        self.len = len;
        self.inline[..len.min(INLINE)].fill(ABSENT);
        self.spill.clear();
        self.spill.resize(len.saturating_sub(INLINE), ABSENT);
    }

    /// Sets variable `index`, which is below the length given to [`Places::reset`].
    pub(super) fn set(&mut self, index: usize, place: Range<usize>) {
        let slot = match self.inline.get_mut(index) {
            Some(slot) => slot,
            None => &mut self.spill[index - INLINE],
        };
        *slot = (place.start, place.end);
    }
}
