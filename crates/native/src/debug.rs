//! Debug calls: a real call through the data plane, signed in the operator's place, and what became of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use control::debug::{
    DebugCall, DebugParameter, DebugRefusal, DebugReport, Decision, Language, Outcome as Judged, Sent, Stage,
};
use control::{Refusal, Terms};
use model::{AccessKeyId, ApiId, ApplicationId, EnvironmentName, Location, Method, Scheme, ServiceId, Snapshot};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::body::Body;
use crate::exchange::{Answer, Look, Outcome};
use crate::log::Logged;
use crate::problem::{Kind, Problem};
use crate::state::Shared;

pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(debug_call))
}

/// A call that is to be made.
#[derive(Deserialize, ToSchema)]
struct NewDebugCall {
    service: ServiceId,
    environment: EnvironmentName,
    api: ApiId,
    /// The key to sign with; without one the call is not signed.
    key: Option<AccessKeyId>,
    /// The application to sign as; not together with `key`.
    application: Option<ApplicationId>,
    /// The method; the API's own unless said otherwise, and GET where it answers all.
    method: Option<Method>,
    /// The path without the environment; the API's own with the path parameters put in, unless said otherwise.
    #[schema(max_length = 4096)]
    path: Option<String>,
    /// Values of parameters. Path parameters fill the API's path, those of the body make a form.
    #[serde(default)]
    #[schema(max_items = 200)]
    parameters: Vec<GivenParameter>,
    /// Further headers.
    #[serde(default)]
    #[schema(max_items = 100)]
    headers: Vec<NamedValue>,
    /// The body as text; not together with form parameters.
    body: Option<String>,
    /// The body as bytes, in Base64; not together with `body`.
    body_base64: Option<String>,
}

/// A value of a parameter.
#[derive(Deserialize, ToSchema)]
struct GivenParameter {
    location: Location,
    name: String,
    value: String,
}

/// A name and its value.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct NamedValue {
    name: String,
    value: String,
}

fn pairs(list: Vec<(String, String)>) -> Vec<NamedValue> {
    list.into_iter().map(|(name, value)| NamedValue { name, value }).collect()
}

impl NewDebugCall {
    fn read(self) -> Result<DebugCall, Problem> {
        let body = match (self.body, self.body_base64) {
            (Some(_), Some(_)) => return Err(Problem::field("/body_base64", "cannot be given together with `body`")),
            (Some(text), None) => Some(text.into_bytes()),
            (None, Some(text)) => {
                let bytes = STANDARD.decode(text.as_bytes());
                Some(bytes.map_err(|fault| Problem::field("/body_base64", format!("is no Base64: {fault}")))?)
            }
            (None, None) => None,
        };
        let parameter =
            |given: GivenParameter| DebugParameter { location: given.location, name: given.name, value: given.value };
        Ok(DebugCall {
            service: self.service,
            environment: self.environment,
            api: self.api,
            key: self.key,
            application: self.application,
            method: self.method,
            path: self.path,
            parameters: self.parameters.into_iter().map(parameter).collect(),
            headers: self.headers.into_iter().map(|pair| (pair.name, pair.value)).collect(),
            body,
        })
    }
}

/// A body: as text where it is UTF-8, otherwise in Base64; neither where there is none.
#[derive(Serialize, ToSchema)]
struct DebugBody {
    #[schema(required = true)]
    text: Option<String>,
    #[schema(required = true)]
    base64: Option<String>,
    /// How long the whole body is.
    bytes: u64,
    /// True when only its beginning is shown.
    is_cut: bool,
}

impl DebugBody {
    fn of(shown: Vec<u8>, bytes: u64) -> Self {
        let is_cut = bytes > shown.len() as u64;
        // The cut may lie within a character.
        let whole = |fault: &std::str::Utf8Error| is_cut && fault.error_len().is_none();
        let text = match std::str::from_utf8(&shown) {
            Ok(text) => Some(text.to_owned()),
            Err(fault) if whole(&fault) => {
                shown.get(..fault.valid_up_to()).map(|part| String::from_utf8_lossy(part).into_owned())
            }
            Err(_) => None,
        };
        let base64 = text.is_none().then(|| STANDARD.encode(&shown));
        Self { text, base64, bytes, is_cut }
    }
}

/// What was sent.
#[derive(Serialize, ToSchema)]
struct DebugRequest {
    /// The listener that was called, with path and query. The host is told by the header `Host`.
    url: String,
    method: &'static str,
    host: String,
    /// Path and query.
    target: String,
    /// The headers in their order, but for `Host` and the body's length.
    headers: Vec<NamedValue>,
    body: DebugBody,
}

/// What came back.
#[derive(Serialize, ToSchema)]
struct DebugAnswer {
    status: u16,
    headers: Vec<NamedValue>,
    body: DebugBody,
    /// From sending the first byte to the last byte of the answer, in microseconds.
    duration_us: u64,
}

/// The API that answered.
#[derive(Serialize, ToSchema)]
struct MatchedApi {
    api: ApiId,
    #[schema(required = true)]
    name: Option<String>,
    /// The version that the environment runs.
    version: String,
    /// The variables of the path.
    variables: Vec<NamedValue>,
    /// What the API's path did not match: it is appended to the backend's.
    rest: String,
}

/// A decision on the way.
#[derive(Serialize, ToSchema)]
struct DebugStep {
    /// Where: `service`, `scheme`, `environment`, `route`, `access`, `authentication`, `limits`, `parameters`, `backend`
    /// or `answer`, in this order.
    stage: &'static str,
    /// `passed`, `refused` or `not_reached`.
    outcome: &'static str,
    /// In words.
    text: String,
    /// What it was decided on.
    facts: Vec<NamedValue>,
}

