//! Documents as data: what is written is read again, what is wrong is told at its place.

mod oauth;

use std::collections::BTreeMap;

use model::{
    ApiDefinition, ApiId, ApiKind, ApiProtocol, Auth, Backend, BackendMethod, BackendPath, Base64Rule, Base64Trigger,
    BucketAction, BucketBackend, BucketName, Constant, ConversationBackend, ErrorCode, EventCall, FrontendPath,
    FunctionBackend, FunctionCall, FunctionName, HttpBackend, Location, Mapping, Method, MethodMatch, MockBackend,
    Name, Network, Origin, Parameter, PathMatchMode, ResponseGuide, Service, ServiceId, ServiceProtocol, Tag, Text,
    Timeout, Timestamp, TriggerHeader, TriggerValue, UpstreamBackend, UpstreamId, WebSocketBackend, WebSocketOrigin,
};

use super::*;
use crate::Quotas;

/// Where no tokens of issuers are taken.
fn read(text: &str, format: Format) -> Result<ReadDocument, Fault> {
    super::read(text, format, &Quotas::default())
}

/// The document of these definitions, whose APIs are called `api-0`, `api-1` and so on.
fn written(definitions: &[ApiDefinition], format: Format) -> String {
    let ids: Vec<ApiId> = (0..definitions.len()).map(|n| ApiId::try_from(format!("api-{n}")).unwrap()).collect();
    write(&service(), ids.iter().zip(definitions), format)
}

fn text(raw: &str) -> Text {
    Text::try_from(raw).unwrap()
}

fn mock(name: &str, path: &str) -> ApiDefinition {
    ApiDefinition {
        name: Name::try_from(name).unwrap(),
        description: Text::default(),
        kind: ApiKind::General,
        protocol: ApiProtocol::Http,
        path: FrontendPath::try_from(path).unwrap(),
        method: MethodMatch::Only(Method::Get),
        auth: Auth::None,
        oauth: None,
        cors: false,
        parameters: Vec::new(),
        backend: Backend::Mock(MockBackend { status: 200, headers: Vec::new(), body: text("m") }),
        timeout: Timeout::default(),
        mappings: Vec::new(),
        constants: Vec::new(),
        response: ResponseGuide::default(),
        tags: Vec::new(),
        annotations: BTreeMap::new(),
    }
}

fn parameter(name: &str, location: Location, type_name: &str, default: Option<&str>, required: bool) -> Parameter {
    Parameter {
        name: name.into(),
        location,
        type_name: type_name.into(),
        default: default.map(str::to_owned),
        required,
        description: if required { "needed".into() } else { String::new() },
    }
}

