//! The longest of many known beginnings (or endings) of a text.
//!
//! One hash look-up when all of them are of one length, and for `k` different lengths about log2 `k`: a binary search
//! over the lengths, in which every known text has left a mark at the shorter lengths that the search for it passes
//! (Waldvogel et al., "Scalable high speed IP routing lookups", 1997). How many texts there are does not matter.

use std::hash::Hasher;

use hashbrown::HashTable;
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

/// Stands for "no text".
const NONE: u32 = u32::MAX;

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
    /// The texts and the marks that they left.
    marks: HashTable<Mark>,
    /// What the marks read, one behind the other: a look-up finds its mark cold in memory, so they lie close together.
    text: Box<[u8]>,
}

/// A text or a mark.
#[derive(Debug, Clone, Copy)]
struct Mark {
    /// Where it begins in the text of all.
    start: u32,
    length: u32,
    /// The number of the longest text of the set that it begins (ends) with.
    longest: u32,
}

impl Mark {
    fn reads<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        text.get(self.start as usize..(self.start + self.length) as usize).unwrap_or_default()
    }
}

fn hash(text: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text);
    hasher.finish()
}

impl Affixes {
    /// The set of `texts`, which are all different.
    pub(super) fn new<'a>(side: Side, texts: impl Iterator<Item = &'a [u8]>) -> Self {
        let numbers: FxHashMap<&[u8], u32> = texts.zip(0..).collect();
        let mut lengths: Vec<usize> =
            numbers.keys().map(|text| text.len()).collect::<FxHashSet<_>>().into_iter().collect();
        lengths.sort_unstable();
        let mut longest: FxHashMap<&[u8], u32> = FxHashMap::default();
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
                longest.entry(mark).or_insert_with(|| {
                    shorter.find_map(|length| numbers.get(side.cut(mark, *length))).copied().unwrap_or(NONE)
                });
            }
        }
        let mut text = Vec::new();
        let mut marks = HashTable::with_capacity(longest.len());
        for (mark, longest) in longest {
            let (start, length) = (text.len() as u32, mark.len() as u32);
            text.extend_from_slice(mark);
            marks.insert_unique(hash(mark), Mark { start, length, longest }, |mark| hash(mark.reads(&text)));
        }
        Self { side, lengths: lengths.into(), marks, text: text.into() }
    }

    /// The number of the longest text of the set that `text` begins (ends) with.
    pub(super) fn longest(&self, text: &[u8]) -> Option<usize> {
        let (mut low, mut high) = (0, self.lengths.len());
        let mut longest = NONE;
        while low < high {
            let middle = low.midpoint(high);
            let length = self.lengths[middle];
            let mark = if length <= text.len() { self.find(self.side.cut(text, length)) } else { None };
            match mark {
                Some(mark) => {
                    longest = mark.longest;
                    low = middle + 1;
                }
                None => high = middle,
            }
        }
        (longest != NONE).then_some(longest as usize)
    }

    fn find(&self, text: &[u8]) -> Option<&Mark> {
        self.marks.find(hash(text), |mark| mark.reads(&self.text) == text)
    }

    /// The longest text of the set that `text`, itself in the set, begins (ends) with and that is shorter than it.
    pub(super) fn shorter(&self, text: &[u8]) -> Option<usize> {
        let length = text.len().checked_sub(1)?;
        self.longest(self.side.cut(text, length))
    }
}
