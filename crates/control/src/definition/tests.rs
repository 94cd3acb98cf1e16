//! Definitions, case by case: what is changed of a valid one, and what is said of it.

use model::{
    BackendMethod, BackendPath, Constant, FrontendPath, HttpBackend, Mapping, Parameter, Text, WebSocketBackend,
    WebSocketOrigin,
};

use super::*;
use crate::world::mock;

/// `GET /users/{id}` with a query and a header, answered by a backend that takes all three.
fn valid() -> ApiDefinition {
    ApiDefinition {
        path: FrontendPath::try_from("/users/{id}").unwrap(),
        parameters: vec![
            parameter("id", Location::Path),
            parameter("verbose", Location::Query),
            parameter("X-Trace", Location::Header),
        ],
        backend: to("/v1/{user}"),
        mappings: vec![
            mapping("user", Location::Path, "id", Location::Path),
            mapping("v", Location::Query, "verbose", Location::Query),
            mapping("X-Trace-Id", Location::Header, "x-trace", Location::Header),
        ],
        constants: vec![constant("X-From", Location::Header, "gateway"), constant("from", Location::Query, "gateway")],
        ..mock("user", "/user")
    }
}

fn parameter(name: &str, location: Location) -> Parameter {
    Parameter {
        name: name.to_owned(),
        location,
        type_name: "string".to_owned(),
        default: None,
        required: location == Location::Path,
        description: String::new(),
    }
}

fn mapping(name: &str, location: Location, source: &str, source_location: Location) -> Mapping {
    Mapping {
        name: name.to_owned(),
        location,
        source_name: source.to_owned(),
        source_location,
        default: None,
        description: String::new(),
        source_type: "string".to_owned(),
    }
}

fn constant(name: &str, location: Location, value: &str) -> Constant {
    Constant { name: name.to_owned(), location, value: value.to_owned(), description: String::new() }
}

fn to(path: &str) -> Backend {
    Backend::Http(HttpBackend {
        origin: Origin::try_from("http://127.0.0.1:8080").unwrap(),
        path: BackendPath::try_from(path).unwrap(),
        method: BackendMethod::Same,
    })
}

fn socket(method: BackendMethod) -> Backend {
    Backend::WebSocket(WebSocketBackend {
        origin: WebSocketOrigin::try_from("wss://chat.example").unwrap(),
        path: BackendPath::try_from("/v1/{user}").unwrap(),
        method,
    })
}

fn fixed(status: u16, headers: &[(&str, &str)]) -> Backend {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Backend::Mock(MockBackend { status, headers, body: Text::default() })
}

/// Which list a refusal is about, its field and its reason.
fn told(refused: &Refusal) -> (&'static str, &'static str, String) {
    let (list, refused) = match refused {
        Refusal::BadParameters(refused) => ("parameters", refused),
        Refusal::BadMappings(refused) => ("mappings", refused),
        Refusal::BadConstants(refused) => ("constants", refused),
        Refusal::BadBackend(refused) => ("backend", refused),
        other => panic!("{other:?}"),
    };
    (list, refused.field, refused.reason.clone())
}

type Change = fn(&mut ApiDefinition);

fn tried(change: Change) -> Result<(), Refusal> {
    let mut definition = valid();
    change(&mut definition);
    check(&definition)
}

#[test]
fn what_can_be_served_is_taken() {
    let cases: &[(&str, Change)] = &[
        ("the definition that the others are made of", |_| {}),
        ("a form parameter of a GET", |d| d.parameters.push(parameter("f", Location::Body))),
        ("one name in two places", |d| d.parameters.push(parameter("id", Location::Query))),
        ("query names that differ in case", |d| d.parameters.push(parameter("Verbose", Location::Query))),
        ("one parameter mapped to two places", |d| {
            d.mappings.push(mapping("w", Location::Query, "verbose", Location::Query));
        }),
        ("a parameter that changes its place", |d| {
            d.mappings.push(mapping("X-User", Location::Header, "id", Location::Path));
        }),
        ("a path parameter that the backend path does not name", |d| {
            d.mappings.push(mapping("unused", Location::Path, "id", Location::Path));
        }),
        ("a parameter that is not mapped", |d| d.mappings.truncate(1)),
        ("a variable of both paths that is not mapped", |d| {
            d.backend = to("/v1/{id}");
            d.mappings.remove(0);
        }),
        ("Host as a constant", |d| d.constants.push(constant("Host", Location::Header, "shop.example:8080"))),
        ("an empty constant", |d| d.constants.push(constant("X-Empty", Location::Header, ""))),
        ("Host as a declared parameter", |d| d.parameters.push(parameter("Host", Location::Header))),
        ("a path with a variable in a regular expression", |d| {
            d.path = FrontendPath::try_from("/(a|b)/{id}").unwrap();
        }),
        ("a fixed answer with mappings that go nowhere", |d| d.backend = fixed(404, &[("X-Mock", "1")])),
    ];
    for (case, change) in cases {
        assert_eq!(tried(*change), Ok(()), "{case}");
    }
}

