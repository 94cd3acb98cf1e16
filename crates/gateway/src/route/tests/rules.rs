use super::*;

#[test]
fn variables_are_greedy_and_cross_slashes() {
    for (frontend, call, variables) in [
        ("GET /{PathA}/{PathB}/detail", "/middleware/apigw/detail", ["middleware", "apigw"]),
        ("GET /{PathA}/product/{PathB}", "/middleware/product/apigw/detail", ["middleware", "apigw/detail"]),
        ("GET /{PathA}/{PathB}", "/middleware/apigw/detail", ["middleware/apigw", "detail"]),
    ] {
        let (_, matched, texts) = answer(&router(&[frontend]), "GET", call).unwrap();
        assert_eq!((matched.as_str(), texts.as_slice()), (call, &variables.map(str::to_owned)[..]), "{frontend}");
    }
}

#[test]
fn a_variable_takes_at_least_one_byte() {
    let router = router(&["GET /a/{x}", "GET /b/{x}/{y}/c", "GET /d{x}d"]);
    for call in ["/a/", "/b///c", "/b/x//c", "/b//y/c", "/dd", "/b/c", "/d"] {
        assert_eq!(value(&router, "GET", call), "nothing", "{call}");
    }
    for call in ["/a/x", "/a//", "/b/x/y/c", "/b/////c", "/ddd"] {
        assert_ne!(value(&router, "GET", call), "nothing", "{call}");
    }
}

#[test]
fn the_forms_are_tried_in_order() {
    let router = router(&["GET /user", "GET /user/{id}", "GET ^~/user/a", "GET =/user/ab", "GET /user/b.*"]);
    for (call, line) in [
        ("/user/ab", "GET =/user/ab"),
        ("/user/abc", "GET ^~/user/a"),
        ("/user/b", "GET /user/{id}"),
        ("/user/", "GET /user"),
        ("/username", "GET /user"),
        ("/use", "nothing"),
    ] {
        assert_eq!(value(&router, "GET", call), line, "{call}");
    }
}

#[test]
fn among_templates_and_expressions_the_oldest_answers() {
    let older_template = router(&["GET /user/{id}", "GET /user/[0-9]+", "GET /{any}"]);
    assert_eq!(value(&older_template, "GET", "/user/7"), "GET /user/{id}");
    let older_expression = router(&["GET /user/[0-9]+", "GET /user/{id}", "GET /{any}"]);
    assert_eq!(value(&older_expression, "GET", "/user/7"), "GET /user/[0-9]+");
    assert_eq!(value(&older_expression, "GET", "/user/x"), "GET /user/{id}");
    let older_catch_all = router(&["GET /{any}", "GET /user/{id}"]);
    assert_eq!(value(&older_catch_all, "GET", "/user/x"), "GET /{any}");
}

#[test]
fn the_longest_beginning_wins_and_ends_in_the_middle_of_a_segment_too() {
    for mark in ["", "^~"] {
        let lines = ["/", "/user", "/user/list", "/use"];
        let entries =
            lines.map(|text| Entry { path: path(&format!("{mark}{text}")), method: method("ANY"), value: text });
        let router = Router::new(entries.into());
        for (call, line) in [
            ("/", "/"),
            ("/us", "/"),
            ("/use", "/use"),
            ("/used", "/use"),
            ("/user", "/user"),
            ("/usertest", "/user"),
            ("/user/test/a", "/user"),
            ("/user/lists", "/user/list"),
        ] {
            let (found, matched, _) = answer(&router, "GET", call).unwrap();
            assert_eq!((found, matched.as_str()), (line, line), "{mark} {call}");
        }
    }
}

#[test]
fn an_api_for_the_method_comes_before_one_for_every_method_at_the_same_path() {
    for raw in ["=/a", "^~/a", "/a", "/a{x}", "/[ab]"] {
        let line = |verb: &'static str| Entry { path: path(raw), method: method(verb), value: verb };
        let router = Router::new(vec![line("ANY"), line("GET"), line("POST"), line("GET")]);
        let call = if raw == "/a{x}" { "/ab" } else { "/a" };
        for (verb, answering) in [("GET", "GET"), ("POST", "POST"), ("PUT", "ANY")] {
            assert_eq!(value(&router, verb, call), answering, "{raw} {verb}");
        }
    }
}

#[test]
fn templates_that_differ_in_names_alone_are_one_path() {
    let router = router(&["ANY /{a}", "GET /x/{b}", "GET /{c}"]);
    assert_eq!(value(&router, "GET", "/x/1"), "GET /{c}");
    assert_eq!(value(&router, "PUT", "/x/1"), "ANY /{a}");
}

#[test]
fn a_path_that_does_not_answer_the_method_lets_the_next_one_answer() {
    let router = router(&["POST =/a/b", "POST ^~/a/b", "POST /a/{x}", "PUT /a/.*", "GET /a", "GET /c", "POST /c/d"]);
    assert_eq!(value(&router, "GET", "/a/b"), "GET /a");
    assert_eq!(value(&router, "PUT", "/a/b"), "PUT /a/.*");
    assert_eq!(value(&router, "POST", "/a/b"), "POST =/a/b");
    assert_eq!(value(&router, "POST", "/a/bc"), "POST ^~/a/b");
    assert_eq!(value(&router, "POST", "/a/c"), "POST /a/{x}");
    assert_eq!(value(&router, "GET", "/c/d"), "GET /c");
    assert_eq!(value(&router, "DELETE", "/a/b"), "wrong method");
    assert_eq!(value(&router, "DELETE", "/b"), "nothing");
}

