//! Sessions of people: log in, look, log out.

use axum::extract::{FromRequestParts as _, Path, Request, State};
use axum::response::{IntoResponse as _, Response};
use control::LoginRefusal;
use http::{HeaderValue, header};
use model::{OperatorId, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::body::Body;
use crate::exchange::{Answer, Look, Outcome};
use crate::moment::Moment;
use crate::page::Page;
use crate::problem::{Kind, Problem};
use crate::state::{Shared, State as Everything};
use crate::{caller, origin};

pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(log_in, show_session, log_out))
        .routes(routes!(change_password))
        .routes(routes!(list_sessions))
        .routes(routes!(end_session))
}

/// A name and a password.
#[derive(Deserialize, ToSchema)]
struct Login {
    /// The operator's name.
    #[schema(max_length = 128)]
    name: String,
    /// Its password.
    #[schema(max_length = 256, format = Password)]
    password: String,
}

/// The password that an operator has, and the one that it wants.
#[derive(Deserialize, ToSchema)]
struct PasswordChange {
    /// The password that it has.
    #[schema(max_length = 256, format = Password)]
    current: String,
    /// The one that it wants: 8 to 256 bytes.
    #[schema(min_length = 8, max_length = 256, format = Password)]
    new: String,
}

/// An operator, as it sees itself.
#[derive(Serialize, ToSchema)]
struct Myself {
    id: OperatorId,
    name: String,
    /// What it may do.
    role: Role,
}

/// The session that is used, and who uses it.
#[derive(Serialize, ToSchema)]
struct CurrentSession {
    operator: Myself,
    /// Send it in `X-CSRF-Token` with each change. Empty when an access key is used, which needs none.
    csrf_token: String,
    /// When the session ends at the latest; null for an access key.
    #[schema(required = true)]
    expires: Option<Moment>,
    /// How many seconds it may rest; null for an access key.
    #[schema(required = true)]
    idle_seconds: Option<u32>,
}

/// One of an operator's sessions.
#[derive(Serialize, ToSchema)]
struct OpenSession {
    id: String,
    /// It is the one that asks.
    current: bool,
    created: Moment,
    /// When it was last used.
    used: Moment,
    /// When it ends at the latest.
    expires: Moment,
    /// Where it was begun from.
    address: String,
    /// What the browser called itself.
    user_agent: String,
}

/// Logs in: sets the session's cookie
#[utoipa::path(post, path = "/session", tag = "session", request_body = Login,
    responses((status = 201, description = "Logged in", body = CurrentSession,
        headers(("Set-Cookie" = String, description = "The session's cookie: HttpOnly, SameSite=Strict")))))]
async fn log_in(State(state): State<Shared>, request: Request) -> Result<Response, Problem> {
    origin::check(request.headers(), state.public_url.as_ref())?;
    let (parts, body) = request.into_parts();
    let address = caller::address(&parts);
    let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
    let request = Request::from_parts(parts, body);
    let Body(login) = <Body<Login> as axum::extract::FromRequest<Shared>>::from_request(request, &state).await?;
    let ticket = state.sessions.log_in(&login.name, &login.password, address, &agent).await.map_err(not_let_in)?;
    let snapshot = state.control.snapshot();
    let operator = snapshot.operators.get(&ticket.session.operator);
    let operator = operator.ok_or_else(|| Problem::new(Kind::WrongLogin, "the operator is gone"))?;
    let shown = CurrentSession {
        operator: Myself { id: operator.id.clone(), name: operator.name.to_string(), role: operator.role },
        csrf_token: ticket.session.csrf.clone(),
        expires: Some(ticket.session.expires.into()),
        idle_seconds: Some(state.sessions.limits().idle),
    };
    let answer = Answer::ok(shown).created("/api/v1/session").with(header::SET_COOKIE, cookie(&state, &ticket.token)?);
    Ok(answer.into_response())
}

fn not_let_in(refusal: LoginRefusal) -> Problem {
    match refusal {
        LoginRefusal::Wrong => Problem::new(Kind::WrongLogin, "the name or the password is wrong"),
        LoginRefusal::Locked(seconds) => {
            Problem::new(Kind::Locked, format!("too many wrong guesses; try again in {seconds} s")).retry_after(seconds)
        }
        LoginRefusal::Refused(refusal) => refusal.into(),
    }
}