/// Definitions that use everything that a definition can say.
fn all_kinds() -> Vec<ApiDefinition> {
    let function = |name: &str| FunctionName::new("default", name, "$LATEST").unwrap();
    let path = |raw: &str| BackendPath::try_from(raw).unwrap();
    let with = |name: &str, raw: &str, backend: Backend| ApiDefinition { backend, ..mock(name, raw) };
    let full = ApiDefinition {
        description: text("all of it"),
        method: MethodMatch::Only(Method::Post),
        auth: Auth::KeyPair,
        cors: true,
        parameters: vec![
            parameter("first", Location::Body, "int", Some("1"), true),
            parameter("id", Location::Path, "string", None, false),
            parameter("page", Location::Query, "integer", Some("01"), false),
            parameter("size", Location::Query, "integer", Some("20"), true),
            parameter("X-Flag", Location::Header, "boolean", Some("true"), false),
            parameter("last", Location::Body, "string", None, false),
        ],
        backend: Backend::Http(HttpBackend {
            origin: Origin::try_from("https://orders.example:8443").unwrap(),
            path: path("/v1/{id}"),
            method: BackendMethod::Fixed(Method::Put),
        }),
        timeout: Timeout::try_from(60).unwrap(),
        mappings: vec![Mapping {
            name: "id".into(),
            location: Location::Path,
            source_name: "id".into(),
            source_location: Location::Path,
            default: Some("0".into()),
            description: "which".into(),
            source_type: "String".into(),
        }],
        constants: vec![Constant {
            name: "X-By".into(),
            location: Location::Header,
            value: "gateway".into(),
            description: "who".into(),
        }],
        response: ResponseGuide {
            body_type: Some("JSON".into()),
            success_example: text("{}"),
            failure_example: text("no"),
            error_codes: vec![ErrorCode {
                code: -7,
                message: "m".into(),
                description: "d".into(),
                converted: Some(7),
                convert: true,
            }],
        },
        tags: vec![Tag { key: "team".into(), value: "shop".into() }],
        annotations: BTreeMap::from([("Owner".into(), "me".into())]),
        ..mock("full", "/orders/{id}")
    };
    vec![
        full,
        ApiDefinition { auth: Auth::Application, ..mock("application", "/application") },
        ApiDefinition { method: MethodMatch::Any, ..mock("any", "/orders/{id}/x").tap_path_parameter() },
        mock("exact", "=/exact"),
        mock("prefix", "^~/prefix"),
        mock("taken", "/=/exact"),
        mock("regex", "/r/[0-9]+~x"),
        with(
            "mock",
            "/mock",
            Backend::Mock(MockBackend {
                status: 418,
                headers: vec![("X-Tea".into(), "pot".into())],
                body: text("short\nand \"stout\""),
            }),
        ),
        with(
            "upstream",
            "/upstream",
            Backend::Upstream(UpstreamBackend {
                upstream: UpstreamId::try_from("upstream-1").unwrap(),
                path: path(""),
                method: BackendMethod::Same,
            }),
        ),
        with(
            "bucket",
            "/bucket",
            Backend::Bucket(BucketBackend {
                bucket: BucketName::try_from("b-1".to_owned()).unwrap(),
                action: BucketAction::GetObject,
                signed: true,
                path: path("/o"),
                match_mode: PathMatchMode::FullPath,
            }),
        ),
        with(
            "event",
            "/event",
            Backend::Function(FunctionBackend {
                function: function("f"),
                call: FunctionCall::Event(EventCall {
                    integrated: true,
                    asynchronous: false,
                    base64: Base64Rule::Matching {
                        triggers: vec![Base64Trigger {
                            header: TriggerHeader::ContentType,
                            values: vec![TriggerValue::try_from("image/*".to_owned()).unwrap()],
                        }],
                    },
                }),
            }),
        ),
        with(
            "always",
            "/always",
            Backend::Function(FunctionBackend {
                function: FunctionName::new("n", "f", "2").unwrap(),
                call: FunctionCall::Event(EventCall {
                    integrated: false,
                    asynchronous: true,
                    base64: Base64Rule::Always,
                }),
            }),
        ),
        with("web", "/web", Backend::Function(FunctionBackend { function: function("w"), call: FunctionCall::Web })),
        ApiDefinition {
            protocol: ApiProtocol::WebSocket,
            ..with(
                "socket",
                "/socket",
                Backend::WebSocket(WebSocketBackend {
                    origin: WebSocketOrigin::try_from("wss://chat.example").unwrap(),
                    path: path("/c"),
                    method: BackendMethod::Same,
                }),
            )
        },
        ApiDefinition {
            protocol: ApiProtocol::WebSocket,
            ..with(
                "conversation",
                "/conversation",
                Backend::Conversation(ConversationBackend {
                    register: function("r"),
                    transport: Some(function("t")),
                    cleanup: None,
                }),
            )
        },
    ]
}

trait WithPathParameter {
    fn tap_path_parameter(self) -> Self;
}

impl WithPathParameter for ApiDefinition {
    /// The variable `id` declared.
    fn tap_path_parameter(mut self) -> Self {
        self.parameters = vec![parameter("id", Location::Path, "string", None, true)];
        self
    }
}

fn service() -> Service {
    Service {
        id: ServiceId::try_from("service-1").unwrap(),
        name: Name::try_from("shop").unwrap(),
        description: text("sells"),
        protocol: ServiceProtocol::Both,
        networks: std::collections::BTreeSet::from([Network::Outer]),
        vpc: None,
        instance: None,
        tags: Vec::new(),
        annotations: BTreeMap::new(),
        created: Timestamp::default(),
        modified: Timestamp::default(),
    }
}

#[test]
fn what_is_written_and_read_again_is_the_same_in_both_formats() {
    let written = all_kinds();
    for format in [Format::Json, Format::Yaml] {
        let document = self::written(&written, format);
        let read = read(&document, format).unwrap_or_else(|fault| panic!("{fault}\n{document}"));
        assert_eq!((read.title.as_deref(), read.description.as_deref()), (Some("shop"), Some("sells")));
        assert_eq!(read.warnings, []);
        let definitions: Vec<ApiDefinition> = read
            .wanted()
            .unwrap_or_else(|faults| panic!("{faults:?}\n{document}"))
            .into_iter()
            .map(|(_, wanted)| wanted.definition.clone())
            .collect();
        assert_eq!(definitions, written);
    }
}

