//! Who is asking: a person with a session, or a program with an access key.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use control::{Actor, Session, Terms, door};
use http::request::Parts;
use http::{HeaderMap, Method, header};
use model::{OperatorId, Role};

use crate::origin;
use crate::problem::{Kind, Problem};
use crate::state::State;

/// Whoever was let in.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) operator: OperatorId,
    pub(crate) name: String,
    pub(crate) role: Role,
    /// The session; none for an access key.
    pub(crate) session: Option<Session>,
    /// Where the request comes from.
    pub(crate) address: IpAddr,
    /// Names the request in the log and in the audit trail.
    pub(crate) request_id: String,
}

impl Caller {
    /// The one who asks, as the rules know it.
    pub(crate) fn actor(&self, terms: Terms) -> Actor {
        Actor {
            operator: self.operator.clone(),
            name: self.name.clone(),
            role: self.role,
            origin: format!("native {}", self.request_id),
            terms,
        }
    }
}

/// The cookie's name; behind HTTPS one that only a secure page of this very host can set.
pub(crate) fn cookie_name(state: &State) -> &'static str {
    if is_https(state) { "__Host-tollgate_session" } else { "tollgate_session" }
}

/// True when browsers reach us over HTTPS.
pub(crate) fn is_https(state: &State) -> bool {
    state.public_url.as_ref().is_some_and(|url| url.is_https)
}

/// The address of the peer.
pub(crate) fn address(parts: &Parts) -> IpAddr {
    parts.extensions.get::<SocketAddr>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), SocketAddr::ip)
}

/// Who sends this request.
///
/// # Errors
/// [`Kind::Unauthenticated`]; with a cookie [`Kind::ForeignOrigin`], and for what changes something [`Kind::Forged`].
pub(crate) fn identify(state: &State, parts: &Parts, request_id: &str) -> Result<Caller, Problem> {
    let headers = &parts.headers;
    let request_id = request_id.to_owned();
    if headers.contains_key(header::AUTHORIZATION) {
        let operator = by_key(state, headers)?;
        return Ok(Caller {
            operator: operator.id.clone(),
            name: operator.name.to_string(),
            role: operator.role,
            session: None,
            address: address(parts),
            request_id,
        });
    }
    let token = cookie(headers, cookie_name(state))
        .ok_or_else(|| Problem::new(Kind::Unauthenticated, "there is neither a session's cookie nor an access key"))?;
    origin::check(headers, state.public_url.as_ref())?;
    let (session, operator) = state
        .sessions
        .find(token)
        .ok_or_else(|| Problem::new(Kind::Unauthenticated, "the session has ended; log in again"))?;
    if !matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS) {
        let sent = headers.get("x-csrf-token").map(|value| value.as_bytes()).unwrap_or_default();
        if !door::is_same(sent, session.csrf.as_bytes()) {
            return Err(Problem::new(Kind::Forged, "send the session's `csrf_token` in `X-CSRF-Token`"));
        }
    }
    Ok(Caller {
        operator: operator.id.clone(),
        name: operator.name.to_string(),
        role: operator.role,
        session: Some(session),
        address: address(parts),
        request_id,
    })
}

fn by_key(state: &State, headers: &HeaderMap) -> Result<std::sync::Arc<model::Operator>, Problem> {
    let refuse = |detail: &str| Problem::new(Kind::Unauthenticated, detail);
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(refuse("the header `Authorization` stands twice"));
    };
    let form = "`Authorization`: `Bearer {secret_id}:{secret_key}` is allowed";
    let text = value.to_str().map_err(|_| refuse(form))?;
    let (scheme, token) = text.split_once(' ').ok_or_else(|| refuse(form))?;
    let (id, key) = token.trim().split_once(':').ok_or_else(|| refuse(form))?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(refuse(form));
    }
    door::by_pair(&state.control.snapshot(), id, key).ok_or_else(|| refuse("there is no such access key"))
}

/// The value of a cookie. Of several with one name the first counts, which is the one with the longest path.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
}