/// The cookie that carries `token`; an empty one ends it.
fn cookie(state: &Everything, token: &str) -> Result<HeaderValue, Problem> {
    let name = caller::cookie_name(state);
    let secure = if caller::is_https(state) { "; Secure" } else { "" };
    let age = if token.is_empty() { 0 } else { state.sessions.limits().absolute };
    HeaderValue::try_from(format!("{name}={token}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}"))
        .map_err(Problem::internal)
}

/// Shows who is logged in
#[utoipa::path(get, path = "/session", tag = "session",
    responses((status = 200, description = "Who asks", body = CurrentSession)))]
async fn show_session(look: Look) -> Outcome {
    let caller = &look.caller;
    let session = caller.session.as_ref();
    Ok(Answer::ok(CurrentSession {
        operator: Myself { id: caller.operator.clone(), name: caller.name.clone(), role: caller.role },
        csrf_token: session.map(|session| session.csrf.clone()).unwrap_or_default(),
        expires: session.map(|session| session.expires.into()),
        idle_seconds: session.map(|_| look.state.sessions.limits().idle),
    }))
}

/// Logs out: ends the session and takes its cookie back
#[utoipa::path(delete, path = "/session", tag = "session",
    responses((status = 204, description = "Logged out")))]
async fn log_out(look: Look) -> Outcome {
    if let Some(session) = &look.caller.session {
        look.state.sessions.end(&look.caller.operator, &session.id);
    }
    Ok(Answer::nothing().with(header::SET_COOKIE, cookie(&look.state, "")?))
}

/// Changes one's own password; one's other sessions end
#[utoipa::path(post, path = "/session/password", tag = "session", request_body = PasswordChange,
    responses((status = 204, description = "Changed")))]
async fn change_password(State(state): State<Shared>, request: Request) -> Outcome {
    let (mut parts, body) = request.into_parts();
    let look = Look::from_request_parts(&mut parts, &state).await?;
    let request = Request::from_parts(parts, body);
    let Body(change) =
        <Body<PasswordChange> as axum::extract::FromRequest<Shared>>::from_request(request, &state).await?;
    let caller = &look.caller;
    let keep = caller.session.as_ref().map(|session| session.id.as_str());
    let actor = caller.actor(control::Terms::default());
    let changed = state.sessions.change_password(&actor, &change.current, &change.new, caller.address, keep).await;
    match changed {
        Ok(()) => Ok(Answer::nothing()),
        Err(LoginRefusal::Wrong) => Err(Problem::field("/current", "is not the password")),
        Err(LoginRefusal::Refused(control::Refusal::Invalid(invalid))) => Err(Problem::field("/new", invalid.reason)),
        Err(other) => Err(not_let_in(other)),
    }
}

/// Lists one's own sessions, the one used last first
#[utoipa::path(get, path = "/sessions", tag = "session",
    responses((status = 200, description = "All of them", body = Page<OpenSession>)))]
async fn list_sessions(look: Look) -> Outcome {
    let current = look.caller.session.as_ref().map(|session| session.id.as_str());
    let sessions = look.state.sessions.of(&look.caller.operator);
    let items: Vec<OpenSession> = sessions
        .into_iter()
        .map(|session| OpenSession {
            current: Some(session.id.as_str()) == current,
            id: session.id,
            created: session.created.into(),
            used: session.used.into(),
            expires: session.expires.into(),
            address: session.address.to_string(),
            user_agent: session.agent,
        })
        .collect();
    Ok(Answer::ok(Page { total: items.len(), items, next_page_token: None }))
}

/// Ends one of one's own sessions
#[utoipa::path(delete, path = "/sessions/{session}", tag = "session",
    responses((status = 204, description = "Ended")))]
async fn end_session(look: Look, Path(id): Path<String>) -> Outcome {
    if look.state.sessions.end(&look.caller.operator, &id) {
        Ok(Answer::nothing())
    } else {
        Err(Problem::not_found(format!("you have no session `{}`", id.escape_debug())))
    }
}
