//! How a change is made, on a ledger in memory.

use std::sync::Mutex;

use model::{Record, Role, Write};

use crate::terms::{Noun, OnlyIf, Rehearsal};

use super::*;
use crate::world::{self, World};

/// A ledger that another process keeps ahead of for the first `losses` commits.
struct Book {
    snapshot: Mutex<Arc<Snapshot>>,
    entries: Mutex<Vec<Change>>,
    losses: Mutex<usize>,
    broken: bool,
}

impl Book {
    fn new(losses: usize) -> Self {
        Self {
            snapshot: Mutex::new(Arc::new(World::new().service("s").snapshot.clone())),
            entries: Mutex::default(),
            losses: Mutex::new(losses),
            broken: false,
        }
    }

    fn advance(&self) {
        let mut snapshot = self.snapshot.lock().unwrap();
        let mut next = Snapshot::clone(&snapshot);
        next.revision.0 += 1;
        *snapshot = Arc::new(next);
    }
}

impl Ledger for Book {
    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.lock().unwrap())
    }

    async fn commit(&self, base: Revision, change: Change) -> Result<Arc<Snapshot>, StoreError> {
        if self.broken {
            return Err(StoreError::Database("the disk is full".to_owned()));
        }
        let lost = {
            let mut losses = self.losses.lock().unwrap();
            let lost = *losses > 0;
            *losses = losses.saturating_sub(1);
            lost
        };
        if lost {
            self.advance();
        }
        let current = Ledger::snapshot(self).revision;
        if base != current {
            return Err(StoreError::Conflict { base, current });
        }
        self.entries.lock().unwrap().push(change);
        self.advance();
        Ok(Ledger::snapshot(self))
    }
}

/// A clock that stands still.
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(5_000)
    }
}

const DEED: Deed<'_> =
    Deed { actor: "ann", origin: "test 1", action: "service.modify", terms: Terms { only_if: None, rehearsal: None } };

/// Writes the revision that it saw into the service's description.
fn note_the_revision(facts: &Facts<'_>) -> Result<Outcome<u64>, Refusal> {
    let mut service = world::service("s", facts.now);
    service.description = world::text(&facts.snapshot.revision.to_string());
    Ok(Outcome::new("s", vec![Write::Put(Record::Service(service))], facts.snapshot.revision.0))
}

async fn change(book: &Book, last: &mut Timestamp) -> Result<u64, Refusal> {
    carry_out(book, &Quotas::default(), &Still, last, &DEED, note_the_revision).await
}

#[tokio::test]
async fn a_change_is_stored_with_who_did_what_and_when() {
    let book = Book::new(0);
    assert_eq!(change(&book, &mut Timestamp::default()).await, Ok(0));
    let entries = book.entries.lock().unwrap();
    let audit = &entries[0].audit;
    assert_eq!(
        (
            audit.actor.as_str(),
            audit.action.as_str(),
            audit.subject.as_str(),
            audit.origin.as_str(),
            audit.time.millis()
        ),
        ("ann", "service.modify", "s", "test 1", 5_000)
    );
}

#[tokio::test]
async fn a_change_that_another_process_overtook_is_computed_anew() {
    let book = Book::new(3);
    assert_eq!(change(&book, &mut Timestamp::default()).await, Ok(3), "computed on what the others had written");
    assert_eq!(book.entries.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_change_that_is_overtaken_again_and_again_gives_up() {
    let book = Book::new(usize::MAX);
    assert_eq!(change(&book, &mut Timestamp::default()).await, Err(Refusal::Busy));
    assert!(book.entries.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_store_that_fails_is_told_to_the_log_and_not_to_the_caller() {
    let book = Book { broken: true, ..Book::new(0) };
    let refused = change(&book, &mut Timestamp::default()).await.unwrap_err();
    assert!(matches!(&refused, Refusal::Store(reason) if reason.contains("the disk is full")), "{refused:?}");
    assert!(!refused.to_string().contains("disk"), "{refused}");
}

#[tokio::test]
async fn a_rule_that_writes_nothing_stores_nothing() {
    let book = Book::new(0);
    let rule = |_: &Facts<'_>| Ok(Outcome::unchanged("s", "as it was"));
    let answer = carry_out(&book, &Quotas::default(), &Still, &mut Timestamp::default(), &DEED, rule).await;
    assert_eq!(answer, Ok("as it was"));
    assert!(book.entries.lock().unwrap().is_empty());
}

#[tokio::test]
async fn changes_within_one_millisecond_still_have_an_order() {
    let (book, mut last) = (Book::new(0), Timestamp::default());
    for _ in 0..3 {
        change(&book, &mut last).await.unwrap();
    }
    let times: Vec<i64> = book.entries.lock().unwrap().iter().map(|entry| entry.audit.time.millis()).collect();
    assert_eq!(times, [5_000, 5_001, 5_002]);
}

#[test]
fn a_viewer_may_not_write_and_others_may() {
    for (role, allowed) in [(Role::Viewer, false), (Role::Editor, true), (Role::Admin, true)] {
        let actor = Actor {
            operator: model::OperatorId::mint([0; 8]),
            name: "ann".to_owned(),
            role,
            origin: "test 1".to_owned(),
            terms: Terms::default(),
        };
        let verdict = actor.may_write();
        assert_eq!(verdict.is_ok(), allowed, "{role:?}");
        if !allowed {
            assert_eq!(verdict, Err(Refusal::Forbidden { needed: Role::Editor }));
        }
    }
}

/// The terms on which a change of the service is asked for.
async fn change_on(book: &Book, terms: Terms) -> Result<u64, Refusal> {
    let deed = Deed { terms, ..DEED };
    carry_out(book, &Quotas::default(), &Still, &mut Timestamp::default(), &deed, note_the_revision).await
}

#[tokio::test]
async fn a_change_of_what_was_changed_since_it_was_read_is_refused() {
    let book = Book::new(0);
    let noun = Noun::Service(world::id("s"));
    let mark = noun.mark(&Ledger::snapshot(&book)).unwrap();
    let only_if = |mark: &str| Terms {
        only_if: Some(OnlyIf { noun: noun.clone(), marks: vec!["another".to_owned(), mark.to_owned()] }),
        ..Terms::default()
    };
    assert_eq!(change_on(&book, only_if("stale")).await, Err(Refusal::Changed));
    assert!(book.entries.lock().unwrap().is_empty());
    assert_eq!(change_on(&book, only_if(&mark)).await, Ok(0));
}

#[tokio::test]
async fn a_rehearsal_stores_nothing_and_shows_what_would_be() {
    let book = Book::new(0);
    let rehearsal = Rehearsal::default();
    let terms = Terms { rehearsal: Some(rehearsal.clone()), ..Terms::default() };
    assert_eq!(change_on(&book, terms).await, Ok(0));
    assert!(book.entries.lock().unwrap().is_empty());
    let would_be = rehearsal.outcome().unwrap();
    assert_eq!(would_be.services["s"].service.description.as_str(), "0");
    assert_eq!(Ledger::snapshot(&book).services["s"].service.description.as_str(), "");
}

#[tokio::test]
async fn a_look_at_a_secret_is_told_though_nothing_is_written() {
    let book = Book::new(0);
    let rule = |_: &Facts<'_>| Ok(Outcome::told("s", ()));
    carry_out(&book, &Quotas::default(), &Still, &mut Timestamp::default(), &DEED, rule).await.unwrap();
    let entries = book.entries.lock().unwrap();
    assert_eq!((entries.len(), entries[0].writes.len()), (1, 0));
}
