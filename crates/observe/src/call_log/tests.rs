use std::fs::OpenOptions;
use std::io::Write;

use model::{Comparison, LogCondition, Timestamp};

use super::*;
use crate::CallRecord;
use crate::access_log::a_call;

const BOUNDS: CallLogBounds =
    CallLogBounds { bytes: 64 << 20, age: Duration::from_secs(u64::MAX / 4000), per_second: u32::MAX };

fn at(millis: i64) -> CallRecord<'static> {
    CallRecord { time: Timestamp::from_millis(millis), ..a_call() }
}

fn question(conditions: &[LogCondition]) -> LogQuestion {
    LogQuestion {
        from: Timestamp::from_millis(i64::MIN),
        to: Timestamp::from_millis(i64::MAX),
        conditions: conditions.to_vec(),
        oldest_first: false,
        limit: 1000,
        after: None,
    }
}

fn times(page: &LogPage) -> Vec<i64> {
    page.calls.iter().map(|call| call.time.millis()).collect()
}

/// A log with calls at 0, 1, 2 … in several frames and several files.
fn filled(folder: &Path, calls: i64) -> CallLog {
    let log = CallLog::open(folder, BOUNDS).unwrap();
    for part in (0..calls).collect::<Vec<_>>().chunks(20) {
        let mut keeper = log.keeper().unwrap();
        for half in part.chunks(10) {
            half.iter().for_each(|millis| keeper.keep(&at(*millis)));
            keeper.flush();
        }
    }
    log
}

#[test]
fn every_field_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let log = CallLog::open(folder.path(), BOUNDS).unwrap();
    let mut keeper = log.keeper().unwrap();
    let call = CallRecord {
        refusal: "rate_exceeded",
        message: "API rate limit exceeded",
        connect_us: Some(7),
        backend_total_us: Some(9),
        ..a_call()
    };
    keeper.keep(&call);
    keeper.flush();
    let page = log.search(&question(&[])).unwrap();
    assert_eq!(page.calls, [owned(&call)]);
    assert_eq!(page.next, None);
}

#[test]
fn pages_follow_one_another_in_both_orders() {
    let folder = tempfile::tempdir().unwrap();
    let log = filled(folder.path(), 95);
    for oldest_first in [false, true] {
        for limit in [1, 7, 10, 1000] {
            let mut question = LogQuestion { oldest_first, limit, ..question(&[]) };
            let mut seen = Vec::new();
            loop {
                let page = log.search(&question).unwrap();
                assert!(page.calls.len() <= limit);
                seen.extend(times(&page));
                question.after = page.next;
                if question.after.is_none() {
                    break;
                }
            }
            let expected: Vec<i64> = if oldest_first { (0..95).collect() } else { (0..95).rev().collect() };
            assert_eq!(seen, expected, "{limit} a page");
        }
    }
}

#[test]
fn calls_of_several_workers_are_put_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let log = CallLog::open(folder.path(), BOUNDS).unwrap();
    let mut keeper = log.keeper().unwrap();
    [3, 1, 4, 0, 2].into_iter().for_each(|millis| keeper.keep(&at(millis)));
    keeper.flush();
    assert_eq!(times(&log.search(&question(&[])).unwrap()), [4, 3, 2, 1, 0]);
}

#[test]
fn a_range_holds_its_beginning_and_not_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let log = filled(folder.path(), 50);
    let question = LogQuestion { from: Timestamp::from_millis(17), to: Timestamp::from_millis(23), ..question(&[]) };
    assert_eq!(times(&log.search(&question).unwrap()), [22, 21, 20, 19, 18, 17]);
}

#[test]
fn what_was_kept_is_there_when_the_log_is_opened_again_and_grows_on() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path(), 30));
    let log = CallLog::open(folder.path(), BOUNDS).unwrap();
    let mut keeper = log.keeper().unwrap();
    keeper.keep(&at(30));
    keeper.flush();
    assert_eq!(times(&log.search(&question(&[])).unwrap()), (0..31).rev().collect::<Vec<_>>());
}

#[test]
fn what_a_crash_left_half_written_is_not_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path(), 20));
    let path = folder.path().join(file_name(1));
    let length = fs::metadata(&path).unwrap().len();
    for cut in [1, 20, 40] {
        OpenOptions::new().write(true).open(&path).unwrap().set_len(length - cut).unwrap();
        let log = CallLog::open(folder.path(), BOUNDS).unwrap();
        assert_eq!(times(&log.search(&question(&[])).unwrap()), (0..10).rev().collect::<Vec<_>>(), "{cut} bytes gone");
    }
    OpenOptions::new().append(true).open(&path).unwrap().write_all(&[0xff; 100]).unwrap();
    let log = CallLog::open(folder.path(), BOUNDS).unwrap();
    assert_eq!(log.search(&question(&[])).unwrap().calls.len(), 10);
    fs::write(folder.path().join(file_name(9)), b"something else").unwrap();
    assert!(CallLog::open(folder.path(), BOUNDS).is_ok());
}

