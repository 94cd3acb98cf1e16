//! The decisions on a call's way, as they were taken.
//!
//! What was decided is read from the record of that very call, from the answer's headers and from the configuration that
//! it ran under; nothing is decided here again.

use model::{Auth, Backend, BackendPath, LoggedCall, Scheme, Snapshot};

use super::compose::Composed;
use super::{DebugCall, Sent};

/// Where on its way a call is judged, in the order of the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The host names a service.
    Service,
    /// The service answers on the scheme.
    Scheme,
    /// The path names an environment, and that runs something.
    Environment,
    /// Path and method lead to an API.
    Route,
    /// The API may be called from where the call comes, and in this protocol.
    Access,
    /// The caller is who he says he is.
    Authentication,
    /// No limit is exceeded.
    Limits,
    /// What the API asks for is there.
    Parameters,
    /// The backend answers.
    Backend,
    /// The answer reaches the caller.
    Answer,
}

impl Stage {
    const ALL: [Self; 10] = [
        Self::Service,
        Self::Scheme,
        Self::Environment,
        Self::Route,
        Self::Access,
        Self::Authentication,
        Self::Limits,
        Self::Parameters,
        Self::Backend,
        Self::Answer,
    ];
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The call went on.
    Passed,
    /// The call was refused here.
    Refused,
    /// The call never came here.
    NotReached,
}

/// One decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Where.
    pub stage: Stage,
    /// What.
    pub outcome: Outcome,
    /// In words.
    pub text: String,
    /// What it was decided on: names in lower case with underscores, and values.
    pub facts: Vec<(String, String)>,
}

/// The decisions on the way of one call.
pub(super) fn decisions(snapshot: &Snapshot, call: &DebugCall, composed: &Composed, sent: &Sent) -> Vec<Decision> {
    let Some(logged) = &sent.logged else { return Vec::new() };
    let refused = (!logged.refusal.is_empty()).then(|| stage_of(logged));
    let told = |stage: Stage| {
        let outcome = match refused {
            Some(at) if at == stage => Outcome::Refused,
            Some(at) if at < stage => Outcome::NotReached,
            _ => Outcome::Passed,
        };
        let facts = Facts { snapshot, call, composed, sent, logged };
        let (passed, facts) = facts.of(stage);
        let (text, facts) = match outcome {
            Outcome::Passed => (passed, facts),
            Outcome::Refused => {
                let reason = [("refusal", logged.refusal.as_str()), ("message", logged.message.as_str())];
                let reason = reason.map(|(name, value)| (name.to_owned(), value.to_owned()));
                (why(&logged.refusal).map_or_else(|| logged.message.clone(), str::to_owned), {
                    reason.into_iter().chain(facts).collect()
                })
            }
            Outcome::NotReached => ("The call did not come this far.".to_owned(), Vec::new()),
        };
        Decision { stage, outcome, text, facts }
    };
    Stage::ALL.into_iter().map(told).collect()
}

struct Facts<'a> {
    snapshot: &'a Snapshot,
    call: &'a DebugCall,
    composed: &'a Composed,
    sent: &'a Sent,
    logged: &'a LoggedCall,
}

type Told = (String, Vec<(String, String)>);

fn list(facts: impl IntoIterator<Item = (&'static str, String)>) -> Vec<(String, String)> {
    facts.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name.to_owned(), value)).collect()
}