#[test]
fn what_callers_speak_and_what_answers_fit_together() {
    let mismatch = |refused: Result<(), Refusal>| matches!(refused, Err(Refusal::ProtocolMismatch(_)));
    let method = |refused: Result<(), Refusal>| match refused {
        Err(Refusal::WebSocketMethod { method }) => method,
        other => panic!("{other:?}"),
    };
    let get = MethodMatch::Only(Method::Get);
    let changed = |change: Change| {
        let mut definition = valid();
        (definition.protocol, definition.method) = (ApiProtocol::WebSocket, get);
        definition.backend = socket(BackendMethod::Same);
        change(&mut definition);
        check(&definition)
    };
    assert_eq!(changed(|_| {}), Ok(()));
    assert_eq!(changed(|d| d.backend = socket(BackendMethod::Fixed(Method::Get))), Ok(()));
    assert!(mismatch(changed(|d| d.protocol = ApiProtocol::Http)));
    assert!(mismatch(changed(|d| d.backend = to("/v1/{user}"))));
    assert!(mismatch(changed(|d| d.backend = fixed(200, &[]))));
    assert_eq!(method(changed(|d| d.method = MethodMatch::Any)), MethodMatch::Any);
    assert_eq!(
        method(changed(|d| d.backend = socket(BackendMethod::Fixed(Method::Post)))),
        MethodMatch::Only(Method::Post)
    );
    let refused = changed(|d| d.parameters.push(parameter("f", Location::Body))).unwrap_err();
    assert!(told(&refused).2.contains("without a body"));
    let refused = changed(|d| d.mappings.clear()).unwrap_err();
    assert_eq!(told(&refused).1, "backend path", "its path is filled like any other");
}

#[test]
fn parameters_that_contradict_the_path_or_each_other_are_refused() {
    let cases: &[(&str, Change, &str)] = &[
        ("a variable that is not declared", |d| drop(d.parameters.remove(0)), "`{id}` stands in the path"),
        (
            "a declared variable that is not in the path",
            |d| d.parameters.push(parameter("no", Location::Path)),
            "no `{no}`",
        ),
        ("a variable declared elsewhere", |d| d.parameters[0].location = Location::Query, "`{id}` stands in the path"),
        ("a parameter twice", |d| d.parameters.push(parameter("verbose", Location::Query)), "declared twice"),
        (
            "a header twice in other letters",
            |d| d.parameters.push(parameter("x-TRACE", Location::Header)),
            "declared twice",
        ),
        ("a variable twice", |d| d.parameters.push(parameter("id", Location::Path)), "declared twice"),
        ("an empty name", |d| d.parameters.push(parameter("", Location::Query)), "0 bytes"),
        (
            "a header name with a blank",
            |d| d.parameters.push(parameter("X A", Location::Header)),
            "cannot stand in a header",
        ),
        (
            "a header of the connection",
            |d| d.parameters.push(parameter("connection", Location::Header)),
            "belongs to the connection",
        ),
        (
            "the length of the body",
            |d| d.parameters.push(parameter("Content-Length", Location::Header)),
            "belongs to the connection",
        ),
        (
            "a default that cannot stand in a header",
            |d| d.parameters[2].default = Some("a\r\nb".to_owned()),
            "control character",
        ),
    ];
    for (case, change, reason) in cases {
        let refused = tried(*change).expect_err(case);
        let (list, _, said) = told(&refused);
        assert_eq!(list, "parameters", "{case}");
        assert!(said.contains(reason), "{case}: {said}");
    }
}

