//! What every store promises, whatever it keeps its records in.

use std::sync::Arc;
use std::task::{Context, Waker};

use model::{Record, Revision, Secret, ServiceId, Snapshot, Write};
use store::{Store, StoreError};

use crate::samples::{
    api, change, credential, key_binding, one_of_every_kind, puts, records, service, sorted, usage_plan,
};

/// Where a store can be opened, closed and opened again.
pub(crate) trait Place {
    async fn open(&self) -> Result<Store, StoreError>;

    /// Runs a statement in the database, behind the back of a closed store.
    async fn meddle(&self, sql: &'static str);
}

/// Makes a test of each case, on both kinds of runtime; `$place` makes a new place.
macro_rules! suite {
    ($place:expr; $($case:ident)*) => {
        mod on_one_thread {
            $(#[tokio::test] async fn $case() { $crate::suite::$case(&$place).await; })*
        }
        mod on_many_threads {
            $(#[tokio::test(flavor = "multi_thread")] async fn $case() { $crate::suite::$case(&$place).await; })*
        }
    };
    ($place:expr) => {
        $crate::suite::suite! { $place;
            a_new_store_is_empty
            what_was_written_is_there_after_reopening
            a_change_computed_on_an_older_revision_is_refused
            each_change_leaves_one_audit_entry
            the_audit_trail_is_read_in_pages
            counters_keep_what_was_saved_last
            the_feed_tells_of_each_change
            what_a_change_does_not_touch_stays_the_same_object
            a_record_without_its_service_is_refused
            a_removed_service_takes_its_parts_along
            a_removed_plan_takes_its_keys_along
            a_service_is_replaced_in_one_change
            a_record_does_not_move_to_another_parent
            a_record_without_its_secret_is_refused
            removing_what_is_not_there_is_no_error
            a_replaced_secret_replaces_the_stored_one
            many_writers_lose_nothing
            a_caller_that_gives_up_leaves_memory_and_database_agreed
            a_record_that_cannot_be_read_is_named
            a_closed_store_says_so
        }
    };
}
pub(crate) use suite;

async fn filled(place: &impl Place) -> (Store, Arc<Snapshot>) {
    let store = place.open().await.unwrap();
    let snapshot = store.commit(Revision(0), change("fill", puts(one_of_every_kind()))).await.unwrap();
    (store, snapshot)
}

pub(crate) async fn a_new_store_is_empty(place: &impl Place) {
    let store = place.open().await.unwrap();
    assert_eq!(store.snapshot().revision, Revision(0));
    assert_eq!(records(&store.snapshot()), []);
    assert_eq!(store.audit(10, None).await.unwrap(), []);
    assert!(store.load_counters().await.unwrap().is_empty());
}

pub(crate) async fn what_was_written_is_there_after_reopening(place: &impl Place) {
    let (store, snapshot) = filled(place).await;
    assert_eq!(records(&snapshot), sorted(one_of_every_kind()));
    assert_eq!(records(&store.snapshot()), records(&snapshot));
    store.close().await;
    let reopened = place.open().await.unwrap().snapshot();
    assert_eq!(reopened.revision, Revision(1));
    assert_eq!(records(&reopened), sorted(one_of_every_kind()));
    assert_eq!(reopened.plans_of_key, snapshot.plans_of_key);
}

pub(crate) async fn a_change_computed_on_an_older_revision_is_refused(place: &impl Place) {
    let (store, _) = filled(place).await;
    for base in [Revision(0), Revision(2)] {
        let late = change("late", puts([Record::Service(service("service-late"))]));
        let refused = store.commit(base, late).await.unwrap_err();
        assert!(
            matches!(refused, StoreError::Conflict { base: told, current: Revision(1) } if told == base),
            "{refused}"
        );
    }
    assert_eq!(records(&store.snapshot()), sorted(one_of_every_kind()));
    assert_eq!(store.audit(10, None).await.unwrap().len(), 1);
}

pub(crate) async fn each_change_leaves_one_audit_entry(place: &impl Place) {
    let (store, _) = filled(place).await;
    store.commit(Revision(1), change("service.touch", Vec::new())).await.unwrap();
    store.close().await;
    let entries = place.open().await.unwrap().audit(10, None).await.unwrap();
    let expected = [(2, change("service.touch", Vec::new()).audit), (1, change("fill", Vec::new()).audit)];
    assert_eq!(entries, expected);
}

pub(crate) async fn the_audit_trail_is_read_in_pages(place: &impl Place) {
    let store = place.open().await.unwrap();
    for base in 0..5 {
        store.commit(Revision(base), change(&format!("step.{}", base + 1), Vec::new())).await.unwrap();
    }
    let page = async |limit, before| -> Vec<String> {
        store.audit(limit, before).await.unwrap().into_iter().map(|(_, entry)| entry.action).collect()
    };
    assert_eq!(page(2, None).await, ["step.5", "step.4"]);
    assert_eq!(page(2, Some(4)).await, ["step.3", "step.2"]);
    assert_eq!(page(2, Some(2)).await, ["step.1"]);
    assert_eq!(page(2, Some(1)).await, [""; 0]);
    assert_eq!(page(0, None).await, [""; 0]);
    assert_eq!(page(u32::MAX, None).await.len(), 5);
}

pub(crate) async fn counters_keep_what_was_saved_last(place: &impl Place) {
    let store = place.open().await.unwrap();
    store.save_counters(&[("a".into(), 1), ("b".into(), 99_999_999)]).await.unwrap();
    store.save_counters(&[("a".into(), 2), ("c".into(), u64::MAX >> 1)]).await.unwrap();
    store.save_counters(&[]).await.unwrap();
    assert_eq!(store.snapshot().revision, Revision(0), "counters are no configuration");
    store.close().await;
    let counters = place.open().await.unwrap().load_counters().await.unwrap();
    let expected = [("a".to_owned(), 2), ("b".to_owned(), 99_999_999), ("c".to_owned(), u64::MAX >> 1)];
    assert_eq!(counters, expected.into());
}

pub(crate) async fn the_feed_tells_of_each_change(place: &impl Place) {
    let store = place.open().await.unwrap();
    let mut feed = store.subscribe();
    assert_eq!(feed.borrow_and_update().revision, Revision(0));
    let snapshot = store.commit(Revision(0), change("fill", puts(one_of_every_kind()))).await.unwrap();
    feed.changed().await.unwrap();
    assert!(Arc::ptr_eq(&feed.borrow_and_update(), &snapshot));
    let refused = store.commit(Revision(0), change("late", Vec::new())).await;
    assert!(refused.is_err());
    assert!(!feed.has_changed().unwrap());
}

pub(crate) async fn what_a_change_does_not_touch_stays_the_same_object(place: &impl Place) {
    let (store, before) = filled(place).await;
    let added = puts([Record::Service(service("service-two")), Record::Api(api("service-two", "api-two"))]);
    let after = store.commit(Revision(1), change("add", added)).await.unwrap();
    let one = ServiceId::try_from("service-one").unwrap();
    assert!(Arc::ptr_eq(&before.services[&one], &after.services[&one]));
    assert_eq!(before.services.len(), 1, "an older snapshot is not changed");
    assert_eq!(after.services.len(), 2);
}

pub(crate) async fn a_record_without_its_service_is_refused(place: &impl Place) {
    let (store, _) = filled(place).await;
    let writes = puts([Record::Service(service("service-two")), Record::Api(api("service-lost", "api-lost"))]);
    let refused = store.commit(Revision(1), change("orphan", writes)).await.unwrap_err();
    assert!(matches!(&refused, StoreError::Refused { kind: "api", id, .. } if id == "api-lost"), "{refused}");
    assert_eq!(store.snapshot().revision, Revision(1));
    store.commit(Revision(1), change("next", Vec::new())).await.unwrap();
    store.close().await;
    assert_eq!(records(&place.open().await.unwrap().snapshot()), sorted(one_of_every_kind()));
}

pub(crate) async fn a_removed_service_takes_its_parts_along(place: &impl Place) {
    let (store, before) = filled(place).await;
    let removed = || Record::Service(service("service-one"));
    let forgetful = vec![Write::Remove(removed()), Write::Remove(Record::Api(api("service-one", "api-one")))];
    let refused = store.commit(Revision(1), change("delete", forgetful)).await.unwrap_err();
    assert!(matches!(&refused, StoreError::Refused { kind: "service", id, .. } if id == "service-one"), "{refused}");
    let parts = one_of_every_kind().iter().filter(|record| record.parent() == "service-one").count();
    assert!(refused.to_string().contains(&format!("{} of its parts", parts - 1)), "{refused}");
    assert!(Arc::ptr_eq(&store.snapshot(), &before));

    let (parts, others): (Vec<_>, Vec<_>) =
        one_of_every_kind().into_iter().partition(|record| record == &removed() || record.parent() == "service-one");
    let writes = parts.into_iter().map(Write::Remove).collect();
    store.commit(Revision(1), change("delete", writes)).await.unwrap();
    store.close().await;
    assert_eq!(records(&place.open().await.unwrap().snapshot()), sorted(others));
}

pub(crate) async fn a_removed_plan_takes_its_keys_along(place: &impl Place) {
    let store = place.open().await.unwrap();
    let plan = || Record::UsagePlan(usage_plan("usagePlan-two"));
    let binding = || Record::KeyBinding(key_binding("usagePlan-two", "AKIDtwo"));
    let writes = puts([plan(), Record::Credential(credential("AKIDtwo")), binding()]);
    store.commit(Revision(0), change("fill", writes)).await.unwrap();
    let refused = store.commit(Revision(1), change("delete", vec![Write::Remove(plan())])).await.unwrap_err();
    assert!(matches!(&refused, StoreError::Refused { kind: "usage_plan", .. }), "{refused}");
    let lost = puts([Record::KeyBinding(key_binding("usagePlan-none", "AKIDtwo"))]);
    let refused = store.commit(Revision(1), change("bind", lost)).await.unwrap_err();
    assert!(matches!(&refused, StoreError::Refused { kind: "key_binding", .. }), "{refused}");
    let writes = vec![Write::Remove(plan()), Write::Remove(binding())];
    store.commit(Revision(1), change("delete", writes)).await.unwrap();
    store.close().await;
    assert_eq!(records(&place.open().await.unwrap().snapshot()), [Record::Credential(credential("AKIDtwo"))]);
}

pub(crate) async fn a_service_is_replaced_in_one_change(place: &impl Place) {
    let store = place.open().await.unwrap();
    let old = [Record::Service(service("service-one")), Record::Api(api("service-one", "api-old"))];
    let new = [Record::Service(service("service-one")), Record::Api(api("service-one", "api-new"))];
    store.commit(Revision(0), change("fill", puts(old.clone()))).await.unwrap();

    let half = [vec![Write::Remove(old[0].clone())], puts(new.clone())].concat();
    let refused = store.commit(Revision(1), change("import", half)).await.unwrap_err();
    assert!(matches!(refused, StoreError::Refused { .. }), "{refused}");

    let whole = [old.map(Write::Remove).to_vec(), puts(new.clone())].concat();
    let snapshot = store.commit(Revision(1), change("import", whole)).await.unwrap();
    store.close().await;
    let reopened = place.open().await.unwrap().snapshot();
    assert_eq!(records(&snapshot), sorted(new.to_vec()));
    assert_eq!(records(&reopened), sorted(new.to_vec()));
}

pub(crate) async fn a_record_does_not_move_to_another_parent(place: &impl Place) {
    let (store, _) = filled(place).await;
    let writes = puts([Record::Service(service("service-two")), Record::Api(api("service-two", "api-one"))]);
    let refused = store.commit(Revision(1), change("move", writes)).await.unwrap_err();
    assert!(matches!(&refused, StoreError::Refused { kind: "api", id, .. } if id == "api-one"), "{refused}");
    assert_eq!(records(&store.snapshot()), sorted(one_of_every_kind()));
    store.close().await;
    assert_eq!(records(&place.open().await.unwrap().snapshot()), sorted(one_of_every_kind()));
}

pub(crate) async fn a_record_without_its_secret_is_refused(place: &impl Place) {
    let store = place.open().await.unwrap();
    let mut bare = credential("AKIDbare");
    bare.secret = Secret::default();
    let refused = store.commit(Revision(0), change("add", puts([Record::Credential(bare)]))).await.unwrap_err();
    assert!(matches!(&refused, StoreError::Refused { kind: "credential", id, .. } if id == "AKIDbare"), "{refused}");
}

pub(crate) async fn removing_what_is_not_there_is_no_error(place: &impl Place) {
    let (store, _) = filled(place).await;
    let writes = vec![
        Write::Remove(Record::Service(service("service-none"))),
        Write::Remove(Record::Api(api("service-none", "api-none"))),
        Write::Remove(Record::Credential(credential("AKIDnone"))),
    ];
    let snapshot = store.commit(Revision(1), change("clean", writes)).await.unwrap();
    assert_eq!(records(&snapshot), sorted(one_of_every_kind()));
    assert_eq!(snapshot.revision, Revision(2));
}

pub(crate) async fn a_replaced_secret_replaces_the_stored_one(place: &impl Place) {
    let (store, _) = filled(place).await;
    let mut rotated = credential("AKIDone");
    rotated.secret = Secret::try_from("rotated".to_owned()).unwrap();
    store.commit(Revision(1), change("rotate", puts([Record::Credential(rotated.clone())]))).await.unwrap();
    store.close().await;
    let reopened = place.open().await.unwrap().snapshot();
    assert_eq!(*reopened.credentials[&rotated.id], rotated);
}

pub(crate) async fn many_writers_lose_nothing(place: &impl Place) {
    const WRITERS: u64 = 8;
    const CHANGES: u64 = 10;
    let store = place.open().await.unwrap();
    let write = |writer: u64| {
        let store = store.clone();
        async move {
            for number in 0..CHANGES {
                let id = format!("service-{writer}-{number}");
                loop {
                    let base = store.snapshot().revision;
                    let writes = puts([Record::Service(service(&id))]);
                    match store.commit(base, change("add", writes)).await {
                        Ok(_) => break,
                        Err(StoreError::Conflict { .. }) => tokio::task::yield_now().await,
                        Err(error) => panic!("{error}"),
                    }
                }
            }
        }
    };
    let writers: Vec<_> = (0..WRITERS).map(|writer| tokio::spawn(write(writer))).collect();
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(store.snapshot().revision, Revision(WRITERS * CHANGES));
    store.close().await;
    let reopened = place.open().await.unwrap();
    assert_eq!(reopened.snapshot().services.len() as u64, WRITERS * CHANGES);
    assert_eq!(reopened.audit(1000, None).await.unwrap().len() as u64, WRITERS * CHANGES);
}

pub(crate) async fn a_caller_that_gives_up_leaves_memory_and_database_agreed(place: &impl Place) {
    let store = place.open().await.unwrap();
    let mut feed = store.subscribe();
    {
        let commit = store.commit(Revision(0), change("fill", puts(one_of_every_kind())));
        let mut commit = std::pin::pin!(commit);
        // Begun, not waited for.
        let _ = commit.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
    feed.changed().await.unwrap();
    assert_eq!(store.snapshot().revision, Revision(1));
    store.close().await;
    assert_eq!(records(&place.open().await.unwrap().snapshot()), sorted(one_of_every_kind()));
}

pub(crate) async fn a_record_that_cannot_be_read_is_named(place: &impl Place) {
    let (store, _) = filled(place).await;
    store.close().await;
    let cases = [
        ("UPDATE records SET body = substr(body, 1, 40) WHERE kind = 'api'", "api", "api-one", "EOF"),
        ("UPDATE records SET body = '{}' WHERE kind = 'usage_plan'", "usage_plan", "usagePlan-one", "missing field"),
        ("UPDATE records SET id = 'service-other' WHERE kind = 'service'", "service", "service-other", "service-one"),
        ("UPDATE records SET version = 99 WHERE kind = 'throttle'", "throttle", "service-one/release/", "form 99"),
        ("UPDATE records SET kind = 'gadget' WHERE kind = 'release'", "gadget", "20240102030405abcdef", "no kind"),
        ("UPDATE records SET sealed = NULL WHERE kind = 'operator'", "operator", "operator-one", "missing"),
        ("DELETE FROM records WHERE kind = 'service'", "api", "api-one", "service-one"),
        (
            "UPDATE records SET sealed = (SELECT sealed FROM records WHERE kind = 'operator') WHERE kind = 'credential'",
            "credential",
            "AKIDone",
            "another record",
        ),
    ];
    place.meddle("CREATE TABLE saved AS SELECT * FROM records").await;
    for (damage, kind, id, hint) in cases {
        place.meddle(damage).await;
        let refused = place.open().await.err().unwrap_or_else(|| panic!("opened after: {damage}"));
        let told = matches!(&refused, StoreError::Corrupt { kind: k, id: i, .. } if k == kind && i.starts_with(id));
        assert!(told && refused.to_string().contains(hint), "{damage}: {refused}");
        place.meddle("DELETE FROM records").await;
        place.meddle("INSERT INTO records SELECT * FROM saved").await;
    }
    assert_eq!(records(&place.open().await.unwrap().snapshot()), sorted(one_of_every_kind()));
}

pub(crate) async fn a_closed_store_says_so(place: &impl Place) {
    let (store, snapshot) = filled(place).await;
    let other = store.clone();
    store.close().await;
    other.close().await;
    assert!(matches!(other.commit(Revision(1), change("x", Vec::new())).await, Err(StoreError::Closed)));
    assert!(matches!(other.audit(1, None).await, Err(StoreError::Closed)));
    assert!(matches!(other.load_counters().await, Err(StoreError::Closed)));
    assert!(matches!(other.save_counters(&[]).await, Err(StoreError::Closed)));
    assert!(Arc::ptr_eq(&other.snapshot(), &snapshot));
}
