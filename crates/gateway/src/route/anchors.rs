//! Which patterns can match a path at all, found without asking each of them.
//!
//! Every pattern has texts that a path must hold for it to match: one that begins the path, one that ends it, whole
//! segments, other pieces. The one that the fewest patterns share becomes its anchor, and the pattern goes into that
//! anchor's bucket. A path then opens the buckets of its beginnings, its ending, its segments and its pieces, and
//! nothing else is looked at. In a full bucket the patterns are told apart once more, by their ending.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use super::affixes::{Affixes, Side};
use super::pieces::Pieces;
use super::scratch::Visited;

/// Up to so many patterns are sooner asked one by one than told apart by a pass over the path.
const FEW: u32 = 8;

/// Stands for "no anchor".
const NONE: u32 = u32::MAX;

/// The texts that a pattern's paths hold.
#[derive(Debug, Default)]
pub(super) struct Fixed<'a> {
    /// Begins the path; may be empty.
    pub(super) first: &'a [u8],
    /// Are somewhere behind it.
    pub(super) middles: Vec<&'a [u8]>,
    /// Ends the path; empty when nothing certain does.
    pub(super) last: &'a [u8],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kind {
    Beginning,
    Ending,
    Segment,
    Piece,
}

type Key<'a> = (Kind, &'a [u8]);

impl<'a> Fixed<'a> {
    fn keys(&self) -> Vec<Key<'a>> {
        let mut keys = vec![(Kind::Beginning, self.first)];
        if !self.last.is_empty() {
            keys.push((Kind::Ending, self.last));
        }
        for middle in &self.middles {
            keys.push((Kind::Piece, middle));
            // A segment is whole when the piece holds the slashes at both its ends.
            let mut parts = middle.split(|byte| *byte == b'/').skip(1).peekable();
            while let Some(part) = parts.next() {
                if parts.peek().is_some() && !part.is_empty() {
                    keys.push((Kind::Segment, part));
                }
            }
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// The key that the fewest patterns share, the longest among equals. A piece that is no whole segment costs a pass over
/// the path, so it has to be worth it.
fn choose<'a>(keys: &[Key<'a>], counts: &FxHashMap<Key<'a>, u32>, with_pieces: bool) -> Key<'a> {
    let count = |key: &Key<'a>| counts.get(key).copied().unwrap_or(0);
    let weight = |key: &&Key<'a>| (count(key), Reverse(key.1.len()), key.0);
    let plain = keys.iter().filter(|key| key.0 != Kind::Piece).min_by_key(weight);
    let piece = keys.iter().filter(|key| key.0 == Kind::Piece).min_by_key(weight);
    match (plain, piece) {
        (Some(plain), Some(piece)) if with_pieces && count(plain) > FEW && count(piece) <= count(plain) / 4 => *piece,
        (plain, _) => plain.copied().unwrap_or((Kind::Beginning, b"")),
    }
}

/// The index; patterns are known by their number.
#[derive(Debug)]
pub(super) struct Anchors {
    at_beginning: Option<Ends<Bucket>>,
    at_ending: Option<Ends<Bucket>>,
    segments: Segments,
    pieces: Option<(Pieces, Box<[u32]>)>,
    buckets: Box<[Bucket]>,
    /// The patterns of all buckets, bucket by bucket.
    patterns: Box<[u32]>,
    /// What tells the patterns of full buckets apart.
    endings: Box<[ByEnding]>,
}

/// The patterns with one anchor.
#[derive(Debug, Clone, Copy)]
enum Bucket {
    /// This one.
    One(u32),
    /// These, asked one after the other.
    Few { from: u32, to: u32 },
    /// Those of this number.
    ByEnding(u32),
}

/// Patterns of which only those are asked whose ending is the path's; by the number of the ending.
#[derive(Debug)]
struct ByEnding(Ends<u32>, Box<[Box<[u32]>]>);

/// Anchors at one end of the path, and what each leads to.
#[derive(Debug)]
struct Ends<T> {
    affixes: Affixes,
    anchors: Box<[Anchor<T>]>,
}

#[derive(Debug)]
struct Anchor<T> {
    leads_to: T,
    /// The next shorter one that is anchor too; [`NONE`] for the last.
    shorter: u32,
}

/// Anchors that are whole segments.
#[derive(Debug, Default)]
struct Segments {
    buckets: FxHashMap<Box<[u8]>, u32>,
    shortest: usize,
    longest: usize,
}

impl Anchors {
    /// Indexes the patterns; the place in `patterns` is the number.
    pub(super) fn new(patterns: &[Fixed<'_>]) -> Self {
        let keys: Vec<Vec<Key<'_>>> = patterns.iter().map(Fixed::keys).collect();
        let mut counts: FxHashMap<Key<'_>, u32> = FxHashMap::default();
        for key in keys.iter().flatten() {
            *counts.entry(*key).or_default() += 1;
        }
        let choose = |with_pieces: bool| -> Vec<Key<'_>> {
            keys.iter().map(|keys| choose(keys, &counts, with_pieces)).collect()
        };
        let chosen = choose(true);
        let mut texts: Vec<&[u8]> = chosen.iter().filter(|key| key.0 == Kind::Piece).map(|key| key.1).collect();
        texts.sort_unstable();
        texts.dedup();
        if texts.is_empty() {
            return Self::with(patterns, &chosen, None);
        }
        match Pieces::new(texts.iter().copied()) {
            Ok(pieces) => Self::with(patterns, &chosen, Some((pieces, &texts))),
            // Too much text for one automaton: the other anchors do too, though they tell patterns apart less well.
            Err(_) => Self::with(patterns, &choose(false), None),
        }
    }

