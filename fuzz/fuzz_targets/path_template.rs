//! Frontend paths, one a line, and on the last line the path of a call.
//!
//! Whatever is written there: nothing panics, and the router answers as the regex crate does when it tries each path
//! with every variable a greedy group.

#![no_main]

use std::cmp::Reverse;

use gateway::route::{Captures, Entry, Found, Router};
use libfuzzer_sys::fuzz_target;
use model::{FrontendPath, Method, MethodMatch, PathForm, Piece};

type Match = (usize, Vec<Option<String>>);

fn by_expression(expression: &str, variables: usize, call: &str) -> Option<Match> {
    let regex = regex::bytes::Regex::new(expression).expect("a path that was accepted compiles");
    let groups = regex.captures(call.as_bytes())?;
    let texts = (0..variables).map(|number| {
        let group = groups.name(&format!("v{number}"))?;
        Some(call[group.range()].to_owned())
    });
    Some((groups.get(0)?.end(), texts.collect()))
}

fn reference(frontend: &FrontendPath, call: &str) -> Option<Match> {
    match frontend.form() {
        PathForm::Exact(text) => (call == text).then_some((call.len(), Vec::new())),
        PathForm::Prefix(text) | PathForm::Plain(text) => call.starts_with(text).then_some((text.len(), Vec::new())),
        PathForm::Template(pieces) => {
            let mut variables = 0;
            let mut expression = String::from("(?s-u)^");
            for piece in pieces {
                match piece {
                    Piece::Literal(text) => expression.push_str(&regex::escape(text)),
                    Piece::Variable(_) => {
                        expression.push_str(&format!("(?P<v{variables}>.+)"));
                        variables += 1;
                    }
                }
            }
            expression.push('$');
            by_expression(&expression, variables, call)
        }
        PathForm::Regex { pattern, variables } => by_expression(pattern, variables.len(), call),
    }
}

fn class(frontend: &FrontendPath) -> u8 {
    match frontend.form() {
        PathForm::Exact(_) => 1,
        PathForm::Prefix(_) => 2,
        PathForm::Template(_) | PathForm::Regex { .. } => 3,
        PathForm::Plain(_) => 4,
    }
}

fuzz_target!(|text: &str| {
    let Some((frontends, call)) = text.rsplit_once('\n') else { return };
    let frontends: Vec<FrontendPath> =
        frontends.lines().take(24).filter_map(|line| FrontendPath::try_from(line).ok()).collect();
    let entries = frontends.iter().enumerate().map(|(value, frontend)| Entry {
        path: frontend.clone(),
        method: MethodMatch::Any,
        value,
    });
    let router = Router::new(entries.collect());

    let expected = frontends
        .iter()
        .enumerate()
        .filter_map(|(value, frontend)| Some((value, frontend, reference(frontend, call)?)))
        .min_by_key(|(value, frontend, (matched, _))| {
            let longest = if class(frontend) == 3 { 0 } else { *matched };
            (class(frontend), Reverse(longest), *value)
        })
        .map(|(value, _, (matched, texts))| (value, matched, texts));

    let mut captures = Captures::new();
    let found = match router.find(Method::Get, call, &mut captures) {
        Found::Api { value, matched } => {
            let texts = (0..captures.len()).map(|index| captures.text(call, index).map(str::to_owned));
            Some((*value, matched, texts.collect()))
        }
        Found::Nothing => None,
        Found::WrongMethod => panic!("every path answers every method"),
    };
    // Two templates that differ in the names of variables alone are one path, and the older one of them answers.
    assert_eq!(found, expected, "{call:?} in {frontends:?}");
});
