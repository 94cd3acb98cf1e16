//! Answers that are given again.
//!
//! What is asked of a call comes before this: an answer that is kept is given to nobody who would not have been let through to
//! the backend. What is given to whom is decided by the [`key`]; what may be kept at all, and for how long, by the [`rules`] of
//! HTTP; what is kept by one [`store`] of bounded size for all.

mod key;
mod rules;
mod store;

use std::sync::Arc;
use std::time::Duration;

use model::{AnswerCache, CallerCheck, Plugin, RequestEdit, VersionName};
use net::{Caller, Exchange, Framing, Keeper, Request, ResponseFraming};

pub use self::key::Asking;
use self::key::Key;
use self::rules::{Permit, Wish};
pub use self::store::{AnswerStore, Kept, Whole};
use crate::backend::body_refusal;
use crate::clock::Clock;
use crate::limit::Micros;
use crate::plan::ApiPlan;
use crate::refusal::Refusal;
use crate::reply;

/// A plugin on an API that an environment runs.
#[derive(Debug)]
pub struct CachePlan {
    /// What its answers come from: when that is another, they are others.
    pub source: CacheSource,
    /// No other plan of this process has it, so that none finds what this one has kept.
    pub epoch: u64,
    /// Where answers are kept.
    pub store: Arc<AnswerStore>,
}

/// What answers come from. They are kept no longer than all of it is the same.
#[derive(Debug)]
pub struct CacheSource {
    /// What the plugin says.
    pub rules: Arc<AnswerCache>,
    /// The release.
    pub version: VersionName,
    /// The API.
    pub api: Arc<ApiPlan>,
    /// Where else its calls go.
    pub routing: Option<Arc<Plugin>>,
    /// Who may call it.
    pub check: Option<Arc<CallerCheck>>,
    /// What is changed of requests.
    pub edit: Option<Arc<RequestEdit>>,
}

/// How one call stands to what is kept.
#[derive(Debug)]
pub struct Caching<'p> {
    /// What answers the call, if it is kept.
    pub kept: Option<Arc<Kept>>,
    plan: &'p CachePlan,
    key: Key,
    may_keep: bool,
    now: Micros,
}

/// An answer on its way that will be kept.
#[derive(Debug)]
pub struct Keeping<'p> {
    plan: &'p CachePlan,
    /// Under which it will be found, and under which the names of what it varies with.
    key: Key,
    varies: Option<(Key, Box<[Box<str>]>)>,
    permit: Permit,
    whole: Whole,
    now: Micros,
}

impl CacheSource {
    /// True when the same answers come from `other`.
    pub fn is(&self, other: &Self) -> bool {
        fn same<T>(one: Option<&Arc<T>>, other: Option<&Arc<T>>) -> bool {
            one.map(Arc::as_ptr) == other.map(Arc::as_ptr)
        }
        Arc::ptr_eq(&self.rules, &other.rules)
            && self.version == other.version
            && Arc::ptr_eq(&self.api, &other.api)
            && same(self.routing.as_ref(), other.routing.as_ref())
            && same(self.check.as_ref(), other.check.as_ref())
            && same(self.edit.as_ref(), other.edit.as_ref())
    }
}

impl CachePlan {
    /// How a call stands to what is kept; `None` if it has nothing to do with it. The body is part of what is asked: it is
    /// read, if it has at most `most` bytes.
    pub async fn caching(
        &self,
        asking: &Asking<'_>,
        caller: &mut Caller,
        body: &mut Option<Vec<u8>>,
        most: usize,
        clock: &Clock,
    ) -> Result<Option<Caching<'_>>, Refusal> {
        let request = asking.request;
        let Some(wish) = Wish::of(&self.source.rules, request) else { return Ok(None) };
        match request.body() {
            _ if body.is_some() => {}
            Framing::None => {}
            Framing::Length(length) if length <= most as u64 => {
                *body = Some(caller.read_body(request, most).await.map_err(body_refusal)?);
            }
            Framing::Length(_) | Framing::Chunked => return Ok(None),
        }
        let Some(key) = self.key(asking, body.as_deref()) else { return Ok(None) };
        let now = clock.now();
        let kept = self.store.find(&key, request).filter(|kept| wish.takes(kept.age(now), kept.left(now)));
        Ok(Some(Caching { kept, plan: self, key, may_keep: wish.may_keep, now }))
    }
}

impl<'p> Caching<'p> {
    /// Begins to keep the answer of an exchange, if it may be kept.
    pub fn begin(&self, exchange: &mut Exchange, request: &Request) -> Option<(Keeping<'p>, Keeper)> {
        let response = exchange.response();
        let most = self.plan.store.longest();
        let is_bounded = match response.body() {
            ResponseFraming::None | ResponseFraming::Chunked => true,
            ResponseFraming::Length(length) => length <= most as u64,
            // Whether it came whole nobody can tell.
            ResponseFraming::UntilClose => false,
        };
        let permit = is_bounded.then(|| self.permit(response.status(), || response.headers()))??;
        let mut lines = Vec::new();
        response.copy_headers(&mut lines, |name, _| name.eq_ignore_ascii_case(b"age"));
        let whole = Whole {
            status: response.status(),
            reason: response.reason().into(),
            lines: lines.into(),
            length: response.content_length(),
            body: Box::default(),
        };
        Some((self.keeping(permit, whole, request), exchange.keep(most)))
    }

    /// Keeps an answer that is there as a whole, if it may be kept.
    pub fn keep(&self, whole: &Whole, request: &Request) {
        if whole.body.len() > self.plan.store.longest() {
            return;
        }
        if let Some(permit) = self.permit(whole.status, || whole.headers()) {
            let mut lines = Vec::new();
            for (name, value) in whole.headers().filter(|(name, _)| !name.eq_ignore_ascii_case("age")) {
                reply::write_line(&mut lines, name, value);
            }
            let whole = Whole { lines: lines.into(), ..whole.clone() };
            self.keeping(permit, whole, request).end(None);
        }
    }

    fn permit<'h, I: Iterator<Item = (&'h str, &'h [u8])>>(
        &self,
        status: u16,
        headers: impl Fn() -> I,
    ) -> Option<Permit> {
        self.may_keep.then(|| Permit::of(&self.plan.source.rules, status, headers))?
    }

    fn keeping(&self, permit: Permit, whole: Whole, request: &Request) -> Keeping<'p> {
        let Self { plan, key, now, .. } = *self;
        let names: Box<[Box<str>]> = permit.varies.iter().map(|name| name.as_str().into()).collect();
        if names.is_empty() {
            return Keeping { plan, key, varies: None, permit, whole, now };
        }
        Keeping { plan, key: key.varied(&names, request), varies: Some((key, names)), permit, whole, now }
    }
}

impl Keeping<'_> {
    /// The answer came whole, with this body, if it came in pieces.
    pub fn end(self, body: Option<Vec<u8>>) {
        let Self { plan, key, varies, permit, mut whole, now } = self;
        if let Some(body) = body {
            whole.body = body.into();
        }
        let fresh = Duration::from_secs(permit.lifetime);
        if let Some((key, names)) = varies {
            plan.store.put_names(key, names, fresh);
        }
        plan.store.put(key, Kept::new(whole, permit.age, fresh, now));
    }
}