impl Facts<'_> {
    /// What is said of a stage that was passed, and what is known there in any case.
    fn of(&self, stage: Stage) -> Told {
        match stage {
            Stage::Service => self.service(),
            Stage::Scheme => self.scheme(),
            Stage::Environment => self.environment(),
            Stage::Route => self.route(),
            Stage::Access => (
                "The call needs no permission of another site and no other protocol than the API's.".to_owned(),
                list([("cors", self.composed.definition.cors.to_string())]),
            ),
            Stage::Authentication => self.authentication(),
            Stage::Limits => self.limits(),
            Stage::Parameters => self.parameters(),
            Stage::Backend => self.backend(),
            Stage::Answer => self.answer(),
        }
    }

    fn service(&self) -> Told {
        let service = self.snapshot.service(&self.call.service);
        let name = service.map_or_else(String::new, |tree| tree.service.name.as_str().to_owned());
        (
            format!("Host `{}` is service `{}`.", self.logged.host, self.logged.service),
            list([
                ("host", self.logged.host.clone()),
                ("service", self.logged.service.clone()),
                ("service_name", name),
            ]),
        )
    }

    fn scheme(&self) -> Told {
        let allowed = self.composed.request.schemes.iter().map(|scheme| scheme_name(*scheme)).collect::<Vec<_>>();
        (
            format!("The service answers on {}.", self.logged.scheme),
            list([("scheme", self.logged.scheme.clone()), ("allowed", allowed.join(", "))]),
        )
    }

    fn environment(&self) -> Told {
        let version = self.sent.route.as_ref().map_or_else(String::new, |route| route.version.clone());
        let environment = self.logged.environment.clone();
        let text = match self.logged.path.get(1..).is_some_and(|path| path.starts_with(environment.as_str())) {
            true => format!("The path's first segment names environment `{environment}`."),
            false => format!("The path names no environment, so it is `{environment}`."),
        };
        (text, list([("environment", environment), ("version", version)]))
    }

    fn route(&self) -> Told {
        let definition = &self.composed.definition;
        let mut facts = list([
            ("path", self.logged.path.clone()),
            ("method", self.logged.method.clone()),
            ("api", self.logged.api.clone()),
            ("is_the_api_that_was_meant", (self.logged.api == self.call.api.as_str()).to_string()),
            ("is_released_here", self.composed.is_released.to_string()),
        ]);
        if self.logged.api == self.call.api.as_str() {
            facts.extend(list([
                ("api_name", definition.name.as_str().to_owned()),
                ("api_path", definition.path.as_str().to_owned()),
                ("api_method", definition.method.as_str().to_owned()),
            ]));
        }
        if let Some(route) = self.sent.route.as_ref().filter(|route| route.api.as_str() == self.logged.api) {
            facts.extend(route.variables.iter().map(|(name, value)| (format!("path_variable.{name}"), value.clone())));
            facts.extend(list([("unmatched_rest", route.rest.clone())]));
        }
        let other = if self.logged.api.is_empty() || self.logged.api == self.call.api.as_str() {
            ""
        } else {
            " It is not the API that was to be called: another one answers at this path."
        };
        (format!("{} {} is API `{}`.{other}", self.logged.method, self.logged.path, self.logged.api), facts)
    }

    fn authentication(&self) -> Told {
        let asked = match self.composed.definition.auth {
            Auth::None => "none",
            Auth::KeyPair => "key pair",
            Auth::Application => "application",
            Auth::Oauth => "oauth",
        };
        let text = if self.logged.key.is_empty() {
            "The API asks for no signature, and the call is counted against no key.".to_owned()
        } else if self.logged.plan.is_empty() {
            format!("Application `{}` signed, and it may call the API.", self.logged.key)
        } else {
            format!("Key `{}` signed, and it is in usage plan `{}`.", self.logged.key, self.logged.plan)
        };
        let key = self.composed.signed.as_ref().map_or_else(String::new, |signed| signed.key.to_string());
        let plan = self.snapshot.usage_plans.values().find(|plan| plan.id.as_str() == self.logged.plan);
        (
            text,
            list([
                ("auth", asked.to_owned()),
                ("signed_with", key),
                ("key", self.logged.key.clone()),
                ("usage_plan", self.logged.plan.clone()),
                ("usage_plan_name", plan.map_or_else(String::new, |plan| plan.name.as_str().to_owned())),
            ]),
        )
    }

    fn limits(&self) -> Told {
        let header = |wanted: &str| {
            let found = self.sent.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.map_or_else(String::new, |(_, value)| value.clone())
        };
        (
            "Every limit has room. Each is told as what remains of what is allowed a second, the quota in all."
                .to_owned(),
            list([
                ("environment", header("x-service-ratelimit")),
                ("api", header("x-api-ratelimit")),
                ("usage_plan", header("x-usageplan-ratelimit")),
                ("quota", header("x-usageplan-quota")),
            ]),
        )
    }

    fn parameters(&self) -> Told {
        let declared = &self.composed.definition.parameters;
        let facts = declared.iter().map(|parameter| {
            let given = self.call.parameters.iter().find(|given| {
                given.location == parameter.location
                    && (given.name == parameter.name
                        || given.location == model::Location::Header
                            && given.name.eq_ignore_ascii_case(&parameter.name))
            });
            let value = match (given, &parameter.default) {
                (Some(given), _) => format!("sent: {}", given.value),
                (None, Some(default)) => format!("default: {default}"),
                (None, None) if parameter.required => "required, and not given".to_owned(),
                (None, None) => "not given".to_owned(),
            };
            (format!("{}.{}", parameter.location.as_str(), parameter.name), value)
        });
        let text = match declared.len() {
            0 => "The API declares no parameters; everything passes untouched.".to_owned(),
            1 => "The one declared parameter was checked.".to_owned(),
            more => format!("The {more} declared parameters were checked."),
        };
        (text, facts.collect())
    }

    fn backend(&self) -> Told {
        let logged = self.logged;
        let micros = |us: Option<u64>| us.map_or_else(String::new, |us| us.to_string());
        let mut facts = list([
            ("address", logged.backend.map_or_else(String::new, |address| address.to_string())),
            ("status", logged.backend_status.map_or_else(String::new, |status| status.to_string())),
            ("connect_us", micros(logged.connect_us)),
            ("first_byte_us", micros(logged.backend_us)),
            ("total_us", micros(logged.backend_total_us)),
        ]);
        if logged.api == self.call.api.as_str() {
            facts.extend(described(&self.composed.definition.backend));
        }
        let text = match (logged.backend, logged.backend_status) {
            (Some(address), Some(status)) => format!("The backend at {address} answered {status}."),
            (Some(address), None) => format!("The call was sent to {address}."),
            (None, _) => "The gateway answered itself; no backend was asked.".to_owned(),
        };
        (text, facts)
    }

    fn answer(&self) -> Told {
        (
            format!("The caller got {}.", self.logged.status),
            list([
                ("status", self.logged.status.to_string()),
                ("duration_us", self.logged.duration_us.to_string()),
                ("body_bytes", self.logged.bytes_out.to_string()),
            ]),
        )
    }
}

