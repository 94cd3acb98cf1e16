//! Finds many fixed texts in one pass over a path.

use aho_corasick::automaton::Automaton;
use aho_corasick::nfa::contiguous::NFA;
use aho_corasick::{Anchored, BuildError, MatchKind};

/// An Aho-Corasick automaton over a set of texts, numbered in the order in which they were given.
#[derive(Debug)]
pub(super) struct Pieces {
    automaton: NFA,
}

impl Pieces {
    pub(super) fn new<'a>(texts: impl Iterator<Item = &'a [u8]>) -> Result<Self, BuildError> {
        let automaton = NFA::builder().match_kind(MatchKind::Standard).prefilter(false).build(texts)?;
        Ok(Self { automaton })
    }

    /// How many texts there are.
    pub(super) fn len(&self) -> usize {
        self.automaton.patterns_len()
    }

    /// Begins a pass.
    pub(super) fn pass(&self) -> Option<Pass<'_>> {
        let state = self.automaton.start_state(Anchored::No).ok()?;
        Some(Pass { automaton: &self.automaton, state })
    }
}

/// A pass over a path, byte by byte.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    automaton: &'a NFA,
    state: aho_corasick::automaton::StateID,
}

impl Pass<'_> {
    /// Reads the next byte and gives the texts that end with it.
    pub(super) fn read(&mut self, byte: u8) -> impl Iterator<Item = usize> + use<'_> {
        self.state = self.automaton.next_state(Anchored::No, self.state, byte);
        let (automaton, state) = (self.automaton, self.state);
        let count =
            if automaton.is_special(state) && automaton.is_match(state) { automaton.match_len(state) } else { 0 };
        (0..count).map(move |index| automaton.match_pattern(state, index).as_usize())
    }
}
