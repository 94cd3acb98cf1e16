//! Where a call belongs: host, scheme, environment, path and method to one API.

use std::borrow::Cow;
use std::sync::Arc;

use model::{EnvironmentName, Method, Scheme};
use net::{Caller, Request};

use crate::ahead;
use crate::call::Call;
use crate::canonical::canonical;
use crate::cors;
use crate::domain::{self, Way};
use crate::limit::Rate;
use crate::plan::{ApiEntry, DomainPlan, EnvironmentPlan, MappingPlan, Plan, ServicePlan};
use crate::refusal::Refusal;
use crate::route;
use crate::worker::{Scratch, Worker};

/// The place of `release` in [`EnvironmentName::NAMES`].
const RELEASE: usize = 2;

/// The part of a call's path that APIs are matched against: in canonical form, without the environment's segment.
#[derive(Debug, Default)]
pub struct CallPath {
    /// The canonical path, where the path as sent was none.
    rewritten: Option<String>,
    /// Where the environment's segment ends.
    start: usize,
    /// How much of it the API's path matched.
    matched: usize,
}

impl CallPath {
    /// The path that was matched.
    pub fn of<'r>(&'r self, request: &'r Request) -> &'r str {
        let whole = self.rewritten.as_deref().unwrap_or_else(|| request.path());
        match whole.get(self.start..) {
            Some("") | None => "/",
            Some(path) => path,
        }
    }

    /// The path as those may spell it who sign it, the path that was matched first: as it was sent, with the environment's
    /// segment, and without a first segment that only begins like an environment, which the vendor's demos cut off.
    pub fn spellings<'r>(&'r self, request: &'r Request) -> Vec<&'r str> {
        let (matched, sent) = (self.of(request), request.path());
        let mut all = vec![matched];
        let mut add = |path: &'r str| {
            if !all.contains(&path) {
                all.push(path);
            }
        };
        if let Some(rewritten) = &self.rewritten
            && self.start > 0
            && sent.get(..self.start) == rewritten.get(..self.start)
        {
            add(sent.get(self.start..).filter(|rest| !rest.is_empty()).unwrap_or("/"));
        }
        add(sent);
        for path in [matched, sent] {
            let begins =
                path.get(1..).is_some_and(|rest| EnvironmentName::NAMES.iter().any(|name| rest.starts_with(name)));
            if let Some(cut) = path.get(1..).and_then(|rest| rest.find('/')).and_then(|at| path.get(at + 1..))
                && begins
            {
                add(cut);
            }
        }
        all
    }

    /// What the API's path did not match of `path`, which is [`CallPath::of`] the call.
    pub fn rest<'r>(&self, path: &'r str) -> &'r str {
        path.get(self.matched..).unwrap_or("")
    }
}

