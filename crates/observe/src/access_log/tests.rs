use std::fs;

use model::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::batch::Batch;
use super::*;

const LONG: Duration = Duration::from_secs(60);

pub(crate) fn call() -> CallRecord<'static> {
    CallRecord {
        time: Timestamp::from_millis(1_772_366_400_045),
        request_id: b"0123456789abcdef0123456789abcdef",
        service: "service-1",
        environment: "release",
        api: "api-1",
        key: "AKID1",
        plan: "usagePlan-1",
        certificate: "CN=caller",
        method: "GET",
        scheme: "https",
        host: "example.com",
        path: "/hello",
        peer: "192.0.2.1:50000".parse().unwrap(),
        status: 200,
        backend_status: Some(201),
        backend: Some("[2001:db8::1]:80".parse().unwrap()),
        bytes_in: 1,
        bytes_out: u64::MAX,
        duration_us: 840,
        backend_us: Some(0),
        refusal: "",
        message: "",
        local: "192.0.2.9:80".parse().unwrap(),
        connect_us: None,
        backend_total_us: None,
    }
}

fn lines(calls: &[CallRecord<'_>]) -> Vec<Value> {
    let mut batch = Batch::default();
    for call in calls {
        batch.push(call);
    }
    let mut formatter = line::Formatter::default();
    formatter.begin(&batch);
    batch.calls().for_each(|(call, _)| formatter.add(&call));
    let text = String::from_utf8(formatter.lines().to_vec()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn lines_of(path: &std::path::Path) -> Vec<Value> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_line_holds_every_field_under_its_name() {
    let expected = json!({
        "time": "2026-03-01T12:00:00.045Z", "request_id": "0123456789abcdef0123456789abcdef", "service": "service-1",
        "environment": "release", "api": "api-1", "key": "AKID1", "plan": "usagePlan-1", "certificate": "CN=caller", "method": "GET",
        "scheme": "https", "host": "example.com", "path": "/hello", "peer": "192.0.2.1:50000", "status": 200,
        "backend_status": 201, "backend": "[2001:db8::1]:80", "bytes_in": 1, "bytes_out": u64::MAX,
        "duration_us": 840, "backend_us": 0
    });
    assert_eq!(lines(&[call()]), [expected]);
}

#[test]
fn what_is_empty_or_none_is_left_out() {
    let refused = CallRecord {
        service: "",
        environment: "",
        api: "",
        key: "",
        plan: "",
        backend: None,
        backend_status: None,
        backend_us: None,
        refusal: "no_service",
        status: 404,
        ..call()
    };
    let line = &lines(&[refused])[0];
    for name in ["service", "environment", "api", "key", "plan", "backend", "backend_status", "backend_us"] {
        assert_eq!(line.get(name), None, "{name}");
    }
    assert_eq!(line["refusal"], "no_service");
}

#[test]
fn addresses_are_told_apart_call_by_call_and_in_their_plain_form() {
    let calls = [
        ("192.0.2.1:1", "192.0.2.1:1"),
        ("192.0.2.1:2", "192.0.2.1:2"),
        ("192.0.2.2:2", "192.0.2.2:2"),
        ("[2001:db8::1]:3", "[2001:db8::1]:3"),
        ("[::ffff:192.0.2.1]:4", "192.0.2.1:4"),
    ];
    let written = lines(&calls.map(|(peer, _)| CallRecord { peer: peer.parse().unwrap(), ..call() }));
    for ((_, expected), line) in calls.iter().zip(&written) {
        assert_eq!(line["peer"], *expected);
        assert_eq!(line["backend"], "[2001:db8::1]:80");
    }
}

#[test]
fn a_long_text_is_cut_between_characters() {
    let path = format!("/{}", "é".repeat(5000));
    let line = &lines(&[CallRecord { path: &path, ..call() }, call()]);
    assert_eq!(line[0]["path"].as_str().unwrap().len(), 4095);
    assert_eq!(line[1]["path"], "/hello");
}

#[test]
fn times_before_1970_and_beyond_the_calendar_do_not_break_a_line() {
    let times = [-1, i64::MIN, i64::MAX, 0].map(Timestamp::from_millis);
    let written: Vec<_> = lines(&times.map(|time| CallRecord { time, ..call() }));
    assert_eq!(written[0]["time"], "1969-12-31T23:59:59.999Z");
    assert_eq!(written[3]["time"], "1970-01-01T00:00:00.000Z");
}

proptest! {
    #[test]
    fn any_text_comes_back_from_its_line(host in "\\PC{0,20}", path in any::<String>(), key in "[\u{0}-\u{7f}]{0,20}") {
        let written = lines(&[call(), CallRecord { host: &host, path: &path, key: &key, ..call() }]);
        for (name, text) in [("host", &host), ("path", &path), ("key", &key)] {
            prop_assert_eq!(written[1].get(name).and_then(Value::as_str).unwrap_or_default(), text);
        }
    }
}

#[test]
fn calls_of_all_writers_reach_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("access.log");
    let log = AccessLog::start(AccessLogTarget::File(path.clone())).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let mut writer = log.writer();
            assert!(writer.is_on());
            scope.spawn(move || (0..1000).for_each(|_| writer.record(&call())));
        }
    });
    assert!(log.finish(LONG));
    assert_eq!(lines_of(&path).len() as u64 + log.dropped(), 4000);
    assert_eq!(log.dropped(), 0);
}