#[test]
fn a_plain_document_sends_to_its_server() {
    for (document, origin, path) in [
        (
            "openapi: 3.1.0\nservers: [{url: 'https://{where}.example:8443/v1/', variables: {where: {default: eu}}}]\n\
             paths: {'/pets/{id}': {parameters: [{$ref: '#/components/parameters/id'}], get: {summary: One}}}\n\
             components: {parameters: {id: {name: id, in: path, required: true, schema: {type: [integer, 'null']}}}}",
            "https://eu.example:8443",
            "/v1/pets/{id}",
        ),
        (
            "swagger: 2.0\nhost: pets.example\nbasePath: /v1\nschemes: [https, http]\n\
             paths: {'/pets/{id}': {get: {summary: One, parameters: [{name: id, in: path, required: true, type: integer}]}}}",
            "https://pets.example",
            "/v1/pets/{id}",
        ),
    ] {
        let read = read(document, Format::Yaml).unwrap();
        let wanted = read.wanted().unwrap();
        let (pointer, WantedApi { definition, authorization: None }) = wanted[0] else { panic!("{wanted:?}") };
        assert_eq!(pointer, "/paths/~1pets~1{id}/get");
        assert_eq!(definition.name.as_str(), "GET /pets/{id}");
        assert_eq!(definition.description.as_str(), "One");
        assert_eq!(definition.parameters[0].type_name, "integer");
        let Backend::Http(backend) = &definition.backend else { panic!("{definition:?}") };
        assert_eq!((backend.origin.as_str(), backend.path.as_str()), (origin, path));
        assert_eq!(backend.method, BackendMethod::Same);
    }
}

