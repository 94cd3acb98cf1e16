//! A call that has become a WebSocket: it lasts for as long as its ends like, and holds nothing of the plan meanwhile.

use std::borrow::Cow;

use net::{Caller, Exchange, Request};

use crate::call::{Call, Names};
use crate::conversation::Conversation;
use crate::worker::{Scratch, Worker};

/// What is at the other end of a WebSocket.
pub enum Opened {
    /// A backend that speaks WebSocket itself.
    Exchange(Box<Exchange>),
    /// Functions.
    Conversation(Box<Conversation>),
}

/// A handshake that the backend has agreed to, and what will be told of it.
pub struct Tunnel {
    /// The call, without what it borrowed from the plan.
    call: Call<'static>,
    opened: Opened,
    /// The head of the 101 for the caller.
    head: Vec<u8>,
    service: Box<str>,
    environment: Box<str>,
    api: Box<str>,
    key: Box<str>,
    plan: Box<str>,
}

impl Tunnel {
    /// Counts the handshake; its duration ends here, or a day of silence would pass for a slow call.
    pub fn begin(worker: &Worker, call: &Call<'_>, opened: Opened, scratch: &Scratch) -> Self {
        call.count(worker, worker.clock.now().0.saturating_sub(call.started.0), None);
        let names = call.names(&scratch.lines);
        Self {
            call: Call {
                environment: None,
                entry: None,
                grant: None,
                breaker: None,
                application: None,
                message: Cow::Borrowed(""),
                ..*call
            },
            opened,
            head: scratch.head.clone(),
            service: names.service.into(),
            environment: names.environment.into(),
            api: names.api.into(),
            key: names.key.into(),
            plan: names.plan.into(),
        }
    }

    /// Passes bytes both ways to the end, and logs the call then.
    pub async fn run(self, worker: &Worker, caller: &mut Caller, request: &Request) {
        let Self { mut call, opened, mut head, service, environment, api, key, plan } = self;
        let ended = match opened {
            Opened::Exchange(exchange) => exchange.tunnel(caller, &mut head, worker.tunnel).await,
            Opened::Conversation(conversation) => conversation.run(worker, caller, &mut head).await,
        };
        call.bytes_in = ended.from_caller;
        call.bytes_out = ended.from_backend;
        let names = Names { service: &service, environment: &environment, api: &api, key: &key, plan: &plan };
        let duration_us = worker.clock.now().0.saturating_sub(call.started.0);
        call.log(worker, caller, request, &names, duration_us, None);
        tracing::debug!(end = ?ended.end, service = names.service, api = names.api, "a WebSocket ended");
    }
}