/// What a call turns out to be.
pub enum Found<'p> {
    /// A call to this API.
    Api(&'p ApiEntry),
    /// A preflight, which the gateway answers in this API's place.
    Preflight(&'p ApiEntry),
    /// An authority that asks for this proof that the host is ours.
    Proof(Arc<str>),
    /// A function that pushes to a WebSocket.
    Push,
}

/// Finds what a call is for, and leaves its path and variables in `scratch`.
pub fn find<'p>(
    worker: &Worker,
    plan: &'p Plan,
    caller: &Caller,
    request: &Request,
    call: &mut Call<'p>,
    scratch: &mut Scratch,
) -> Result<Found<'p>, Refusal> {
    let (service, domain) = match worker.names.service(request.host(), |id| plan.services.get(id)) {
        Some(service) => {
            check_scheme(service.allows_http, service.allows_https, caller.is_tls())?;
            (service, None)
        }
        None => match domain::find(worker, plan, caller, request)? {
            Way::Service(service, domain) => (service, Some(domain)),
            Way::Proof(proof) => return Ok(Found::Proof(proof)),
            Way::Push => return Ok(Found::Push),
        },
    };
    let method = Method::from_bytes(request.method().as_bytes()).ok_or(Refusal::UnknownMethod)?;
    let path = canonical(request.path()).ok_or(Refusal::BadPath)?;
    let (environment, start) = match domain.and_then(|domain| domain.mappings.as_deref()) {
        None => environment(service, &path)?,
        Some(mappings) => mapped(service, mappings, &path)?,
    };
    call.environment = Some(environment);
    environment.rate.as_deref().into_iter().for_each(Rate::fetch_ahead);
    let rewritten = match path {
        Cow::Owned(path) => Some(path),
        Cow::Borrowed(_) => None,
    };
    scratch.path = CallPath { rewritten, start, matched: 0 };
    let path = scratch.path.of(request);
    let asked =
        preflight_method(method, request).map(|asked| environment.router.find(asked, path, &mut scratch.captures));
    // A preflight is for the API that would answer the call that it asks about, also where another one takes OPTIONS.
    if let Some(route::Found::Api { value, .. }) = asked
        && let Some(entry) = environment.apis.get(*value)
        && allows_page(entry, request)
    {
        call.entry = Some(entry);
        return Ok(Found::Preflight(entry));
    }
    let fetch = |place: &usize| environment.apis.get(*place).into_iter().for_each(ahead::fetch);
    match environment.router.find_considering(method, path, &mut scratch.captures, fetch) {
        route::Found::Api { value, matched } => {
            let entry = environment.apis.get(*value).ok_or(Refusal::Internal)?;
            entry.fetch_ahead();
            call.entry = Some(entry);
            scratch.path.matched = matched;
            Ok(if asked.is_some() && allows_page(entry, request) { Found::Preflight(entry) } else { Found::Api(entry) })
        }
        _ if matches!(asked, Some(route::Found::Api { .. })) => Err(Refusal::CrossOrigin),
        route::Found::WrongMethod => Err(Refusal::WrongMethod),
        route::Found::Nothing => Err(Refusal::NoApi),
    }
}

/// Refuses the scheme that is not allowed.
pub(crate) fn check_scheme(allows_http: bool, allows_https: bool, is_tls: bool) -> Result<(), Refusal> {
    match is_tls {
        true if !allows_https => Err(Refusal::WrongScheme(Scheme::Https)),
        false if !allows_http => Err(Refusal::WrongScheme(Scheme::Http)),
        _ => Ok(()),
    }
}

/// The environment that the path's first segment names, or `release` where it names none; and where that segment ends.
fn environment<'p>(service: &'p ServicePlan, path: &str) -> Result<(&'p EnvironmentPlan, usize), Refusal> {
    let rest = path.get(1..).unwrap_or("");
    let end = memchr::memchr(b'/', rest.as_bytes()).unwrap_or(rest.len());
    let named = rest.get(..end).and_then(|first| EnvironmentName::NAMES.iter().position(|name| *name == first));
    let (at, start) = match named {
        Some(at) => (at, end + 1),
        None => (RELEASE, 0),
    };
    match service.environments.get(at).and_then(Option::as_deref) {
        Some(environment) => Ok((environment, start)),
        None if named.is_some() => Err(Refusal::NoApi),
        None => Err(Refusal::NoEnvironment),
    }
}

/// The environment that a custom mapping leads to, and where the mapping ends in the path.
fn mapped<'p>(
    service: &'p ServicePlan,
    mappings: &[MappingPlan],
    path: &str,
) -> Result<(&'p EnvironmentPlan, usize), Refusal> {
    let (start, at) = DomainPlan::mapped(mappings, path).ok_or(Refusal::NoMapping)?;
    match service.environments.get(at).and_then(Option::as_deref) {
        Some(environment) => Ok((environment, start)),
        None => Err(Refusal::NoApi),
    }
}

fn allows_page(entry: &ApiEntry, request: &Request) -> bool {
    request.header("origin").is_some_and(|origin| cors::allows(entry, origin))
}

/// The method that a preflight asks about; `None` for any other call.
fn preflight_method(method: Method, request: &Request) -> Option<Method> {
    if method != Method::Options || request.header("origin").is_none() {
        return None;
    }
    request.header("access-control-request-method").and_then(Method::from_bytes)
}
