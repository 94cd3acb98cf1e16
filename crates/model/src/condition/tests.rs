use proptest::prelude::*;

use super::*;

fn parse(raw: &str) -> Result<Condition, Invalid> {
    Condition::try_from(raw.to_owned())
}

/// The question with all its parentheses.
fn shown(question: &Question) -> String {
    let joined = |parts: &[Question], word: &str| {
        let parts: Vec<String> = parts.iter().map(shown).collect();
        format!("({})", parts.join(word))
    };
    match question {
        Question::All(parts) => joined(parts, " and "),
        Question::Any(parts) => joined(parts, " or "),
        Question::Compare(subject, relation, constant) => format!("{subject:?} {relation:?} {constant:?}"),
        Question::Exists(subject) => format!("exists {subject:?}"),
        Question::Matches(subject, pattern) => format!("{subject:?} ~ {pattern}"),
    }
}

#[test]
fn the_documented_samples_are_understood() {
    for (raw, expected) in [
        ("Random() < 0.05", "Random Less Number(0.05)"),
        (
            "header.UserName = 'Admin' and sysparam.clientIp = '47.47.74.77'",
            "(Header(\"UserName\") Equal Text(\"Admin\") and Address Equal Address(47.47.74.77))",
        ),
        (
            "sysparam.httpScheme = 'https' and (header.id = 1001 or header.id = 1098 or header.id = 2011)",
            "(Scheme Equal Text(\"https\") and (Header(\"id\") Equal Number(1001.0) or Header(\"id\") Equal Number(1098.0) or \
             Header(\"id\") Equal Number(2011.0)))",
        ),
        (
            "query.age<30 and query.need_verify=false or query.level>3",
            "((Query(\"age\") Less Number(30.0) and Query(\"need_verify\") Equal Flag(false)) or Query(\"level\") Greater \
             Number(3.0))",
        ),
        ("regex(query.name,\"colou?r\")", "Query(\"name\") ~ colou?r"),
        ("exists(header.Accept)", "exists Header(\"Accept\")"),
        ("path='/test'", "Path Equal Text(\"/test\")"),
        (
            "HEADER.a==-1 AND SysParam.clientUA != \"it's\"",
            "(Header(\"a\") Equal Number(-1.0) and Agent Unequal Text(\"it's\"))",
        ),
        ("((query.a>=1))", "Query(\"a\") GreaterOrEqual Number(1.0)"),
    ] {
        assert_eq!(shown(parse(raw).expect(raw).question()), expected, "{raw}");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (raw, expected) in [
        ("", "at character 1: `header.NAME`"),
        ("header.a", "at character 9: one of `=`"),
        (
            "header.a =",
            "at character 11: a text in quotation marks, a number, `true` or `false` is expected, the end was found",
        ),
        ("header.a = b", "at character 12: a text in quotation marks"),
        ("header.a = 1 header.b = 2", "at character 14: `and`, `or` or the end is expected, `header.b` was found"),
        ("header.a = 'x", "at character 12: the text has no end"),
        ("header. = 1", "at character 7: `.` and the name"),
        ("header = 1", "at character 7: `.` and the name"),
        ("body.a = 1", "at character 1: `header.NAME`"),
        ("(header.a = 1", "at character 14: `)` is expected, the end was found"),
        ("header.a = 1)", "at character 13: `and`, `or` or the end is expected, `)` was found"),
        ("header.a = 1 and", "at character 17: `header.NAME`"),
        ("header.a < 'x'", "at character 12: a number is expected"),
        ("header.a ~ 1", "at character 10: one of"),
        ("header.a = 1.", "at character 12: a text"),
        ("header.a = 0x10", "at character 12: a text"),
        ("header.a = nan", "at character 12: a text"),
        ("path = 'a'", "at character 8: a path"),
        ("sysparam.clientIp = 'me'", "at character 21: an address"),
        ("sysparam.httpScheme = 'ftp'", "at character 23: 'http' or 'https'"),
        ("sysparam.else = 'x'", "at character 10: `clientIp`"),
        ("Random() = 'x'", "at character 12: a number"),
        ("Random < 1", "at character 8: `(` is expected"),
        ("exists(Random())", "at character 8: a parameter is expected"),
        ("regex(header.a, x)", "at character 17: a text in quotation marks is expected, `x` was found"),
        ("regex(header.a, '(')", "at character 17: the pattern is no regular expression"),
        ("exists(header.a", "at character 16: `)` is expected"),
        ("header.é = 1", "at character 7: `.` and the name of a parameter is expected, `.` was found"),
    ] {
        let refused = parse(raw).expect_err(raw).reason;
        assert!(refused.starts_with(expected), "{raw:?}: {refused}");
    }
    assert!(parse(&"(".repeat(33)).unwrap_err().reason.contains("at character 33"));
    assert!(parse(&format!("{}path='/'{}", "(".repeat(32), ")".repeat(32))).is_ok());
    assert!(parse(&format!("path='/{}'", "x".repeat(4096))).is_err());
}

#[test]
fn a_condition_is_kept_as_it_was_written() {
    let condition = parse("  path = '/a'  ").unwrap();
    let stored = serde_json::to_string(&condition).unwrap();
    assert_eq!(stored, "\"  path = '/a'  \"");
    assert_eq!(serde_json::from_str::<Condition>(&stored).unwrap(), condition);
    assert!(serde_json::from_str::<Condition>("\"path\"").is_err());
}

/// Conditions as people write them, each with the truth that its comparisons of one parameter have.
fn written() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[a-z]{1,4}".prop_map(|name| format!("header.{name} = 'x'")),
        "[a-z]{1,4}".prop_map(|name| format!("exists(query.{name})")),
        (0..100_i32).prop_map(|number| format!("query.n<{number}")),
        Just("Random() >= 0.5".to_owned()),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        (proptest::collection::vec(inner, 1..4), prop::bool::ANY)
            .prop_map(|(parts, all)| format!("({})", parts.join(if all { " and " } else { " or " })))
    })
}

proptest! {
    #[test]
    fn whatever_is_written_gets_an_answer(raw in "\\PC{0,80}") {
        if let Err(refused) = parse(&raw) {
            prop_assert!(refused.reason.starts_with("at character "));
        }
    }

    #[test]
    fn whatever_is_made_of_the_languages_words_gets_an_answer(
        words in proptest::collection::vec(
            prop_oneof![
                Just("("), Just(")"), Just("and"), Just("or"), Just("header.a"), Just("path"), Just("="), Just("<"),
                Just("'/x'"), Just("1"), Just("exists("), Just("regex("), Just(","), Just("Random()"), Just("true"),
            ],
            0..20,
        )
    ) {
        let _ = parse(&words.join(" "));
    }

    #[test]
    fn a_condition_of_the_grammar_is_understood_and_its_parentheses_are_kept(raw in written()) {
        let condition = parse(&raw).unwrap();
        // Blanks say nothing.
        let spaced = raw.replace('(', " ( ").replace(')', " ) ");
        prop_assert_eq!(shown(condition.question()), shown(parse(&spaced).unwrap().question()));
    }
}
