//! Paths that match whatever begins with them, the longest first.

use model::{Method, MethodMatch};
use rustc_hash::FxHashMap;

use super::affixes::{Affixes, Side};
use super::methods::Methods;

/// Stands for "no prefix".
const NONE: u32 = u32::MAX;

/// Collects prefixes; see [`Prefixes`].
#[derive(Debug, Default)]
pub(super) struct PrefixesBuilder<'a> {
    numbers: FxHashMap<&'a str, usize>,
    texts: Vec<&'a str>,
    methods: Vec<Methods>,
}

impl<'a> PrefixesBuilder<'a> {
    pub(super) fn add(&mut self, text: &'a str, method: MethodMatch, entry: u32) {
        let number = *self.numbers.entry(text).or_insert_with(|| {
            self.texts.push(text);
            self.methods.push(Methods::new());
            self.texts.len() - 1
        });
        self.methods[number].add(method, entry);
    }

    pub(super) fn build(self) -> Prefixes {
        let affixes = Affixes::new(Side::Beginning, self.texts.iter().map(|text| text.as_bytes()));
        let mut prefixes: Box<[Prefix]> = self
            .texts
            .iter()
            .zip(self.methods)
            .map(|(text, methods)| Prefix { length: text.len(), methods, answering: [NONE; Method::ALL.len()] })
            .collect();
        // Shorter ones first: what a prefix does not answer itself it takes over from the next shorter one.
        let mut order: Vec<usize> = (0..self.texts.len()).collect();
        order.sort_unstable_by_key(|number| self.texts[*number].len());
        for number in order {
            let inherited = affixes.shorter(self.texts[number].as_bytes()).map(|shorter| prefixes[shorter].answering);
            let prefix = &mut prefixes[number];
            for method in Method::ALL {
                prefix.answering[method.index()] = match (prefix.methods.answering(method), inherited) {
                    (Some(_), _) => number as u32,
                    (None, Some(inherited)) => inherited[method.index()],
                    (None, None) => NONE,
                };
            }
        }
        Prefixes { affixes, prefixes }
    }
}

/// All prefixes of one class.
#[derive(Debug)]
pub(super) struct Prefixes {
    affixes: Affixes,
    prefixes: Box<[Prefix]>,
}

#[derive(Debug)]
struct Prefix {
    length: usize,
    methods: Methods,
    /// By method: this prefix or the longest shorter one that answers it.
    answering: [u32; Method::ALL.len()],
}

impl Prefixes {
    /// The entry of the longest prefix of `path` that answers `method`, and that prefix's length.
    pub(super) fn find(&self, method: Method, path: &str) -> Option<(usize, usize)> {
        let longest = self.affixes.longest(path.as_bytes())?;
        let answering = self.prefixes[longest].answering[method.index()];
        let prefix = self.prefixes.get(answering as usize)?;
        Some((prefix.methods.answering(method)?, prefix.length))
    }

    /// True when some prefix matches, whatever it answers.
    pub(super) fn holds(&self, path: &str) -> bool {
        self.affixes.longest(path.as_bytes()).is_some()
    }
}