    fn with(patterns: &[Fixed<'_>], chosen: &[Key<'_>], pieces: Option<(Pieces, &[&[u8]])>) -> Self {
        let mut numbers: FxHashMap<Key<'_>, u32> = FxHashMap::default();
        let mut buckets: Vec<Vec<u32>> = Vec::new();
        for (pattern, key) in (0..).zip(chosen) {
            let number = *numbers.entry(*key).or_insert_with(|| {
                buckets.push(Vec::new());
                buckets.len() as u32 - 1
            });
            buckets[number as usize].push(pattern);
        }
        let of =
            |kind: Kind| numbers.iter().filter(move |(key, _)| key.0 == kind).map(|(key, number)| (key.1, *number));
        let segments: FxHashMap<Box<[u8]>, u32> =
            of(Kind::Segment).map(|(text, bucket)| (text.into(), bucket)).collect();
        let mut listed = Vec::with_capacity(patterns.len());
        let mut endings = Vec::new();
        let buckets: Box<[Bucket]> =
            buckets.into_iter().map(|numbers| Bucket::new(patterns, numbers, &mut listed, &mut endings)).collect();
        let at_end = |kind: Kind, side: Side| {
            let anchors: Vec<(&[u8], Bucket)> =
                of(kind).map(|(text, bucket)| (text, buckets[bucket as usize])).collect();
            Ends::new(side, &anchors)
        };
        Self {
            at_beginning: at_end(Kind::Beginning, Side::Beginning),
            at_ending: at_end(Kind::Ending, Side::Ending),
            segments: Segments {
                shortest: segments.keys().map(|text| text.len()).min().unwrap_or(0),
                longest: segments.keys().map(|text| text.len()).max().unwrap_or(0),
                buckets: segments,
            },
            pieces: pieces
                .map(|(pieces, texts)| (pieces, texts.iter().map(|text| numbers[&(Kind::Piece, *text)]).collect())),
            buckets,
            patterns: listed.into(),
            endings: endings.into(),
        }
    }

