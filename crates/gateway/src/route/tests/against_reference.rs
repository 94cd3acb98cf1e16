//! The router against one that tries everything in order with the regex crate.

use model::{PathForm, Piece};
use proptest::prelude::*;

use super::*;
use crate::route::captures::Places;
use crate::route::crowd::Crowd;
use crate::route::scratch::Lists;
use crate::route::template::{Skeleton, Template};

/// What a form's path matches: how much, and the variables.
fn reference_match(frontend: &FrontendPath, call: &str) -> Option<(usize, Vec<Option<String>>)> {
    let by_expression = |expression: &str, count: usize| {
        let regex = regex::Regex::new(expression).unwrap();
        let groups = regex.captures(call)?;
        let texts = (0..count).map(|n| groups.name(&format!("v{n}")).map(|text| text.as_str().to_owned()));
        Some((groups.get(0)?.end(), texts.collect()))
    };
    match frontend.form() {
        PathForm::Exact(text) => (call == text).then_some((call.len(), vec![])),
        PathForm::Prefix(text) | PathForm::Plain(text) => call.starts_with(text).then_some((text.len(), vec![])),
        PathForm::Template(pieces) => {
            let mut count = 0;
            let mut expression = String::from("(?s)^");
            for piece in pieces {
                match piece {
                    Piece::Literal(text) => expression.push_str(&regex::escape(text)),
                    Piece::Variable(_) => {
                        expression.push_str(&format!("(?P<v{count}>.+)"));
                        count += 1;
                    }
                }
            }
            expression.push('$');
            by_expression(&expression, count)
        }
        PathForm::Regex { pattern, variables } => by_expression(pattern, variables.len()),
    }
}

/// What makes two paths the same path.
fn meaning(frontend: &FrontendPath) -> String {
    match frontend.form() {
        PathForm::Template(pieces) => pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => text.as_str(),
                Piece::Variable(_) => "{}",
            })
            .collect(),
        PathForm::Regex { pattern, .. } => pattern.clone(),
        _ => frontend.as_str().to_owned(),
    }
}

type Answer = Result<(usize, usize, Vec<Option<String>>), &'static str>;

fn reference(entries: &[Entry<usize>], verb: Method, call: &str) -> Answer {
    let matching: Vec<_> = entries
        .iter()
        .filter_map(|entry| reference_match(&entry.path, call).map(|(matched, texts)| (entry, matched, texts)))
        .collect();
    let class = |entry: &Entry<usize>| match entry.path.form() {
        PathForm::Exact(_) => 1,
        PathForm::Prefix(_) => 2,
        PathForm::Template(_) | PathForm::Regex { .. } => 3,
        PathForm::Plain(_) => 4,
    };
    let first = matching.iter().filter(|(entry, _, _)| entry.method.covers(verb)).min_by_key(|(entry, matched, _)| {
        let length = if class(entry) == 3 { 0 } else { *matched };
        (class(entry), std::cmp::Reverse(length), entry.value)
    });
    let Some((first, matched, texts)) = first else {
        return Err(if matching.is_empty() { "nothing" } else { "wrong method" });
    };
    let exactly = entries
        .iter()
        .find(|entry| entry.method == MethodMatch::Only(verb) && meaning(&entry.path) == meaning(&first.path));
    Ok((exactly.unwrap_or(first).value, *matched, texts.clone()))
}

fn actual(router: &Router<usize>, verb: Method, call: &str, captures: &mut Captures) -> Answer {
    match router.find(verb, call, captures) {
        Found::Api { value, matched } => {
            let texts = (0..captures.len()).map(|index| captures.text(call, index).map(str::to_owned));
            Ok((*value, matched, texts.collect()))
        }
        Found::WrongMethod => Err("wrong method"),
        Found::Nothing => Err("nothing"),
    }
}

/// Texts that often meet, overlap and repeat.
fn text(most: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec(prop_oneof![4 => Just('/'), 4 => Just('a'), 2 => Just('b'), 1 => Just('.')], 0..=most)
        .prop_map(String::from_iter)
}

fn template() -> impl Strategy<Value = FrontendPath> {
    (text(3), proptest::collection::vec(text(3).prop_filter("apart", |text| !text.is_empty()), 0..4), text(3)).prop_map(
        |(first, middles, last)| {
            let mut raw = format!("/{first}{{v0}}");
            for (number, middle) in middles.iter().enumerate() {
                raw.push_str(&format!("{middle}{{v{}}}", number + 1));
            }
            path(&(raw + &last))
        },
    )
}

