//! Sessions on a store of their own.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicI64, Ordering};

use model::{Name, Role, Secret, UsagePlanId};
use store::Store;

use super::*;
use crate::{Actor, Clock, Installation, Quotas, Terms, UsageCounts};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

struct Nothing;

impl UsageCounts for Nothing {
    fn used(&self, _: &UsagePlanId) -> u64 {
        0
    }
}

/// A clock that is set by hand.
struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

struct Desk {
    sessions: Sessions,
    clock: Arc<Hand>,
    _folder: tempfile::TempDir,
}

impl Desk {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), None).await.unwrap();
        let installation = Installation {
            app_id: 1,
            region: "gz".to_owned(),
            domain: "localhost".to_owned(),
            push_url: "http://push.localhost".to_owned(),
            domains: crate::DomainPolicy::default(),
        };
        let clock = Arc::new(Hand(AtomicI64::new(1_700_000_000_000)));
        let control = Control::with_clock(store, installation, Quotas::default(), Arc::new(Nothing), clock.clone());
        let key = Secret::try_from("key".to_owned()).unwrap();
        control.first_operator(Name::try_from("ann").unwrap(), "correct horse", "AKIDann", key).await.unwrap();
        let limits = SessionLimits { per_operator: 2, ..SessionLimits::default() };
        Self { sessions: Sessions::new(control, limits), clock, _folder: folder }
    }

    fn pass(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds * 1000, Ordering::Relaxed);
    }

    async fn log_in(&self, password: &str) -> Result<Ticket, LoginRefusal> {
        self.sessions.log_in("ann", password, HERE, "test").await
    }
}

#[tokio::test]
async fn who_knows_the_password_gets_a_session() {
    let desk = Desk::new().await;
    let ticket = desk.log_in("correct horse").await.unwrap();
    let (session, operator) = desk.sessions.find(&ticket.token).unwrap();
    assert_eq!((session.id.as_str(), operator.name.as_str()), (ticket.session.id.as_str(), "ann"));
    assert!(desk.sessions.find(&session.id).is_none() && desk.sessions.find(&session.csrf).is_none());
    assert!(desk.sessions.end(&operator.id, &session.id));
    assert!(desk.sessions.find(&ticket.token).is_none());
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_are_told_alike_and_guessing_is_locked_out() {
    let desk = Desk::new().await;
    assert_eq!(desk.sessions.log_in("bob", "correct horse", HERE, "").await.unwrap_err(), LoginRefusal::Wrong);
    for _ in 0..5 {
        assert_eq!(desk.log_in("wrong").await.unwrap_err(), LoginRefusal::Wrong);
    }
    assert_eq!(desk.log_in("correct horse").await.unwrap_err(), LoginRefusal::Locked(10));
    desk.pass(10);
    assert!(desk.log_in("correct horse").await.is_ok());
}

#[tokio::test]
async fn a_session_ends_when_it_rests_or_grows_old() {
    let desk = Desk::new().await;
    let ticket = desk.log_in("correct horse").await.unwrap();
    desk.pass(1799);
    assert!(desk.sessions.find(&ticket.token).is_some());
    desk.pass(1800);
    assert!(desk.sessions.find(&ticket.token).is_none(), "it has rested for half an hour");
    let ticket = desk.log_in("correct horse").await.unwrap();
    for _ in 0..(43_200 / 1200 - 1) {
        desk.pass(1200);
        assert!(desk.sessions.find(&ticket.token).is_some());
    }
    desk.pass(1200);
    assert!(desk.sessions.find(&ticket.token).is_none(), "it is half a day old");
}

#[tokio::test]
async fn one_session_too_many_ends_the_one_that_rested_longest() {
    let desk = Desk::new().await;
    let first = desk.log_in("correct horse").await.unwrap();
    desk.pass(1);
    let second = desk.log_in("correct horse").await.unwrap();
    desk.pass(1);
    let third = desk.log_in("correct horse").await.unwrap();
    assert!(desk.sessions.find(&first.token).is_none());
    assert!(desk.sessions.find(&second.token).is_some() && desk.sessions.find(&third.token).is_some());
    assert_eq!(desk.sessions.of(&first.session.operator).len(), 2);
}

#[tokio::test]
async fn another_password_ends_all_sessions_but_the_one_that_set_it() {
    let desk = Desk::new().await;
    let (here, there) = (desk.log_in("correct horse").await.unwrap(), desk.log_in("correct horse").await.unwrap());
    let actor = Actor {
        operator: here.session.operator.clone(),
        name: "ann".to_owned(),
        role: Role::Viewer,
        origin: "test 1".to_owned(),
        terms: Terms::default(),
    };
    let keep = Some(here.session.id.as_str());
    let change = |current, new| desk.sessions.change_password(&actor, current, new, HERE, keep);
    assert_eq!(change("wrong", "battery staple").await, Err(LoginRefusal::Wrong));
    assert_eq!(change("correct horse", "battery staple").await, Ok(()));
    assert!(desk.sessions.find(&here.token).is_some());
    assert!(desk.sessions.find(&there.token).is_none());
    assert_eq!(desk.log_in("correct horse").await.unwrap_err(), LoginRefusal::Wrong);
    assert!(desk.log_in("battery staple").await.is_ok());
}