#[test]
fn a_reopened_log_writes_to_a_fresh_file() {
    let folder = tempfile::tempdir().unwrap();
    let (path, moved) = (folder.path().join("access.log"), folder.path().join("access.log.1"));
    let log = AccessLog::start(AccessLogTarget::File(path.clone())).unwrap();
    let mut writer = log.writer();
    writer.record(&call());
    writer.flush();
    while fs::metadata(&path).unwrap().len() == 0 {
        std::thread::yield_now();
    }
    fs::rename(&path, &moved).unwrap();
    log.reopen();
    writer.record(&CallRecord { path: "/later", ..call() });
    drop(writer);
    assert!(log.finish(LONG));
    assert_eq!(lines_of(&moved).len(), 1);
    assert_eq!(lines_of(&path)[0]["path"], "/later");
}

#[test]
fn what_cannot_be_written_is_counted() {
    let log = AccessLog::start(AccessLogTarget::File("/dev/full".into())).unwrap();
    let mut writer = log.writer();
    (0..300).for_each(|_| writer.record(&call()));
    drop(writer);
    assert!(log.finish(LONG));
    assert_eq!(log.dropped(), 300);
}

#[test]
fn calls_beyond_a_full_queue_are_dropped_and_counted_and_nobody_waits() {
    // Nobody takes from this queue: the thread of a log whose reader stands still.
    let (queue, messages) = sync_channel(2);
    let (_end, ended) = sync_channel(1);
    let log = AccessLog { shared: Arc::new(Shared::new(queue, ended, true, Vec::new())) };
    let mut writer = log.writer();
    for _ in 0..3 {
        (0..10).for_each(|_| writer.record(&call()));
        writer.flush();
    }
    assert_eq!(log.dropped(), 10);
    assert!(!log.finish(Duration::ZERO));
    drop(messages);
    writer.record(&call());
    writer.flush();
    assert_eq!(log.dropped(), 11);
}

#[test]
fn a_log_that_is_off_records_nothing() {
    let log = AccessLog::start(AccessLogTarget::Off).unwrap();
    let mut writer = log.writer();
    assert!(!writer.is_on());
    writer.record(&call());
    drop(writer);
    assert!(log.finish(LONG));
    assert_eq!(log.dropped(), 0);
}

#[test]
fn a_file_that_cannot_be_opened_is_an_error() {
    assert!(AccessLog::start(AccessLogTarget::File("/nonexistent/access.log".into())).is_err());
}
