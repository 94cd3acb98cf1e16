//! Many templates against one path in a single pass.
//!
//! A template whose beginning and ending fit matches when its middle literals can be found in the path one behind the
//! other with at least one byte before, between and behind them. To know whether, it is enough to take each literal at
//! the earliest place it can be. So every template waits for one literal at a time, all of them at once, while the
//! path goes by: each is touched once per literal that it has, wherever and however often the literals are in the
//! path.

use std::ops::Range;

use aho_corasick::BuildError;
use rustc_hash::FxHashMap;

use super::pieces::Pieces;
use super::scratch::{Lists, Step};
use super::template::Skeleton;

/// Ends a list.
const END: u32 = u32::MAX;

/// The middle literals of all templates.
#[derive(Debug)]
pub(super) struct Crowd {
    pieces: Pieces,
    /// Length of each literal.
    lengths: Box<[usize]>,
    /// The literals of each template in order; none for what is no template.
    literals: Box<[Box<[u32]>]>,
}

impl Crowd {
    /// Over patterns by number; `None` for one that is no template.
    pub(super) fn new<'a>(skeletons: impl Iterator<Item = Option<&'a Skeleton<'a>>>) -> Result<Self, BuildError> {
        let mut numbers: FxHashMap<&[u8], u32> = FxHashMap::default();
        let mut texts: Vec<&[u8]> = Vec::new();
        let literals = skeletons
            .map(|skeleton| {
                let middles = skeleton.map_or(&[][..], |skeleton| &skeleton.middles);
                let mut number = |text: &&'a [u8]| {
                    *numbers.entry(text).or_insert_with(|| {
                        texts.push(text);
                        texts.len() as u32 - 1
                    })
                };
                middles.iter().map(&mut number).collect()
            })
            .collect();
        let lengths = texts.iter().map(|text| text.len()).collect();
        Ok(Self { pieces: Pieces::new(texts.into_iter())?, lengths, literals })
    }

    /// Gives each of `candidates` that matches `path` to `matched`. `inside` tells in which part of the path the
    /// variables and middle literals of a candidate are.
    pub(super) fn run(
        &self,
        candidates: &[u32],
        path: &[u8],
        inside: impl Fn(u32) -> Range<usize>,
        lists: &mut Lists,
        mut matched: impl FnMut(u32),
    ) {
        let Lists { waiting, due, steps } = lists;
        waiting.clear();
        waiting.resize(self.pieces.len(), END);
        due.clear();
        due.resize(path.len() + 1, END);
        steps.clear();
        let literal = |candidate: u32, found: u32| {
            let literals = &self.literals[candidates[candidate as usize] as usize];
            literals.get(found as usize).copied()
        };
        // The next literal cannot end before there was room for one byte of a variable and for itself.
        let earliest = |from: usize, literal: u32| from + 1 + self.lengths[literal as usize];

        for (candidate, pattern) in (0..).zip(candidates) {
            steps.push(Step { next: END, found: 0 });
            if let Some(first) = literal(candidate, 0)
                && let Some(list) = due.get_mut(earliest(inside(*pattern).start, first))
            {
                steps[candidate as usize].next = std::mem::replace(list, candidate);
            }
        }
        let Some(mut pass) = self.pieces.pass() else { return };
        for (byte, end) in path.iter().zip(1..) {
            let mut candidate = std::mem::replace(&mut due[end], END);
            while candidate != END {
                let step = &mut steps[candidate as usize];
                let following = step.next;
                if let Some(literal) = literal(candidate, step.found) {
                    step.next = std::mem::replace(&mut waiting[literal as usize], candidate);
                }
                candidate = following;
            }
            for piece in pass.read(*byte) {
                let mut candidate = std::mem::replace(&mut waiting[piece], END);
                while candidate != END {
                    let step = &mut steps[candidate as usize];
                    let following = step.next;
                    step.found += 1;
                    match literal(candidate, step.found) {
                        Some(literal) => {
                            if let Some(list) = due.get_mut(earliest(end, literal)) {
                                step.next = std::mem::replace(list, candidate);
                            }
                        }
                        None => {
                            let pattern = candidates[candidate as usize];
                            if end < inside(pattern).end {
                                matched(pattern);
                            }
                        }
                    }
                    candidate = following;
                }
            }
        }
    }
}