fn frontend() -> impl Strategy<Value = FrontendPath> {
    let expression =
        (text(2), proptest::sample::select(vec!["a*", "b?", "[ab]", "(a|b)", ".*", "[^a]", "(/{w})?"]), text(3))
            .prop_map(|(first, sign, last)| path(&format!("/{first}{sign}{last}")));
    prop_oneof![
        1 => text(4).prop_map(|text| path(&format!("=/{text}"))),
        2 => text(4).prop_map(|text| path(&format!("^~/{text}"))),
        2 => text(4).prop_map(|text| path(&format!("/{text}"))),
        4 => template(),
        2 => expression,
    ]
}

fn entries(frontend: impl Strategy<Value = FrontendPath>, most: usize) -> impl Strategy<Value = Vec<Entry<usize>>> {
    let verb = proptest::sample::select(vec!["ANY", "GET", "GET", "POST"]);
    proptest::collection::vec((frontend, verb), 0..most).prop_map(|list| {
        let entry = |(value, (path, verb))| Entry { path, method: method(verb), value };
        list.into_iter().enumerate().map(entry).collect()
    })
}

proptest! {
    #[test]
    fn a_template_matches_and_captures_as_greedy_groups_do(
        template in template(), calls in proptest::collection::vec(text(16), 1..20),
    ) {
        let router = Router::new(vec![Entry { path: template.clone(), method: MethodMatch::Any, value: 0 }]);
        let mut captures = Captures::new();
        for call in calls {
            let call = format!("/{call}");
            let expected = reference_match(&template, &call).map(|(matched, texts)| (0, matched, texts)).ok_or("nothing");
            prop_assert_eq!(actual(&router, Method::Get, &call, &mut captures), expected, "{} on {}", template, call);
        }
    }

    #[test]
    fn the_router_answers_as_one_that_tries_everything_in_order(
        entries in entries(frontend(), 14), calls in proptest::collection::vec(text(10), 1..12),
    ) {
        let router = Router::new(entries.clone());
        let mut captures = Captures::new();
        for call in calls {
            let call = format!("/{call}");
            for verb in [Method::Get, Method::Post, Method::Put] {
                let found = actual(&router, verb, &call, &mut captures);
                prop_assert_eq!(found, reference(&entries, verb, &call), "{} {} in {:?}", verb.as_str(), call,
                    entries.iter().map(|entry| (entry.method.as_str(), entry.path.as_str())).collect::<Vec<_>>());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Long enough that most templates are searched for together, in one pass.
    #[test]
    fn many_templates_on_a_long_path_are_decided_as_one_by_one(
        entries in entries(template(), 60), unit in text(9), head in text(9), tail in text(9), times in 0..900_usize,
    ) {
        let call = format!("/{head}{}{tail}", unit.repeat(times));
        let router = Router::new(entries.clone());
        let mut captures = Captures::new();
        for verb in [Method::Get, Method::Put] {
            let found = actual(&router, verb, &call, &mut captures);
            let expected = reference(&entries, verb, &call);
            prop_assert!(found == expected, "{:?} is not {:?} in {:?}", found.map(|found| found.0),
                expected.map(|found| found.0), entries.iter().map(|entry| entry.path.as_str()).collect::<Vec<_>>());
        }
    }
}

proptest! {
    #[test]
    fn the_one_pass_over_the_path_decides_as_each_template_alone(
        templates in proptest::collection::vec(template(), 1..20), calls in proptest::collection::vec(text(14), 1..12),
    ) {
        let skeletons: Vec<_> = templates
            .iter()
            .map(|template| match template.form() {
                PathForm::Template(pieces) => Skeleton::new(pieces),
                other => panic!("{other:?} is no template"),
            })
            .collect();
        let crowd = Crowd::new(skeletons.iter().map(Some)).unwrap();
        let mut text = Vec::new();
        let alone: Vec<_> = skeletons.iter().map(|skeleton| Template::new(skeleton, &mut text)).collect();
        let mut lists = Lists::default();
        for call in calls {
            let call = format!("/{call}");
            let bytes = call.as_bytes();
            let fitting = (0..).zip(&alone).filter(|(_, template)| !template.is_simple() && template.fits(&text, bytes));
            let candidates: Vec<u32> = fitting.map(|(number, _)| number).collect();
            let mut together = Vec::new();
            let inside = |number: u32| alone[number as usize].inside(bytes);
            crowd.run(&candidates, bytes, inside, &mut lists, |number| together.push(number));
            together.sort_unstable();
            let one_by_one: Vec<u32> = candidates
                .into_iter()
                .filter(|number| alone[*number as usize].capture(bytes, &mut Places::default()))
                .collect();
            prop_assert_eq!(together, one_by_one, "{} in {:?}", call,
                templates.iter().map(FrontendPath::as_str).collect::<Vec<_>>());
        }
    }
}