#[test]
fn the_wrong_method_is_told_from_an_unknown_path_in_every_form() {
    for (raw, call) in [("=/a", "/a"), ("^~/a", "/ab"), ("/a{x}", "/ab"), ("/a[bc]", "/ab"), ("/a", "/ab")] {
        let router = Router::new(vec![Entry { path: path(raw), method: method("POST"), value: "api" }]);
        assert_eq!(value(&router, "POST", call), "api", "{raw}");
        assert_eq!(value(&router, "GET", call), "wrong method", "{raw}");
        assert_eq!(value(&router, "GET", "/x"), "nothing", "{raw}");
    }
}

#[test]
fn an_expression_is_anchored_at_its_beginning_only_and_its_groups_are_captured() {
    let router = router(&["GET /v[0-9]/{name}/end", "GET /a/b*", "GET /x(/{y})?z"]);
    assert_eq!(
        answer(&router, "GET", "/v1/a/b/end/more").unwrap(),
        ("GET /v[0-9]/{name}/end", "/v1/a/b/end".into(), vec!["a/b".into()])
    );
    assert_eq!(answer(&router, "GET", "/a/bbc").unwrap(), ("GET /a/b*", "/a/bb".into(), vec![]));
    assert_eq!(answer(&router, "GET", "/xz").unwrap().2, ["-"]);
    assert_eq!(answer(&router, "GET", "/x/qz").unwrap().2, ["q"]);
    assert_eq!(value(&router, "GET", "/w/v1/a/end"), "nothing");
}

#[test]
fn more_variables_than_have_room_inline_are_captured() {
    let names: Vec<String> = (0..40).map(|number| format!("/{{v{number}}}")).collect();
    let router = Router::new(vec![Entry { path: path(&names.concat()), method: method("ANY"), value: "many" }]);
    let texts: Vec<String> = (0..40).map(|number| format!("t{number}")).collect();
    let call = format!("/{}", texts.join("/"));
    assert_eq!(answer(&router, "GET", &call).unwrap().2, texts);
    // And from the expression form, which has its own way of getting them.
    let router =
        Router::new(vec![Entry { path: path(&(names.concat() + "$|/x")), method: method("ANY"), value: "many" }]);
    assert_eq!(answer(&router, "GET", &call).unwrap().2, texts);
}

#[test]
fn paths_that_are_not_ascii_are_captured_on_character_borders() {
    let router = router(&["GET /{a}/x/{b}"]);
    assert_eq!(answer(&router, "GET", "/é/x/ü").unwrap().2, ["é", "ü"]);
}

#[test]
fn captures_are_empty_when_nothing_answers() {
    let router = router(&["GET /{a}/x/{b}", "GET =/e"]);
    let mut captures = Captures::new();
    router.find(Method::Get, "/1/x/2", &mut captures);
    assert_eq!(captures.len(), 2);
    for (verb, call) in [(Method::Put, "/1/x/2"), (Method::Get, "/1/2"), (Method::Get, "/e")] {
        router.find(verb, call, &mut captures);
        assert!(captures.is_empty(), "{call}");
    }
}

#[test]
fn a_thousand_templates_whose_literals_are_all_in_a_long_path_are_decided_right() {
    // Every template's literals are in the path, but only those of the last one are in the right order.
    let count = 1000;
    let mut entries: Vec<Entry<usize>> = (0..count)
        .map(|n| Entry { path: path(&format!("/{{a}}/q{n}/{{b}}/p{n}/{{c}}")), method: method("ANY"), value: n })
        .collect();
    entries.push(Entry { path: path("/{a}/p1/{b}/q1/{c}"), method: method("POST"), value: count });
    let router = Router::new(entries);
    let parts = |letter: char| (0..count).map(move |n| format!("/{letter}{n}/z")).collect::<String>();
    let call = format!("/a{}{}/end", parts('p'), parts('q'));
    let mut captures = Captures::new();
    assert_eq!(router.find(Method::Get, &call, &mut captures), Found::WrongMethod);
    assert_eq!(router.find(Method::Post, &call, &mut captures), Found::Api { value: &count, matched: call.len() });
    assert_eq!(captures.len(), 3);
    // The other way round all of them match, and the oldest answers.
    let call = format!("/a{}{}/end", parts('q'), parts('p'));
    assert_eq!(router.find(Method::Get, &call, &mut captures), Found::Api { value: &0, matched: call.len() });
}

#[test]
fn an_empty_router_knows_nothing() {
    assert_eq!(value(&router(&[]), "GET", "/"), "nothing");
    assert_eq!(value(&router(&["ANY /{x}", "ANY /x", "ANY ^~/", "ANY =/"]), "GET", ""), "nothing");
}