#[test]
fn mappings_without_a_source_or_into_a_place_of_the_gateway_are_refused() {
    let cases: &[(&str, Change, &str, &str)] = &[
        (
            "a source that is not declared",
            |d| d.mappings.push(mapping("a", Location::Query, "nobody", Location::Query)),
            "mapping source",
            "not declared",
        ),
        (
            "a source that is declared elsewhere",
            |d| d.mappings.push(mapping("a", Location::Query, "verbose", Location::Header)),
            "mapping source",
            "the header parameter `verbose`",
        ),
        (
            "a source in other letters",
            |d| d.mappings.push(mapping("a", Location::Query, "Verbose", Location::Query)),
            "mapping source",
            "not declared",
        ),
        (
            "two into one place",
            |d| d.mappings.push(mapping("v", Location::Query, "id", Location::Path)),
            "mappings",
            "mapped twice",
        ),
        (
            "two into one header in other letters",
            |d| d.mappings.push(mapping("x-trace-ID", Location::Header, "id", Location::Path)),
            "mappings",
            "mapped twice",
        ),
        (
            "into Host",
            |d| d.mappings.push(mapping("HOST", Location::Header, "verbose", Location::Query)),
            "mappings",
            "constant `Host`",
        ),
        (
            "into a header of the connection",
            |d| d.mappings.push(mapping("Transfer-Encoding", Location::Header, "verbose", Location::Query)),
            "header name",
            "belongs to the connection",
        ),
        (
            "into a name that is none",
            |d| d.mappings.push(mapping("a:b", Location::Header, "verbose", Location::Query)),
            "parameter name",
            "cannot stand",
        ),
        (
            "a default that cannot stand there",
            |d| d.mappings[2].default = Some("\u{7}".to_owned()),
            "parameter value",
            "control character",
        ),
    ];
    for (case, change, field, reason) in cases {
        let refused = tried(*change).expect_err(case);
        let (list, named, said) = told(&refused);
        assert_eq!((list, named), ("mappings", *field), "{case}: {said}");
        assert!(said.contains(reason), "{case}: {said}");
    }
}

#[test]
fn constants_stand_in_headers_and_queries_that_nobody_else_fills() {
    let cases: &[(&str, Change, &str)] = &[
        ("in the path", |d| d.constants.push(constant("a", Location::Path, "b")), "header and query are allowed"),
        ("in the body", |d| d.constants.push(constant("a", Location::Body, "b")), "header and query are allowed"),
        ("twice", |d| d.constants.push(constant("from", Location::Query, "x")), "stands twice"),
        ("twice in other letters", |d| d.constants.push(constant("x-from", Location::Header, "x")), "stands twice"),
        (
            "where a mapping goes",
            |d| d.constants.push(constant("x-trace-id", Location::Header, "x")),
            "mapping already",
        ),
        (
            "a header of the connection",
            |d| d.constants.push(constant("Upgrade", Location::Header, "h2c")),
            "belongs to the connection",
        ),
        (
            "a value with a line break",
            |d| d.constants.push(constant("X-A", Location::Header, "a\nb")),
            "control character",
        ),
        ("a Host that is none", |d| d.constants.push(constant("host", Location::Header, "a b")), "is no host"),
        ("a Host with a path", |d| d.constants.push(constant("host", Location::Header, "a/b")), "is no host"),
        ("an empty Host", |d| d.constants.push(constant("host", Location::Header, "")), "is no host"),
    ];
    for (case, change, reason) in cases {
        let refused = tried(*change).expect_err(case);
        let (list, _, said) = told(&refused);
        assert_eq!(list, "constants", "{case}");
        assert!(said.contains(reason), "{case}: {said}");
    }
}

#[test]
fn a_backend_path_with_an_open_variable_is_refused() {
    let cases: &[(&str, Change)] = &[
        ("a variable that nothing fills", |d| d.backend = to("/v1/{user}/{other}")),
        ("a variable in other letters", |d| d.backend = to("/v1/{User}")),
    ];
    for (case, change) in cases {
        let refused = tried(*change).expect_err(case);
        let (list, field, said) = told(&refused);
        assert_eq!((list, field), ("backend", "backend path"), "{case}");
        assert!(said.contains("filled by nothing"), "{case}: {said}");
    }
}

#[test]
fn a_fixed_answer_must_be_one_that_can_be_sent() {
    let cases: &[(&str, Change, &str)] = &[
        ("an answer that only announces one", |d| d.backend = fixed(100, &[]), "200 to 599"),
        ("a switch of protocols", |d| d.backend = fixed(101, &[]), "200 to 599"),
        ("no status", |d| d.backend = fixed(600, &[]), "200 to 599"),
        (
            "a header of the connection",
            |d| d.backend = fixed(200, &[("Content-Length", "1")]),
            "belongs to the connection",
        ),
        ("a header that is none", |d| d.backend = fixed(200, &[("X A", "1")]), "cannot stand"),
        ("a value with a line break", |d| d.backend = fixed(200, &[("X-A", "a\r\nb")]), "control character"),
    ];
    for (case, change, reason) in cases {
        let refused = tried(*change).expect_err(case);
        let (list, _, said) = told(&refused);
        assert_eq!(list, "backend", "{case}");
        assert!(said.contains(reason), "{case}: {said}");
    }
}