impl From<Decision> for DebugStep {
    fn from(decision: Decision) -> Self {
        let stage = match decision.stage {
            Stage::Service => "service",
            Stage::Scheme => "scheme",
            Stage::Environment => "environment",
            Stage::Route => "route",
            Stage::Access => "access",
            Stage::Authentication => "authentication",
            Stage::Limits => "limits",
            Stage::Parameters => "parameters",
            Stage::Backend => "backend",
            Stage::Answer => "answer",
        };
        let outcome = match decision.outcome {
            Judged::Passed => "passed",
            Judged::Refused => "refused",
            Judged::NotReached => "not_reached",
        };
        Self { stage, outcome, text: decision.text, facts: pairs(decision.facts) }
    }
}

/// A command that makes the same call from outside. It takes the key's secret from `TOLLGATE_SECRET_KEY`.
#[derive(Serialize, ToSchema)]
struct DebugCommand {
    /// `curl`, `python`, `go`, `node` or `java`.
    language: &'static str,
    /// The name of a file that it may be saved as.
    file: &'static str,
    /// How that file is run.
    run: &'static str,
    code: String,
}

/// What became of a debug call.
#[derive(Serialize, ToSchema)]
struct Debugged {
    request: DebugRequest,
    /// What was signed; null where nothing was.
    #[schema(required = true)]
    string_to_sign: Option<String>,
    answer: DebugAnswer,
    /// The API that answered; null where none did.
    #[schema(required = true)]
    matched: Option<MatchedApi>,
    /// The decisions on the way, in their order; none when the call's record did not come in time.
    decisions: Vec<DebugStep>,
    /// What was logged of the call.
    #[schema(required = true)]
    logged: Option<Logged>,
    commands: Vec<DebugCommand>,
}

impl Debugged {
    fn of(report: DebugReport, snapshot: &Snapshot) -> Self {
        let DebugReport { request, string_to_sign, sent, decisions, snippets } = report;
        let Sent { scheme, address, status, headers, body, body_bytes, duration_us, logged, route } = sent;
        let scheme = match scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        let sent_body = request.body.unwrap_or_default();
        let sent_bytes = sent_body.len() as u64;
        let apis = logged.as_ref().and_then(|call| snapshot.services.get(call.service.as_str())).map(|tree| &tree.apis);
        let matched = route.map(|route| MatchedApi {
            name: apis.and_then(|apis| apis.get(route.api.as_str())).map(|api| api.definition.name.to_string()),
            api: route.api,
            version: route.version,
            variables: pairs(route.variables),
            rest: route.rest,
        });
        Self {
            request: DebugRequest {
                url: format!("{scheme}://{address}{}", request.target),
                method: request.method.as_str(),
                host: request.host,
                target: request.target,
                headers: pairs(request.headers),
                body: DebugBody::of(sent_body, sent_bytes),
            },
            string_to_sign,
            answer: DebugAnswer { status, headers: pairs(headers), body: DebugBody::of(body, body_bytes), duration_us },
            matched,
            decisions: decisions.into_iter().map(DebugStep::from).collect(),
            logged: logged.map(Logged::from),
            commands: snippets
                .into_iter()
                .map(|snippet| DebugCommand {
                    language: Language::as_str(snippet.language),
                    file: snippet.language.file(),
                    run: snippet.language.run(),
                    code: snippet.code,
                })
                .collect(),
        }
    }
}

/// Makes a real call through the data plane, signed, and tells everything of it
///
/// The call counts like any other: in limits, quotas, series and the log.
#[utoipa::path(post, path = "/debug", tag = "debug", request_body = NewDebugCall,
    responses((status = 200, description = "What became of the call, whatever its status", body = Debugged)))]
async fn debug_call(look: Look, Body(wanted): Body<NewDebugCall>) -> Outcome {
    let actor = look.caller.actor(Terms::default());
    let report = look.control().debug_call(&actor, wanted.read()?).await?;
    Ok(Answer::ok(Debugged::of(report, &look.snapshot)))
}

impl From<DebugRefusal> for Problem {
    fn from(refusal: DebugRefusal) -> Self {
        match refusal {
            DebugRefusal::Refused(refusal) => match &refusal {
                Refusal::ServiceNotFound(_) => Self::field("/service", refusal.to_string()),
                Refusal::ApiNotFound { .. } => Self::field("/api", refusal.to_string()),
                Refusal::CredentialNotFound(_) => Self::field("/key", refusal.to_string()),
                _ => refusal.into(),
            },
            DebugRefusal::Invalid { field, message } => Self::field(format!("/{field}"), message),
            DebugRefusal::NoAnswer(reason) => {
                Self::new(Kind::NoAnswer, format!("the data plane did not answer: {reason}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_text_where_it_can_be() {
        let text = DebugBody::of(b"h\xc3\xa9".to_vec(), 3);
        assert_eq!((text.text.as_deref(), text.base64, text.is_cut), (Some("hé"), None, false));
        let cut = DebugBody::of(b"h\xc3".to_vec(), 3);
        assert_eq!((cut.text.as_deref(), cut.is_cut), (Some("h"), true));
        let bytes = DebugBody::of(b"h\xc3".to_vec(), 2);
        assert_eq!((bytes.text, bytes.base64.as_deref(), bytes.is_cut), (None, Some("aMM="), false));
    }
}
