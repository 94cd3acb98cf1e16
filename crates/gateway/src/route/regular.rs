//! A path that is a regular expression, anchored at its beginning only.

use regex_automata::meta::{BuildError, Config, Regex};
use regex_automata::util::primitives::{NonMaxUsize, PatternID};
use regex_automata::{Anchored, Input};
use regex_syntax::hir::{Hir, HirKind, Look};

use super::captures::Places;

/// So many group borders find room without touching the heap.
const INLINE: usize = 64;

/// A compiled expression.
#[derive(Debug)]
pub(super) struct Regular {
    regex: Regex,
    /// For each variable where its borders are in the slots.
    slots: Box<[(usize, usize)]>,
}

impl Regular {
    /// Compiles `pattern`, in which variable `i` of `variables` is the group `v{i}`.
    pub(super) fn new(pattern: &str, variables: usize) -> Result<Self, Box<BuildError>> {
        let config = Config::new().nfa_size_limit(Some(256 * 1024)).hybrid_cache_capacity(512 * 1024).dfa(false);
        let regex = Regex::builder().configure(config).build(pattern)?;
        let groups = regex.group_info();
        let slots = (0..variables)
            .map(|variable| {
                let group = groups.to_index(PatternID::ZERO, &format!("v{variable}"));
                group.and_then(|group| groups.slots(PatternID::ZERO, group)).unwrap_or((usize::MAX, usize::MAX))
            })
            .collect();
        Ok(Self { regex, slots })
    }

    /// True when it matches.
    pub(super) fn matches(&self, path: &str) -> bool {
        self.regex.is_match(Input::new(path).anchored(Anchored::Yes))
    }

    /// Matches `path`, leaves the variables in `places` and gives the end of the match.
    pub(super) fn capture(&self, path: &str, places: &mut Places) -> Option<usize> {
        let input = Input::new(path).anchored(Anchored::Yes);
        places.reset(self.slots.len());
        if self.slots.is_empty() {
            return self.regex.search_half(&input).map(|end| end.offset());
        }
        let count = self.regex.group_info().slot_len();
        let mut inline = [None; INLINE];
        let mut spill = Vec::new();
        let slots: &mut [Option<NonMaxUsize>] = if count <= INLINE {
            &mut inline[..count]
        } else {
            spill.resize(count, None);
            &mut spill
        };
        self.regex.search_slots(&input, slots)?;
        for (variable, (start, end)) in self.slots.iter().enumerate() {
            if let (Some(Some(start)), Some(Some(end))) = (slots.get(*start), slots.get(*end)) {
                places.set(variable, start.get()..end.get());
            }
        }
        slots.get(1).copied().flatten().map(NonMaxUsize::get)
    }
}

/// What every match of an expression holds for certain.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Certain {
    /// Begins the path; may be empty.
    pub(super) beginning: Vec<u8>,
    /// Are somewhere in the path.
    pub(super) pieces: Vec<Vec<u8>>,
}

impl Certain {
    pub(super) fn new(pattern: &str) -> Self {
        let mut certain = Self::default();
        let Ok(hir) = regex_syntax::parse(pattern) else { return certain };
        let mut run = Some(Vec::new());
        let mut at_beginning = true;
        certain.collect(&hir, &mut run, &mut at_beginning);
        certain.close(&mut run, &mut at_beginning);
        certain
    }

    /// Walks the parts that stand one behind the other. `run` is the literal text just before this place.
    fn collect(&mut self, hir: &Hir, run: &mut Option<Vec<u8>>, at_beginning: &mut bool) {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(Look::Start) => {}
            HirKind::Literal(literal) => run.get_or_insert_default().extend_from_slice(&literal.0),
            HirKind::Capture(capture) => self.collect(&capture.sub, run, at_beginning),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.collect(part, run, at_beginning)),
            HirKind::Class(_) | HirKind::Look(_) | HirKind::Repetition(_) | HirKind::Alternation(_) => {
                self.close(run, at_beginning);
            }
        }
    }

    fn close(&mut self, run: &mut Option<Vec<u8>>, at_beginning: &mut bool) {
        let text = run.take().unwrap_or_default();
        if std::mem::take(at_beginning) {
            self.beginning = text;
        } else if !text.is_empty() {
            self.pieces.push(text);
        }
    }
}
