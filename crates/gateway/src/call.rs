//! What is known of a call while it travels, and what is told of it in the end.

use std::borrow::Cow;
use std::net::SocketAddr;

use net::{Caller, Request};
use observe::CallRecord;

use crate::limit::Micros;
use crate::plan::{ApiEntry, ApplicationPlan, EnvironmentPlan, Grant};
use crate::plugin::BreakerPlan;
use crate::refusal::Refusal;
use crate::reply::CallLines;
use crate::worker::Worker;

/// A call on its way. The parts of the plan that it belongs to are borrowed from the plan it was matched in.
#[derive(Debug)]
pub struct Call<'p> {
    /// When its head was there.
    pub started: Micros,
    /// When its limits are asked: later, where a body or somebody else had to be waited for before.
    pub judged: Micros,
    /// Who calls: the other end of the connection, or whom the trusted proxies before it tell of; port 0 where they tell
    /// none.
    pub caller: SocketAddr,
    /// Its id: 32 lower-case hex digits.
    pub request_id: [u8; 32],
    /// The environment, once it is known.
    pub environment: Option<&'p EnvironmentPlan>,
    /// The API, once it is known.
    pub entry: Option<&'p ApiEntry>,
    /// The key and plan that it is counted against.
    pub grant: Option<&'p Grant>,
    /// The application that signed it.
    pub application: Option<&'p ApplicationPlan>,
    /// The status that the caller got.
    pub status: u16,
    /// The backend's own status.
    pub backend_status: Option<u16>,
    /// Where it was sent.
    pub backend: Option<SocketAddr>,
    /// When it was sent there.
    pub sent: Micros,
    /// How long a new connection to there took, in microseconds; none where one was at hand.
    pub connect_us: Option<u64>,
    /// From sending to the first byte of the answer, in microseconds.
    pub backend_us: Option<u64>,
    /// Bytes that the caller sent through a tunnel; those of a body are the caller's own to tell.
    pub bytes_in: u64,
    /// Bytes of the answer's body, and those that the backend sent through a tunnel.
    pub bytes_out: u64,
    /// The caller has been given an answer, or part of one: nothing else can be answered any more.
    pub is_answered: bool,
    /// The plugin that wants to know how the backend answers.
    pub breaker: Option<&'p BreakerPlan>,
    /// What the caller was told of a refusal.
    pub message: Cow<'static, str>,
}

/// What the log calls the parts of the plan that a call belongs to; empty for what it does not.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub struct Names<'n> {
    pub service: &'n str,
    pub environment: &'n str,
    pub api: &'n str,
    pub key: &'n str,
    pub plan: &'n str,
}

impl Call<'_> {
    /// A call that has just come in.
    pub fn new(worker: &Worker, caller: SocketAddr) -> Self {
        let now = worker.clock.now();
        Self {
            started: now,
            judged: now,
            caller,
            request_id: worker.request_id(),
            environment: None,
            entry: None,
            grant: None,
            application: None,
            status: 0,
            backend_status: None,
            backend: None,
            sent: Micros::default(),
            connect_us: None,
            backend_us: None,
            bytes_in: 0,
            bytes_out: 0,
            is_answered: false,
            breaker: None,
            message: Cow::Borrowed(""),
        }
    }

    /// Counts the call and writes it to the access log.
    ///
    /// `lines` name the API, the key and the plan.
    pub fn finish(
        &self,
        worker: &Worker,
        caller: &Caller,
        request: &Request,
        lines: &CallLines,
        refusal: Option<&Refusal>,
    ) {
        let duration_us = worker.clock.now().0.saturating_sub(self.started.0);
        self.count(worker, duration_us, refusal);
        self.log(worker, caller, request, &self.names(lines), duration_us, refusal);
    }

    /// Counts the call.
    pub fn count(&self, worker: &Worker, duration_us: u64, refusal: Option<&Refusal>) {
        let metrics = self.environment.map_or_else(|| worker.metrics.nowhere(), |environment| &environment.metrics);
        metrics.call(worker.index, self.status, duration_us, self.backend_us, refusal.map(Refusal::index));
    }

    /// What the log calls the parts of the plan that the call belongs to.
    ///
    /// `lines` name the API, the key and the plan.
    pub fn names<'n>(&'n self, lines: &'n CallLines) -> Names<'n> {
        Names {
            service: self.environment.map_or("", |environment| &environment.service),
            environment: self.environment.map_or("", |environment| environment.environment),
            api: lines.api(),
            key: self.application.map_or_else(|| lines.key(), |application| &application.id),
            plan: lines.plan(),
        }
    }

    /// Writes the call to the access log.
    pub fn log(
        &self,
        worker: &Worker,
        caller: &Caller,
        request: &Request,
        names: &Names<'_>,
        duration_us: u64,
        refusal: Option<&Refusal>,
    ) {
        let mut log = worker.log.borrow_mut();
        if log.is_on() {
            log.record(&CallRecord {
                time: worker.clock.wall(self.started),
                request_id: &self.request_id,
                service: names.service,
                environment: names.environment,
                api: names.api,
                key: names.key,
                plan: names.plan,
                certificate: caller
                    .io()
                    .peer_certificate()
                    .and_then(sign::certificate::subject)
                    .as_deref()
                    .unwrap_or(""),
                method: request.method(),
                scheme: if caller.is_tls() { "https" } else { "http" },
                host: request.host(),
                path: request.path(),
                peer: self.caller,
                status: self.status,
                backend_status: self.backend_status,
                backend: self.backend,
                bytes_in: caller.body_bytes() + self.bytes_in,
                bytes_out: self.bytes_out,
                duration_us,
                backend_us: self.backend_us,
                refusal: refusal.map_or("", Refusal::name),
                message: &self.message,
                local: caller.local(),
                connect_us: self.connect_us,
                backend_total_us: self.backend_us.map(|_| (self.started.0 + duration_us).saturating_sub(self.sent.0)),
            });
        }
    }
}
