//! Templates and regular expressions: the oldest one that matches answers.

use model::{Method, MethodMatch, Piece};
use rustc_hash::FxHashMap;

use super::anchors::{Anchors, Fixed};
use super::captures::Captures;
use super::crowd::Crowd;
use super::methods::Methods;
use super::regular::{Certain, Regular};
use super::scratch::Scratch;
use super::template::{Skeleton, Template};

/// So many bytes of path, taken over all candidates, are searched for literals template by template before the rest
/// of the candidates is searched for in one pass together.
const ALONE: usize = 4 * 1024;

/// What it costs to begin a search, in bytes of path.
const BEGIN: usize = 32;

/// Fewer templates with middle literals than this never make a crowd.
const CROWD: usize = 8;

/// What the written form of a path means, whatever its variables are called.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Meaning<'a> {
    Template(Skeleton<'a>),
    Regular(&'a str),
}

/// Collects patterns; see [`Patterns`].
#[derive(Debug, Default)]
pub(super) struct PatternsBuilder<'a> {
    numbers: FxHashMap<Meaning<'a>, usize>,
    sources: Vec<(Methods, usize)>,
}

impl<'a> PatternsBuilder<'a> {
    pub(super) fn add_template(&mut self, pieces: &'a [Piece], method: MethodMatch, entry: u32) {
        self.add(Meaning::Template(Skeleton::new(pieces)), 0, method, entry);
    }

    pub(super) fn add_regular(&mut self, pattern: &'a str, variables: usize, method: MethodMatch, entry: u32) {
        self.add(Meaning::Regular(pattern), variables, method, entry);
    }

    fn add(&mut self, meaning: Meaning<'a>, variables: usize, method: MethodMatch, entry: u32) {
        let number = *self.numbers.entry(meaning).or_insert_with(|| {
            self.sources.push((Methods::new(), variables));
            self.sources.len() - 1
        });
        self.sources[number].0.add(method, entry);
    }

    pub(super) fn build(self) -> Patterns {
        let mut meanings: Vec<(usize, Meaning<'_>)> =
            self.numbers.into_iter().map(|(meaning, number)| (number, meaning)).collect();
        meanings.sort_unstable_by_key(|(number, _)| *number);

        let mut text = Vec::new();
        let mut forms = Vec::new();
        let mut kept = Vec::new();
        for ((_, meaning), (methods, variables)) in meanings.into_iter().zip(self.sources) {
            let form = match &meaning {
                Meaning::Template(skeleton) => Form::Template(Template::new(skeleton, &mut text)),
                Meaning::Regular(pattern) => match Regular::new(pattern, variables) {
                    Ok(regular) => Form::Regular(Box::new(regular)),
                    Err(error) => {
                        // Cannot be: the path was compiled under the same limits when it was accepted.
                        tracing::error!(pattern, %error, "a path that cannot be compiled is not served");
                        continue;
                    }
                },
            };
            let certain = match &meaning {
                Meaning::Template(_) => Certain::default(),
                Meaning::Regular(pattern) => Certain::new(pattern),
            };
            forms.push(Pattern { methods, form });
            kept.push((meaning, certain));
        }
        let fixed: Vec<Fixed<'_>> = kept
            .iter()
            .map(|(meaning, certain)| match meaning {
                Meaning::Template(skeleton) => {
                    Fixed { first: skeleton.first, middles: skeleton.middles.clone(), last: skeleton.last }
                }
                Meaning::Regular(_) => Fixed {
                    first: &certain.beginning,
                    middles: certain.pieces.iter().map(Vec::as_slice).collect(),
                    last: &[],
                },
            })
            .collect();
        let skeletons = kept.iter().map(|(meaning, _)| match meaning {
            Meaning::Template(skeleton) => Some(skeleton),
            Meaning::Regular(_) => None,
        });
        let with_middles = skeletons.clone().flatten().filter(|skeleton| !skeleton.middles.is_empty()).count();
        // Without a crowd (few templates, or more text than an automaton takes) each is searched for alone.
        let crowd = if with_middles < CROWD { None } else { Crowd::new(skeletons).ok() };
        let oldest = forms.iter().map(|pattern| pattern.methods.rank(None)).collect();
        Patterns { anchors: Anchors::new(&fixed), crowd, oldest, patterns: forms.into(), text: text.into() }
    }
}

/// All templates and regular expressions.
#[derive(Debug)]
pub(super) struct Patterns {
    patterns: Box<[Pattern]>,
    /// The oldest entry of each: all of them take so little memory that they stay near.
    oldest: Box<[u32]>,
    /// The literals at the ends of the templates.
    text: Box<[u8]>,
    anchors: Anchors,
    crowd: Option<Crowd>,
}

/// As long as a line of the processor's cache, and no longer: a call finds its pattern cold in memory.
#[derive(Debug)]
#[repr(align(64))]
struct Pattern {
    methods: Methods,
    form: Form,
}

const _: () = assert!(size_of::<Pattern>() == 64);

#[derive(Debug)]
enum Form {
    Template(Template),
    Regular(Box<Regular>),
}

/// The oldest match so far.
#[derive(Debug, Clone, Copy)]
struct Best {
    rank: u32,
    pattern: u32,
    /// How much of the path it matched, as long as its variables are in the captures.
    captured: Option<usize>,
}

/// What came of trying the patterns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tried {
    /// This entry answers and matched so many bytes of the path.
    Entry { entry: usize, matched: usize },
    /// None answers the method. Whether one matches was not looked at.
    OtherMethod,
    /// None matches.
    Nothing,
}

