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
    /// Where the records of the texts, and of the marks that they left, begin. Small, so that it stays near.
    places: HashTable<u32>,
    /// The records one behind the other: a look-up finds its own cold in memory, so what it needs of it lies together.
    records: Records,
}

/// For each text or mark: the number of the longest text of the set that it begins (ends) with, its length, and itself.
#[derive(Debug, Default)]
struct Records(Vec<u8>);

impl Records {
    /// Adds a record and says where it begins.
    fn add(&mut self, text: &[u8], longest: u32) -> u32 {
        let place = self.0.len() as u32;
        self.0.extend_from_slice(&longest.to_le_bytes());
        self.0.extend_from_slice(&(text.len() as u32).to_le_bytes());
        self.0.extend_from_slice(text);
        place
    }

    /// The text, and the number of the longest of the set.
    fn at(&self, place: u32) -> Option<(&[u8], u32)> {
        let (longest, rest) = self.0.get(place as usize..)?.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        Some((rest.get(..u32::from_le_bytes(*length) as usize)?, u32::from_le_bytes(*longest)))
    }

    fn text(&self, place: u32) -> &[u8] {
        self.at(place).map_or(&[], |(text, _)| text)
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
        let mut records = Records::default();
        let mut places = HashTable::with_capacity(longest.len());
        for (mark, longest) in longest {
            let place = records.add(mark, longest);
            places.insert_unique(hash(mark), place, |place| hash(records.text(*place)));
        }
        records.0.shrink_to_fit();
        Self { side, lengths: lengths.into(), places, records }
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
                Some(number) => {
                    longest = number;
                    low = middle + 1;
                }
                None => high = middle,
            }
        }
        (longest != NONE).then_some(longest as usize)
    }

    /// The number of the longest text of the set that `text`, if it is a mark, begins (ends) with.
    fn find(&self, text: &[u8]) -> Option<u32> {
        let place = self.places.find(hash(text), |place| self.records.text(*place) == text)?;
        self.records.at(*place).map(|(_, longest)| longest)
    }

    /// The longest text of the set that `text`, itself in the set, begins (ends) with and that is shorter than it.
    pub(super) fn shorter(&self, text: &[u8]) -> Option<usize> {
        let length = text.len().checked_sub(1)?;
        self.longest(self.side.cut(text, length))
    }
}