    /// Gives every pattern that may match `path` to `candidate`, each once.
    #[inline]
    pub(super) fn visit(&self, path: &[u8], visited: &mut Visited, mut candidate: impl FnMut(u32)) {
        let mut open = |bucket: Bucket| match bucket {
            Bucket::One(pattern) => candidate(pattern),
            Bucket::Few { from, to } => {
                self.patterns[from as usize..to as usize].iter().copied().for_each(&mut candidate);
            }
            Bucket::ByEnding(number) => {
                let ByEnding(ends, patterns) = &self.endings[number as usize];
                ends.visit(path, |ending| patterns[ending as usize].iter().copied().for_each(&mut candidate));
            }
        };
        for ends in [&self.at_beginning, &self.at_ending].into_iter().flatten() {
            ends.visit(path, &mut open);
        }
        if self.segments.buckets.is_empty() && self.pieces.is_none() {
            return;
        }
        visited.begin(self.buckets.len());
        if !self.segments.buckets.is_empty() {
            for segment in path.split(|byte| *byte == b'/') {
                if (self.segments.shortest..=self.segments.longest).contains(&segment.len())
                    && let Some(bucket) = self.segments.buckets.get(segment)
                    && visited.first(*bucket as usize)
                {
                    open(self.buckets[*bucket as usize]);
                }
            }
        }
        if let Some((pieces, buckets)) = &self.pieces
            && let Some(mut pass) = pieces.pass()
        {
            for byte in path {
                for piece in pass.read(*byte) {
                    if visited.first(buckets[piece] as usize) {
                        open(self.buckets[buckets[piece] as usize]);
                    }
                }
            }
        }
    }
}

impl Bucket {
    fn new(patterns: &[Fixed<'_>], numbers: Vec<u32>, listed: &mut Vec<u32>, by_ending: &mut Vec<ByEnding>) -> Self {
        if let [pattern] = numbers[..] {
            return Self::One(pattern);
        }
        let mut endings: FxHashMap<&[u8], Vec<u32>> = FxHashMap::default();
        for number in &numbers {
            endings.entry(patterns[*number as usize].last).or_default().push(*number);
        }
        // Worth a look-up when it leaves half of a full bucket at most.
        let most = endings.values().map(Vec::len).max().unwrap_or(0);
        if numbers.len() > FEW as usize / 2 && most <= numbers.len() / 2 {
            let (texts, lists): (Vec<&[u8]>, Vec<Vec<u32>>) = endings.into_iter().unzip();
            let anchors: Vec<(&[u8], u32)> = texts.into_iter().zip(0..).collect();
            if let Some(ends) = Ends::new(Side::Ending, &anchors) {
                by_ending.push(ByEnding(ends, lists.into_iter().map(Into::into).collect()));
                return Self::ByEnding(by_ending.len() as u32 - 1);
            }
        }
        let from = listed.len() as u32;
        listed.extend(numbers);
        Self::Few { from, to: listed.len() as u32 }
    }
}

impl<T: Copy> Ends<T> {
    /// Gives what every anchor that `path` begins (ends) with leads to, the longest anchor first.
    fn visit(&self, path: &[u8], mut found: impl FnMut(T)) {
        let mut next = self.affixes.longest(path).map_or(NONE, |number| number as u32);
        while next != NONE {
            let Anchor { leads_to, shorter } = self.anchors[next as usize];
            found(leads_to);
            next = shorter;
        }
    }

    fn new(side: Side, anchors: &[(&[u8], T)]) -> Option<Self> {
        if anchors.is_empty() {
            return None;
        }
        let affixes = Affixes::new(side, anchors.iter().map(|(text, _)| *text));
        let shorter = |text: &[u8]| affixes.shorter(text).map_or(NONE, |number| number as u32);
        let anchor = |(text, leads_to): &(&[u8], T)| Anchor { leads_to: *leads_to, shorter: shorter(text) };
        let anchors = anchors.iter().map(anchor).collect();
        Some(Self { affixes, anchors })
    }
}