/// What a backend is, in a few words.
fn described(backend: &Backend) -> Vec<(String, String)> {
    let place = |kind: &str, name: &'static str, value: String, path: Option<&BackendPath>| {
        let path = path.map_or_else(String::new, |path| path.as_str().to_owned());
        list([("kind", kind.to_owned()), (name, value), ("path", path)])
    };
    match backend {
        Backend::Http(http) => place("http", "origin", http.origin.as_str().to_owned(), Some(&http.path)),
        Backend::WebSocket(socket) => {
            place("websocket", "origin", socket.origin.as_str().to_owned(), Some(&socket.path))
        }
        Backend::Upstream(nodes) => place("upstream", "upstream", nodes.upstream.to_string(), Some(&nodes.path)),
        Backend::Function(function) => place("function", "function", function.function.to_string(), None),
        Backend::Conversation(functions) => place("conversation", "register", functions.register.to_string(), None),
        Backend::Bucket(bucket) => place("bucket", "bucket", bucket.bucket.as_str().to_owned(), Some(&bucket.path)),
        Backend::Mock(mock) => place("mock", "status", mock.status.to_string(), None),
    }
}

fn scheme_name(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Http => "http",
        Scheme::Https => "https",
    }
}

/// Whether a refusal of this name has its place on the way.
pub fn knows_refusal(name: &str) -> bool {
    REASONS.iter().any(|(known, ..)| *known == name)
}

