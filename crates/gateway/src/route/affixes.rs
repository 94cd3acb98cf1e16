//! The longest of many known beginnings (or endings) of a text.
//!
//! One hash look-up when all of them are of one length, and for `k` different lengths about log2 `k`: a binary search
//! over the lengths, in which every known text has left a mark at the shorter lengths that the search for it passes
//! (Waldvogel et al., "Scalable high speed IP routing lookups", 1997). How many texts there are does not matter.

use rustc_hash::{FxHashMap, FxHashSet};

/// Which end of a text is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Beginning,
    Ending,
}

impl Side {
    fn cut(self, text: &[u8], length: usize) -> &[u8] {
        match self {
            Self::Beginning => &text[..length],
            Self::Ending => &text[text.len() - length..],
        }
    }
}

/// A set of texts, numbered in the order in which they were given.
#[derive(Debug)]
pub(super) struct Affixes {
    side: Side,
    /// The different lengths, ascending.
    lengths: Box<[usize]>,
    /// For each text and each mark: the longest text of the set that it begins (ends) with.
    marks: FxHashMap<Box<[u8]>, Option<u32>>,
}

impl Affixes {
    /// The set of `texts`, which are all different.
    pub(super) fn new<'a>(side: Side, texts: impl Iterator<Item = &'a [u8]>) -> Self {
        let numbers: FxHashMap<&[u8], u32> = texts.zip(0..).collect();
        let mut lengths: Vec<usize> =
            numbers.keys().map(|text| text.len()).collect::<FxHashSet<_>>().into_iter().collect();
        lengths.sort_unstable();
        let mut marks = FxHashMap::default();
        for text in numbers.keys() {
            let (mut low, mut high) = (0, lengths.len());
            while low < high {
                let middle = low.midpoint(high);
                if lengths[middle] > text.len() {
                    high = middle;
                    continue;
                }
                low = middle + 1;
                let mark = side.cut(text, lengths[middle]);
                let mut shorter = lengths[..=middle].iter().rev();
                marks
                    .entry(Box::from(mark))
                    .or_insert_with(|| shorter.find_map(|length| numbers.get(side.cut(mark, *length))).copied());
            }
        }
        Self { side, lengths: lengths.into(), marks }
    }

    /// The number of the longest text of the set that `text` begins (ends) with.
    pub(super) fn longest(&self, text: &[u8]) -> Option<usize> {
        let (mut low, mut high) = (0, self.lengths.len());
        let mut longest = None;
        while low < high {
            let middle = low.midpoint(high);
            let length = self.lengths[middle];
            let mark = if length <= text.len() { self.marks.get(self.side.cut(text, length)) } else { None };
            match mark {
                Some(mark) => {
                    longest = *mark;
                    low = middle + 1;
                }
                None => high = middle,
            }
        }
        longest.map(|number| number as usize)
    }

    /// The longest text of the set that `text`, itself in the set, begins (ends) with and that is shorter than it.
    pub(super) fn shorter(&self, text: &[u8]) -> Option<usize> {
        let length = text.len().checked_sub(1)?;
        self.longest(self.side.cut(text, length))
    }
}