#[test]
fn what_is_wrong_is_told_at_its_place() {
    let api = |operation: &str| {
        format!("openapi: 3.0.3\nservers: [{{url: 'http://h'}}]\npaths: {{/a: {{get: {operation}}}}}")
    };
    for (document, pointer, told) in [
        ("openapi: 2.9.0\npaths: {}".to_owned(), "/openapi", "3.0 and 3.1"),
        ("swagger: '1.2'\npaths: {}".to_owned(), "/swagger", "2.0"),
        ("[]".to_owned(), "", "an object"),
        ("{}".to_owned(), "", "neither"),
        ("openapi: 3.0.0".to_owned(), "/paths", "needed"),
        ("openapi: 3.0.0\npaths: []".to_owned(), "/paths", "a list"),
        ("openapi: 3.0.0\npaths: {/a: {got: {}}}".to_owned(), "/paths/~1a/got", "no member"),
        ("openapi: 3.0.0\npaths: {/a: {get: {}}}".to_owned(), "/servers", "x-apigw-backend"),
        ("openapi: 3.0.0\nservers: [{url: /v1}]\npaths: {/a: {get: {}}}".to_owned(), "/servers/0/url", "address"),
        ("openapi: 3.0.0\nservers: [{url: 'http://h'}]\npaths: {a: {get: {}}}".to_owned(), "/paths/a", "begin with"),
        (api("{operationId: ''}"), "", ""),
        (api("{operationId: 3}"), "/paths/~1a/get/operationId", "a number"),
        (api("{x-apigw-cros: true}"), "/paths/~1a/get/x-apigw-cros", "no member"),
        (api("{x-apigw-cors: yes please}"), "/paths/~1a/get/x-apigw-cors", "true or false"),
        (api("{x-apigw-protocol: FTP}"), "/paths/~1a/get/x-apigw-protocol", "HTTP, WEBSOCKET"),
        (api("{x-apigw-protocol: WEBSOCKET}"), "/paths/~1a/get/x-apigw-protocol", "WebSocket backend"),
        (api("{x-apigw-auth-type: BASIC}"), "/paths/~1a/get/x-apigw-auth-type", "SECRET"),
        (api("{x-apigw-service-timeout: 0}"), "/paths/~1a/get/x-apigw-service-timeout", "1800"),
        (api("{x-apigw-service-timeout: soon}"), "/paths/~1a/get/x-apigw-service-timeout", "u32"),
        (api("{parameters: [{in: query}]}"), "/paths/~1a/get/parameters/0/name", "needed"),
        (api("{parameters: [{name: a, in: body}]}"), "/paths/~1a/get/parameters/0/in", "cookie"),
        (api("{parameters: [{$ref: '#/nowhere'}]}"), "/paths/~1a/get/parameters/0/$ref", "nowhere"),
        (api("{parameters: [{$ref: 'other.yaml'}]}"), "/paths/~1a/get/parameters/0/$ref", "out of"),
        (api("{parameters: [{name: id, in: path}]}"), "/paths/~1a/get/parameters", "`id`"),
        (api("{parameters: [{name: a, in: query}, {name: a, in: query}]}"), "/paths/~1a/get/parameters/1", "twice"),
        (api("{x-apigw-backend: {}}"), "/paths/~1a/get/x-apigw-backend/ServiceType", "needed"),
        (api("{x-apigw-backend: {ServiceType: TSF}}"), "/paths/~1a/get/x-apigw-backend/ServiceType", "not served"),
        (api("{x-apigw-backend: {ServiceTyp: MOCK}}"), "/paths/~1a/get/x-apigw-backend/ServiceTyp", "unknown field"),
        (
            api("{x-apigw-backend: {ServiceType: HTTP, ServiceConfig: {Url: 'ftp://h', Path: /}}}"),
            "/paths/~1a/get/x-apigw-backend/ServiceConfig/Url",
            "http://",
        ),
        (
            api("{x-apigw-backend: {ServiceType: HTTP, ServiceConfig: {Url: 'http://h', Path: '/{b}'}}}"),
            "/paths/~1a/get/x-apigw-backend",
            "`{b}`",
        ),
        (
            api("{x-apigw-backend: {ServiceType: VPC, ServiceConfig: {Url: 'http://h', Path: /}}}"),
            "/paths/~1a/get/x-apigw-backend/ServiceConfig/UniqVpcId",
            "needed when ServiceType is VPC",
        ),
        (
            api("{x-apigw-backend: {ServiceType: HTTP, ServiceConfig: {Product: bus, Url: 'http://h', Path: /}}}"),
            "/paths/~1a/get/x-apigw-backend/ServiceConfig/Product",
            "clb, cvm, upstream",
        ),
        (
            api("{x-apigw-backend: {ServiceType: HTTP, ServiceConfig: {Product: upstream, Url: 'http://h', Path: /}}}"),
            "/paths/~1a/get/x-apigw-backend/ServiceConfig/UpstreamId",
            "needed",
        ),
        (
            api("{x-apigw-backend: {ServiceType: HTTP, ServiceConfig: {UpstreamId: upstream-abcdefgh, Path: /}}}"),
            "/paths/~1a/get/x-apigw-backend/ServiceConfig/UpstreamId",
            "belongs to",
        ),
        (
            api("{x-apigw-backend: {ServiceType: HTTP, ServiceConfig: {Url: 'grpc://h:1', Path: /}}}"),
            "/paths/~1a/get/x-apigw-backend/ServiceConfig/Url",
            "gRPC",
        ),
        (
            api("{x-apigw-backend: {ServiceType: MOCK}}"),
            "/paths/~1a/get/x-apigw-backend/ServiceMockReturnMessage",
            "needed",
        ),
        (
            api("{x-apigw-const-paramters: [{Name: a, Position: COOKIE, DefaultValue: b}]}"),
            "/paths/~1a/get/x-apigw-const-paramters/0/Position",
            "HEADER",
        ),
        (
            api("{x-apigw-const-paramters: [{Name: a, Position: HEADER, DefaultValue: 3}]}"),
            "/paths/~1a/get/x-apigw-const-paramters/0/DefaultValue",
            "integer",
        ),
    ] {
        let faults = match read(&document, Format::Yaml) {
            Err(fault) => vec![fault],
            Ok(read) => read.wanted().err().unwrap_or_default(),
        };
        if told.is_empty() {
            assert_eq!(faults, [], "{document}");
            continue;
        }
        assert!(
            faults.iter().any(|fault| fault.pointer == pointer && fault.reason.contains(told)),
            "{document}\n{faults:?}"
        );
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let document = "openapi: 3.0.0\npaths: {/a: {get: {x-apigw-cors: 1, x-apigw-protocol: 2}, put: {x-apigw-tags: 3}}}";
    let faults = read(document, Format::Yaml).unwrap().wanted().unwrap_err();
    let places: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
    for place in ["/paths/~1a/get/x-apigw-cors", "/paths/~1a/get/x-apigw-protocol", "/paths/~1a/put/x-apigw-tags"] {
        assert!(places.contains(&place), "{places:?}");
    }
}

#[test]
fn what_nobody_can_read_is_refused_and_no_more() {
    let deep = "[".repeat(100_000);
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n\
                d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]";
    let circle = "openapi: 3.0.0\npaths: {/a: {$ref: '#/paths/~1b'}, /b: {$ref: '#/paths/~1a'}}";
    for raw in ["", "\u{0}", "{", "a: b: c", deep.as_str(), bomb, circle, "openapi: 3.0.0\npaths: {/a: {$ref: 7}}"] {
        for format in [Format::Yaml, Format::Json] {
            assert!(read(raw, format).is_err(), "{}", raw.chars().take(40).collect::<String>());
        }
    }
}

#[test]
fn what_is_passed_over_is_told() {
    let document = "openapi: 3.0.0\nservers: [{url: 'http://h'}]\nsecurity: [{key: []}]\n\
                    paths: {/a: {get: {parameters: [{name: s, in: cookie}]}}}";
    let read = read(document, Format::Yaml).unwrap();
    let places: Vec<&str> = read.warnings.iter().map(|warning| warning.pointer.as_str()).collect();
    assert_eq!(places, ["/security", "/paths/~1a/get/parameters/0"]);
    assert!(read.wanted().unwrap()[0].1.definition.parameters.is_empty());
}