impl Patterns {
    /// The entry that answers `method` at `path`. `consider` hears of an entry of each pattern that is looked at, before the
    /// pattern itself is there.
    pub(super) fn find(&self, method: Method, path: &str, captures: &mut Captures, consider: impl Fn(usize)) -> Tried {
        let (best, passed_over) = self.search(Some(method), path, captures, consider);
        let found = best.and_then(|best| {
            let Pattern { methods, form } = &self.patterns[best.pattern as usize];
            let places = &mut captures.places;
            let matched = match form {
                _ if best.captured.is_some() => best.captured,
                Form::Template(template) => template.capture(path.as_bytes(), places).then_some(path.len()),
                Form::Regular(regular) => regular.capture(path, places),
            };
            Some((methods.answering(method)?, matched?))
        });
        match found {
            Some((entry, matched)) => Tried::Entry { entry, matched },
            None if passed_over => Tried::OtherMethod,
            None => Tried::Nothing,
        }
    }

    /// True when some pattern matches, whatever it answers.
    pub(super) fn holds(&self, path: &str, captures: &mut Captures) -> bool {
        self.search(None, path, captures, |_| ()).0.is_some()
    }

    /// The oldest pattern that matches and answers `method` (any, if `None`), and whether some were passed over because
    /// they do not answer it.
    fn search(
        &self,
        method: Option<Method>,
        path: &str,
        captures: &mut Captures,
        consider: impl Fn(usize),
    ) -> (Option<Best>, bool) {
        let Captures { places, scratch } = captures;
        let Scratch { visited, crowd, regulars, lists } = scratch;
        crowd.clear();
        regulars.clear();
        let bytes = path.as_bytes();
        let mut best: Option<Best> = None;
        let mut passed_over = false;
        let mut alone = ALONE.max(2 * bytes.len());
        let rank = |pattern: u32| self.patterns[pattern as usize].methods.rank(method);
        let is_older = |rank: u32, best: Option<Best>| rank < best.map_or(u32::MAX, |best| best.rank);

        self.anchors.visit(bytes, visited, |pattern| {
            consider(self.oldest[pattern as usize] as usize);
            let rank = rank(pattern);
            if !is_older(rank, best) {
                passed_over |= rank == u32::MAX;
                return;
            }
            let template = match &self.patterns[pattern as usize].form {
                Form::Template(template) => template,
                Form::Regular(_) => return regulars.push(pattern),
            };
            if !template.fits(&self.text, bytes) {
                return;
            }
            if template.is_simple() {
                best = Some(Best { rank, pattern, captured: None });
                return;
            }
            let cost = bytes.len() + BEGIN * template.variables();
            if self.crowd.is_some() && cost > alone {
                return crowd.push(pattern);
            }
            alone = alone.saturating_sub(cost);
            if template.capture(bytes, places) {
                best = Some(Best { rank, pattern, captured: Some(bytes.len()) });
            } else if let Some(best) = &mut best {
                best.captured = None;
            }
        });
        if let (Some(together), false) = (&self.crowd, crowd.is_empty()) {
            let inside = |pattern: u32| match &self.patterns[pattern as usize].form {
                Form::Template(template) => template.inside(bytes),
                Form::Regular(_) => 0..0,
            };
            crowd.retain(|pattern| is_older(rank(*pattern), best));
            together.run(crowd, bytes, inside, lists, |pattern| {
                let rank = rank(pattern);
                if is_older(rank, best) {
                    best = Some(Best { rank, pattern, captured: None });
                }
            });
        }
        regulars.sort_unstable_by_key(|pattern| rank(*pattern));
        for pattern in regulars {
            let rank = rank(*pattern);
            if !is_older(rank, best) {
                break;
            }
            let Form::Regular(regular) = &self.patterns[*pattern as usize].form else { continue };
            let (found, captured) = match method {
                Some(_) => {
                    let end = regular.capture(path, places);
                    (end.is_some(), end)
                }
                None => (regular.matches(path), None),
            };
            if found {
                best = Some(Best { rank, pattern: *pattern, captured });
                break;
            } else if let Some(best) = &mut best {
                best.captured = None;
            }
        }
        (best, passed_over)
    }
}