/// Where a refused call was refused. Names of refusals are those of the access log.
fn stage_of(logged: &LoggedCall) -> Stage {
    // To callers, an environment that runs nothing is one without APIs.
    if logged.refusal == "no_api" && logged.environment.is_empty() {
        return Stage::Environment;
    }
    REASONS.iter().find(|(name, ..)| *name == logged.refusal).map_or(Stage::Answer, |(_, stage, _)| *stage)
}

/// What a refusal of this name means, and what helps.
fn why(refusal: &str) -> Option<&'static str> {
    REASONS.iter().find(|(name, ..)| *name == refusal).map(|(.., text)| *text)
}

const REASONS: &[(&str, Stage, &str)] = &[
    ("malformed_request", Stage::Service, "The request's head cannot be read."),
    ("unknown_host", Stage::Service, "No service answers on this host name."),
    (
        "misdirected",
        Stage::Service,
        "The connection was made for another name, and this domain asks more of a connection: connect anew, with its name.",
    ),
    ("https_forced", Stage::Scheme, "The domain sends calls over http to https."),
    (
        "no_mapping",
        Stage::Environment,
        "The path is under none of the domain's mappings: a mapping of `/` takes every path.",
    ),
    ("wrong_scheme", Stage::Scheme, "The service does not answer on this scheme; its protocol says which."),
    (
        "no_environment",
        Stage::Environment,
        "The path names no environment, and `release` runs nothing: release the service there, or put the environment first \
         in the path.",
    ),
    (
        "no_api",
        Stage::Route,
        "The environment runs no API at this path: release the service there, or look at the path.",
    ),
    ("wrong_method", Stage::Route, "There is an API at this path, but not for this method."),
    ("unknown_method", Stage::Route, "The gateway does not route this method."),
    ("bad_path", Stage::Route, "The path holds a broken escape or leads above the root."),
    ("cross_origin", Stage::Access, "A page of another site called, and the API does not allow that: switch CORS on."),
    ("upgrade_not_served", Stage::Access, "The call asks for another protocol than the API has."),
    (
        "websocket_header_missing",
        Stage::Access,
        "The API is a WebSocket, and the handshake lacks `Sec-WebSocket-Key` or `Sec-WebSocket-Version`.",
    ),
    (
        "upgrade_expected",
        Stage::Access,
        "The API is a WebSocket, and the call is no handshake: send `Upgrade: websocket`.",
    ),
    (
        "registration_refused",
        Stage::Backend,
        "The WebSocket's registration function refused the handshake: its `errNo` was not 0.",
    ),
    ("address_refused", Stage::Access, "An IP strategy or a plugin of the API does not let this address call."),
    ("signature_missing", Stage::Authentication, "The API asks for a signature and the call has none: choose a key."),
    ("header_repeated", Stage::Authentication, "A signed header, or `Authorization`, comes more than once."),
    ("signature_format", Stage::Authentication, "The `Authorization` header is not of the form of a signature."),
    ("signature_incomplete", Stage::Authentication, "The `Authorization` header lacks a part of the signature."),
    ("id_or_signature_missing", Stage::Authentication, "The `Authorization` header lacks the id or the signature."),
    ("unknown_algorithm", Stage::Authentication, "The signature names an algorithm that there is not."),
    ("signed_header_missing", Stage::Authentication, "A header that the signature covers is not there."),
    ("date_missing", Stage::Authentication, "Neither `Date` nor `X-Date` is there."),
    ("date_invalid", Stage::Authentication, "`X-Date` is no HTTP date."),
    (
        "date_expired",
        Stage::Authentication,
        "`X-Date` is further from the gateway's clock than it takes (`signature_skew`).",
    ),
    ("unknown_key", Stage::Authentication, "There is no such key, or it is disabled."),
    (
        "key_not_bound",
        Stage::Authentication,
        "The key is in no usage plan that rules this API: put it into one that is bound to the environment or the API.",
    ),
    (
        "no_plan",
        Stage::Authentication,
        "No usage plan rules this API: bind one, with the key in it, to the environment or the API.",
    ),
    (
        "signature_mismatch",
        Stage::Authentication,
        "The signature is not the one that the key's secret gives over the signed headers.",
    ),
    (
        "application_not_bound",
        Stage::Authentication,
        "The application may not call this API: bind it to the API in this environment.",
    ),
    (
        "application_mismatch",
        Stage::Authentication,
        "The signature is not the one that the application's secret gives over the string that the message repeats.",
    ),
    (
        "token_unrelated",
        Stage::Authentication,
        "What the environment runs holds no authorization API for this API: release the service again.",
    ),
    (
        "token_unconfigured",
        Stage::Authentication,
        "The API that should give tokens is no authorization API in what the environment runs, or the keys of its issuer are not known: release the service again, or see to the issuer.",
    ),
    ("token_missing", Stage::Authentication, "The API asks for a token and the call has none."),
    ("token_format", Stage::Authentication, "The `Authorization` header is not of the form of a token."),
    (
        "token_invalid",
        Stage::Authentication,
        "The token has expired, or no key of the authorization API signed for it.",
    ),
    ("login_needed", Stage::Authentication, "The call has no token that holds, and its caller is sent to log in."),
    (
        "caller_refused",
        Stage::Authentication,
        "The function of a CustomAuth plugin said that this caller may not call, or the token is for another application.",
    ),
    ("replayed", Stage::Access, "A plugin of the API has seen this call's `x-apigw-nonce` before."),
    ("rate_exceeded", Stage::Limits, "More calls came within a second than a throttle or the usage plan allows."),
    ("quota_exceeded", Stage::Limits, "The usage plan's calls are used up."),
    ("parameter_missing", Stage::Parameters, "A required parameter is not there."),
    ("form_expected", Stage::Parameters, "The API takes form parameters, and the body is no form."),
    ("parameters_unreadable", Stage::Parameters, "The parameters of one place cannot be read."),
    ("body_too_large", Stage::Parameters, "The body is longer than the gateway takes (`body_size`, `form_size`)."),
    ("body_timeout", Stage::Parameters, "The body stalled."),
    ("body_broken", Stage::Parameters, "The body broke off or was malformed."),
    (
        "backend_unreachable",
        Stage::Backend,
        "There is no connection to the backend: is it up, and is its address right?",
    ),
    ("backend_timeout", Stage::Backend, "The backend did not answer within the API's timeout."),
    ("backend_broken", Stage::Backend, "The backend broke off, or answered what is no HTTP."),
    (
        "circuit_open",
        Stage::Backend,
        "The backend has failed too often, and a CircuitBreaker plugin keeps calls away from it for a while.",
    ),
    (
        "plugin_broken",
        Stage::Answer,
        "The function of a CustomResp plugin failed or returned no change of an answer, or the answer is too long to be told.",
    ),
    (
        "no_transcoding",
        Stage::Backend,
        "The backend speaks gRPC, and the API has no GrpcGateway plugin that says how calls become calls of it.",
    ),
    (
        "not_transcoded",
        Stage::Backend,
        "The GrpcGateway plugin's file has no rule for this method and path, or a value does not fit its field.",
    ),
    (
        "no_runtime",
        Stage::Backend,
        "No setting says where the function or bucket is: `function_endpoint`, `function_api` or `bucket_endpoint` would.",
    ),
    ("caller_gone", Stage::Answer, "The caller went away."),
    ("internal", Stage::Answer, "The gateway itself failed; its log has more."),
];
