//! Which API a call is for: from method and path to one value out of thousands.
//!
//! The forms of a path are tried in this order (spec: path matching); the first API whose path matches and that
//! answers the method gets the call:
//!
//! 1. `=/user`: just this path.
//! 2. `^~/user`: the longest one that begins the path.
//! 3. `/user/{id}`, `/user/.*`: the oldest one that matches. A template matches the whole path and its variables are
//!    greedy; a regular expression is anchored at its beginning only.
//! 4. `/user`: the longest one that begins the path, in the middle of a segment too.
//!
//! At one path an API for just the method comes before one for every method. Templates are the same path when they
//! differ in nothing but the names of their variables.
//!
//! # Cost
//!
//! One hash look-up for form 1 and, with `k` different lengths among the paths of the form, about log2 `k` look-ups for
//! forms 2 and 4 each. For form 3 the patterns are found by the fixed text that tells them apart best (the beginning,
//! the ending, a segment, a piece), so that a usual call asks one or two of them however many there are.
//!
//! The worst path for the worst set of templates costs a small constant for each of its bytes (times the number of
//! fixed pieces that end one another like `c/`, `bc/`, `abc/`: one to three in practice) and for each fixed piece of
//! each template, never the product of the two. A regular expression costs its own search, which is linear in the
//! path, for each one whose fixed texts are in the path and that is older than what answers: whoever writes a thousand
//! expressions with nothing fixed in them pays for a thousand searches.
//!
//! A look-up does not touch the heap, but for more than 16 variables, and for working memory that [`Captures`] keeps.

mod affixes;
mod anchors;
mod captures;
mod crowd;
mod methods;
mod patterns;
mod pieces;
mod prefixes;
mod regular;
mod scratch;
mod template;

#[cfg(test)]
mod tests;

use model::{FrontendPath, Method, MethodMatch, PathForm};
use rustc_hash::FxHashMap;

pub use captures::Captures;
use methods::Methods;
use patterns::{Patterns, PatternsBuilder, Tried};
use prefixes::{Prefixes, PrefixesBuilder};

/// One API as the router sees it.
#[derive(Debug, Clone)]
pub struct Entry<T> {
    /// The path it answers at.
    pub path: FrontendPath,
    /// The methods it answers.
    pub method: MethodMatch,
    /// What [`Router::find`] gives back.
    pub value: T,
}

/// What [`Router::find`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<'r, T> {
    /// This API answers.
    Api {
        /// The value of its entry.
        value: &'r T,
        /// How many bytes of the path the frontend path matched; what follows them is appended to the backend path.
        matched: usize,
    },
    /// The path is somebody's, but nobody answers this method at it.
    WrongMethod,
    /// Nobody answers at this path.
    Nothing,
}

/// All APIs of one environment of one service, ready for look-up. Immutable.
#[derive(Debug)]
pub struct Router<T> {
    values: Box<[T]>,
    exact: FxHashMap<Box<str>, Methods>,
    prefixes: Option<Prefixes>,
    patterns: Option<Patterns>,
    plain: Option<Prefixes>,
}

impl<T> Router<T> {
    /// A router over `entries`, which come in definition order, oldest first. Of two with the same path and method
    /// the older one answers.
    pub fn new(entries: Vec<Entry<T>>) -> Self {
        let mut exact: FxHashMap<Box<str>, Methods> = FxHashMap::default();
        let mut prefixes = PrefixesBuilder::default();
        let mut patterns = PatternsBuilder::default();
        let mut plain = PrefixesBuilder::default();
        let (mut has_prefixes, mut has_patterns, mut has_plain) = (false, false, false);
        for (number, Entry { path, method, .. }) in (0..).zip(&entries) {
            match path.form() {
                PathForm::Exact(text) => {
                    exact.entry(text.as_str().into()).or_insert_with(Methods::new).add(*method, number);
                }
                PathForm::Prefix(text) => {
                    prefixes.add(text, *method, number);
                    has_prefixes = true;
                }
                PathForm::Template(pieces) => {
                    patterns.add_template(pieces, *method, number);
                    has_patterns = true;
                }
                PathForm::Regex { pattern, variables } => {
                    patterns.add_regular(pattern, variables.len(), *method, number);
                    has_patterns = true;
                }
                PathForm::Plain(text) => {
                    plain.add(text, *method, number);
                    has_plain = true;
                }
            }
        }
        let prefixes = has_prefixes.then(|| prefixes.build());
        let patterns = has_patterns.then(|| patterns.build());
        let plain = has_plain.then(|| plain.build());
        Self { values: entries.into_iter().map(|entry| entry.value).collect(), exact, prefixes, patterns, plain }
    }

    /// The API that answers `method` at `path`; its variables are left in `captures`, which are empty in all other
    /// cases. `path` is without the query and as it came, nothing in it decoded.
    pub fn find(&self, method: Method, path: &str, captures: &mut Captures) -> Found<'_, T> {
        self.find_considering(method, path, captures, |_| ())
    }

    /// The same. `consider` hears of values that may be found before they are: a value among thousands is cold in memory, and
    /// so is what tells whether it is found, and both can be waited for at once.
    pub fn find_considering(
        &self,
        method: Method,
        path: &str,
        captures: &mut Captures,
        consider: impl Fn(&T),
    ) -> Found<'_, T> {
        captures.places.reset(0);
        if !self.exact.is_empty()
            && let Some(entry) = self.exact.get(path).and_then(|methods| methods.answering(method))
        {
            return self.found(entry, path.len());
        }
        if let Some((entry, matched)) = self.prefixes.as_ref().and_then(|prefixes| prefixes.find(method, path)) {
            return self.found(entry, matched);
        }
        let consider = |entry: usize| self.values.get(entry).into_iter().for_each(&consider);
        let tried = match &self.patterns {
            Some(patterns) => patterns.find(method, path, captures, consider),
            None => Tried::Nothing,
        };
        if let Tried::Entry { entry, matched } = tried {
            return self.found(entry, matched);
        }
        captures.places.reset(0);
        if let Some((entry, matched)) = self.plain.as_ref().and_then(|plain| plain.find(method, path)) {
            return self.found(entry, matched);
        }
        let wrong_method = self.exact.contains_key(path)
            || self.prefixes.as_ref().is_some_and(|prefixes| prefixes.holds(path))
            || self.plain.as_ref().is_some_and(|plain| plain.holds(path))
            || tried == Tried::OtherMethod
                && self.patterns.as_ref().is_some_and(|patterns| patterns.holds(path, captures));
        captures.places.reset(0);
        if wrong_method { Found::WrongMethod } else { Found::Nothing }
    }

    fn found(&self, entry: usize, matched: usize) -> Found<'_, T> {
        match self.values.get(entry) {
            Some(value) => Found::Api { value, matched },
            None => Found::Nothing,
        }
    }
}