#[test]
fn a_file_that_is_in_the_way_is_stepped_over() {
    let folder = tempfile::tempdir().unwrap();
    let log = CallLog::open(folder.path(), BOUNDS).unwrap();
    let mut keeper = log.keeper().unwrap();
    fs::write(folder.path().join(file_name(1)), b"").unwrap();
    for millis in [1, 2] {
        keeper.keep(&at(millis));
        keeper.flush();
    }
    assert_eq!(times(&log.search(&question(&[])).unwrap()), [2, 1]);
    let again = CallLog::open(folder.path(), BOUNDS).unwrap();
    assert_eq!(times(&again.search(&question(&[])).unwrap()), [2, 1]);
}

#[test]
fn the_oldest_files_go_when_the_log_is_too_long_or_too_old() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path(), 60));
    let files = || fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(files(), 3);
    let short = CallLogBounds { bytes: 4 << 20, ..BOUNDS };
    let log = CallLog::open(folder.path(), short).unwrap();
    let mut keeper = log.keeper().unwrap();
    keeper.keep(&at(60));
    keeper.flush();
    assert_eq!(files(), 1);
    let log = CallLog::open(folder.path(), CallLogBounds { age: Duration::from_secs(60), ..BOUNDS }).unwrap();
    let mut keeper = log.keeper().unwrap();
    keeper.keep(&at(61));
    keeper.flush();
    assert_eq!(times(&log.search(&question(&[])).unwrap()), [61]);
    assert_eq!(files(), 1);
}

#[test]
fn calls_that_came_too_fast_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let log = CallLog::open(folder.path(), CallLogBounds { per_second: 3, ..BOUNDS }).unwrap();
    let mut keeper = log.keeper().unwrap();
    (0..10).for_each(|_| keeper.keep(&at(0)));
    keeper.flush();
    let page = log.search(&question(&[])).unwrap();
    assert_eq!((page.calls.len(), page.not_kept), (3, 7));
}

#[test]
fn each_condition_finds_its_calls_and_no_others() {
    use LogCondition as L;
    let other = CallRecord {
        request_id: b"ffffffffffffffffffffffffffffffff",
        service: "service-2",
        environment: "test",
        api: "api-2",
        key: "AKID2",
        method: "POST",
        path: "/elsewhere",
        peer: "[2001:db8::2]:40000".parse().unwrap(),
        backend: None,
        status: 429,
        duration_us: 20,
        refusal: "rate_exceeded",
        message: "API rate limit exceeded",
        ..at(2)
    };
    let folder = tempfile::tempdir().unwrap();
    let log = CallLog::open(folder.path(), BOUNDS).unwrap();
    let mut keeper = log.keeper().unwrap();
    keeper.keep(&at(1));
    keeper.keep(&other);
    keeper.flush();
    let text = str::to_owned;
    let (first, second, none) = (&[1][..], &[2][..], &[][..]);
    for (condition, found) in [
        (L::Service(text("service-2")), second),
        (L::Service(text("service-")), none),
        (L::Environment(text("release")), first),
        (L::Api(text("api-2")), second),
        (L::Key(text("AKID1")), first),
        (L::Method(text("post")), second),
        (L::RequestId(text("ffffffffffffffffffffffffffffffff")), second),
        (L::RequestId(text("ffff")), none),
        (L::PeerIp("2001:db8::2".parse().unwrap()), second),
        (L::Peer("192.0.2.1:50000".parse().unwrap()), first),
        (L::Peer("192.0.2.1:50001".parse().unwrap()), none),
        (L::PathPrefix(text("/hel")), first),
        (L::PathPrefix(text("/")), &[2, 1]),
        (L::BackendHolds(text("2001:db8::1")), first),
        (L::MessageHolds(text("RATE LIMIT")), second),
        (L::Text(text("ELSE")), second),
        (L::Text(text("akid")), &[2, 1]),
        (L::Text(text("nowhere")), none),
        (L::Refusal(text("rate_exceeded")), second),
        (L::Refused(false), first),
        (L::Refused(true), second),
        (L::Status(Comparison::Equal, 429), second),
        (L::Status(Comparison::NotEqual, 429), first),
        (L::Status(Comparison::GreaterOrEqual, 200), &[2, 1]),
        (L::StatusHolds(text("2")), &[2, 1]),
        (L::StatusHolds(text("29")), second),
        (L::Duration(Comparison::Less, 21), second),
        (L::Duration(Comparison::Greater, 839), first),
    ] {
        assert_eq!(times(&log.search(&question(std::slice::from_ref(&condition))).unwrap()), found, "{condition:?}");
    }
    let both = question(&[L::Method(text("POST")), L::Status(Comparison::Equal, 200)]);
    assert!(log.search(&both).unwrap().calls.is_empty());
}

#[test]
fn a_cursor_that_is_none_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let log = filled(folder.path(), 1);
    for text in ["", "x", "1", "1-2", "1-2-3-4", "1-2-g", "-1-2-3"] {
        let question = LogQuestion { after: Some(text.to_owned()), ..question(&[]) };
        assert_eq!(log.search(&question), Err(UnknownPlace), "{text}");
    }
}
