//! A path with variables, matched as a whole.

use std::ops::Range;

use memchr::memmem::FinderRev;
use model::Piece;

use super::captures::Places;

/// Literal, variable, literal, variable … with a literal or a variable at the end.
///
/// The literals at both ends stand in a text that all templates share: a call finds its template cold in memory, so what
/// is needed of it lies close together.
#[derive(Debug)]
pub(super) struct Template {
    /// Where its literals stand in the text of all templates: the one that begins the path, then the one that ends it,
    /// which is empty when a variable does.
    start: u32,
    /// Length of the literal that begins the path.
    first: u16,
    /// Length of the literal that ends it.
    last: u16,
    /// The literals between two variables, if there are any.
    middles: Option<Box<Middles>>,
}

/// The literals between two variables.
#[derive(Debug)]
struct Middles {
    /// Their lengths together.
    length: usize,
    literals: Box<[Middle]>,
}

/// A literal between two variables.
#[derive(Debug)]
struct Middle {
    length: usize,
    finder: Finder,
}

#[derive(Debug)]
enum Finder {
    Byte(u8),
    Bytes(Box<FinderRev<'static>>),
}

impl Middle {
    fn new(text: &[u8]) -> Self {
        let finder = match text {
            [byte] => Finder::Byte(*byte),
            _ => Finder::Bytes(Box::new(FinderRev::new(text).into_owned())),
        };
        Self { length: text.len(), finder }
    }

    fn last_in(&self, text: &[u8]) -> Option<usize> {
        match &self.finder {
            Finder::Byte(byte) => memchr::memrchr(*byte, text),
            Finder::Bytes(finder) => finder.rfind(text),
        }
    }
}

/// The literals of a template: two templates with the same ones match the same paths in the same way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Skeleton<'a> {
    /// Begins the path.
    pub(super) first: &'a [u8],
    /// Stand between variables, in order.
    pub(super) middles: Vec<&'a [u8]>,
    /// Ends the path; empty when a variable does.
    pub(super) last: &'a [u8],
}

impl<'a> Skeleton<'a> {
    pub(super) fn new(pieces: &'a [Piece]) -> Self {
        let literal = |piece: &'a Piece| match piece {
            Piece::Literal(text) => Some(text.as_bytes()),
            Piece::Variable(_) => None,
        };
        let first = pieces.first().and_then(literal);
        let last = pieces.last().and_then(literal);
        let inner = usize::from(first.is_some())..pieces.len().saturating_sub(usize::from(last.is_some()));
        let middles = pieces.get(inner).unwrap_or_default().iter().filter_map(literal).collect();
        Self { first: first.unwrap_or_default(), middles, last: last.unwrap_or_default() }
    }
}

impl Template {
    /// A template whose literals are appended to `text`.
    pub(super) fn new(skeleton: &Skeleton<'_>, text: &mut Vec<u8>) -> Self {
        let length = skeleton.middles.iter().map(|middle| middle.len()).sum();
        let literals: Box<[Middle]> = skeleton.middles.iter().map(|middle| Middle::new(middle)).collect();
        let start = text.len() as u32;
        text.extend_from_slice(skeleton.first);
        text.extend_from_slice(skeleton.last);
        Self {
            start,
            // Paths are far shorter than 64 KiB.
            first: skeleton.first.len() as u16,
            last: skeleton.last.len() as u16,
            middles: (!literals.is_empty()).then(|| Box::new(Middles { length, literals })),
        }
    }

    fn middles(&self) -> &[Middle] {
        self.middles.as_deref().map_or(&[], |middles| &middles.literals)
    }

    /// How many variables it has.
    pub(super) fn variables(&self) -> usize {
        self.middles().len() + 1
    }

    /// True when [`Template::fits`] decides alone.
    pub(super) fn is_simple(&self) -> bool {
        self.middles.is_none()
    }

    /// True when length, beginning and end of `path` are right; `text` is that of all templates.
    pub(super) fn fits(&self, text: &[u8], path: &[u8]) -> bool {
        let (start, first, last) = (self.start as usize, usize::from(self.first), usize::from(self.last));
        let Some((first, last)) = text.get(start..start + first + last).and_then(|ends| ends.split_at_checked(first))
        else {
            return false;
        };
        let middles = self.middles.as_deref().map_or(0, |middles| middles.length);
        // A byte at least for each variable.
        let shortest = first.len() + middles + last.len() + self.variables();
        path.len() >= shortest && path.starts_with(first) && path.ends_with(last)
    }

    /// The part of `path` in which the middle literals and the variables are; `path` fits.
    pub(super) fn inside(&self, path: &[u8]) -> Range<usize> {
        usize::from(self.first)..path.len() - usize::from(self.last)
    }

    /// Matches a path that fits; the variables are left in `places`, which are of no use when it says false.
    ///
    /// The literals are looked for from the last to the first, each as far to the right as it goes: this gives every
    /// variable, beginning with the first, the most it can have, as a greedy `(.+)` would - without going back.
    /// Every byte of the path is read at most a constant number of times.
    pub(super) fn capture(&self, path: &[u8], places: &mut Places) -> bool {
        places.reset(self.variables());
        let Range { start, mut end } = self.inside(path);
        for (index, middle) in self.middles().iter().enumerate().rev() {
            // One byte before and one behind at least is for variables.
            let Some(room) = path.get(start + 1..end - 1) else { return false };
            let Some(at) = middle.last_in(room) else { return false };
            let at = start + 1 + at;
            places.set(index + 1, at + middle.length..end);
            end = at;
        }
        places.set(0, start..end);
        true
    }
}
