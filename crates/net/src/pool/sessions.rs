//! Connections that calls share (HTTP/2), by target.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Notify;
use tokio::time::timeout_at;

use super::{Backend, Connection, IdHasher, Pool};
use crate::http2::Session;
use crate::pool::resolve::Resolver;
use crate::{ConnectFault, Io, Target};

/// A worker's shared connections.
#[derive(Debug, Default)]
pub(super) struct Shared {
    targets: RefCell<HashMap<u64, OfTarget, BuildHasherDefault<IdHasher>>>,
}

/// The connections of one target. Kept while there are any, so that it is known what the target speaks.
#[derive(Debug)]
struct OfTarget {
    target: Arc<Target>,
    sessions: Vec<Session>,
    /// Somebody is opening one more; those who need one wait for it.
    opening: Option<Rc<Notify>>,
}

impl Shared {
    /// A stream on a connection that has room.
    fn stream(&self, target: &Arc<Target>) -> Option<Backend> {
        let targets = self.targets.borrow();
        let session = targets.get(&target.id())?.sessions.iter().find(|session| session.has_room())?;
        Some(stream_on(session, target))
    }

    /// What to wait for; `None` when nobody is opening a connection.
    fn opening(&self, target: &Target) -> Option<Rc<Notify>> {
        self.targets.borrow().get(&target.id())?.opening.clone()
    }

    /// From now on until the result is dropped others wait for this connection, if the target is known to speak HTTP/2.
    fn open<'a>(&'a self, target: &'a Target) -> Option<Opening<'a>> {
        self.targets.borrow_mut().get_mut(&target.id())?.opening = Some(Rc::default());
        Some(Opening { shared: self, target })
    }

    /// Keeps a new connection, and gives the first stream on it.
    pub(super) fn keep(&self, session: Session, target: &Arc<Target>) -> Backend {
        let backend = stream_on(&session, target);
        let mut targets = self.targets.borrow_mut();
        let made = || OfTarget { target: Arc::clone(target), sessions: Vec::new(), opening: None };
        targets.entry(target.id()).or_insert_with(made).sessions.push(session);
        backend
    }

    /// Lets go of what ended, has rested for too long, or leads to an address that its name no longer has. Gives the names in use.
    pub(super) fn tidy(&self, resolver: &Resolver) -> Vec<Box<str>> {
        let mut names = Vec::new();
        self.targets.borrow_mut().retain(|_, of_target| {
            let OfTarget { target, sessions, opening } = of_target;
            let is_named = target.address().is_none();
            sessions.retain(|session| {
                let has_left = is_named && resolver.has_left(target.host(), session.peer().ip());
                !session.is_over() && !has_left
            });
            if is_named && !sessions.is_empty() {
                names.push(target.host().into());
            }
            !sessions.is_empty() || opening.is_some()
        });
        names
    }

    pub(super) fn count(&self) -> usize {
        self.targets.borrow().values().map(|of_target| of_target.sessions.len()).sum()
    }
}

fn stream_on(session: &Session, target: &Arc<Target>) -> Backend {
    let connection = Connection { target: Arc::clone(target), peer: session.peer(), reused: session.was_used() };
    Backend { io: Io::Stream(Box::new(session.stream())), connection: Box::new(connection) }
}

/// Others wait until this is dropped.
struct Opening<'a> {
    shared: &'a Shared,
    target: &'a Target,
}

impl Drop for Opening<'_> {
    fn drop(&mut self) {
        let mut targets = self.shared.targets.borrow_mut();
        if let Some(opening) = targets.get_mut(&self.target.id()).and_then(|of_target| of_target.opening.take()) {
            opening.notify_waiters();
        }
    }
}

impl Pool {
    /// A stream on a connection that others use too, or a new connection of whichever kind.
    pub(super) async fn acquire_shared(
        &self,
        target: &Arc<Target>,
        deadline: Instant,
    ) -> Result<Backend, ConnectFault> {
        loop {
            if let Some(backend) = self.shared.stream(target) {
                return Ok(backend);
            }
            let Some(opening) = self.shared.opening(target) else { break };
            let opened = opening.notified();
            timeout_at(deadline.into(), opened).await.map_err(|_| ConnectFault::Timeout)?;
        }
        let _opening = self.shared.open(target);
        self.connect(target, deadline).await
    }
}
