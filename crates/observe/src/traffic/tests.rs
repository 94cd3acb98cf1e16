use model::{AccessKeyId, ApiId, EnvironmentName, ServiceId};

use super::*;
use crate::access_log::a_call;
use crate::{AccessLog, AccessLogTarget, Outlets};

const KEPT: Duration = Duration::from_secs(30 * 24 * 3600);
const HOUR: i64 = 3_600_000;
/// A full hour.
const BEGIN: i64 = 1_772_366_400_000 / HOUR * HOUR;
const MINUTE: i64 = meter::MINUTE;
/// The call takes 840 µs, so this is also when it ends.
fn time(millis: i64) -> Timestamp {
    Timestamp::from_millis(BEGIN + millis)
}

fn count(traffic: &Traffic, call: &CallRecord<'_>) {
    let ids = [call.service, call.environment, call.api, call.key].concat();
    traffic.counting().count(call, &ids);
}

async fn open(folder: &Path, run: i64) -> Traffic {
    Traffic::open(&folder.join("traffic.db"), Timestamp::from_millis(run), KEPT).await.unwrap()
}

async fn calls(traffic: &Traffic, scope: &TrafficScope, from: i64, to: i64, step: i64) -> Vec<u64> {
    let step = Duration::from_millis(u64::try_from(step).unwrap());
    let points = traffic.series(scope, time(from), time(to), step).await.unwrap();
    points.iter().map(|point| point.counts.calls).collect()
}

fn scope(service: &str, environment: &str, of: TrafficOf) -> TrafficScope {
    let service = Some(service).filter(|text| !text.is_empty()).map(|text| ServiceId::try_from(text).unwrap());
    let environment =
        Some(environment).filter(|text| !text.is_empty()).map(|text| EnvironmentName::try_from(text).unwrap());
    TrafficScope { service, environment, of }
}

fn api(id: &str) -> TrafficOf {
    TrafficOf::Api(ApiId::try_from(id).unwrap())
}

#[tokio::test]
async fn calls_are_counted_where_they_belong() {
    let folder = tempfile::tempdir().unwrap();
    let traffic = open(folder.path(), 1).await;
    let first = CallRecord { time: time(0), bytes_out: 10, ..a_call() };
    let open_call = CallRecord { key: "", plan: "", api: "api-2", status: 404, backend_status: Some(404), ..first };
    let refused = CallRecord { status: 429, refusal: "rate_exceeded", backend_us: None, backend_status: None, ..first };
    let elsewhere = CallRecord { service: "service-2", environment: "test", api: "api-3", key: "AKID2", ..first };
    let nowhere = CallRecord { service: "", environment: "", api: "", key: "", refusal: "unknown_host", ..refused };
    for call in [&first, &first, &open_call, &refused, &elsewhere, &nowhere] {
        count(&traffic, call);
    }
    traffic.save(time(0)).await.unwrap();
    let key = |id: &str| TrafficOf::Key(AccessKeyId::try_from(id).unwrap());
    for (scope, expected) in [
        (TrafficScope::default(), 6),
        (scope("service-1", "", TrafficOf::Everything), 4),
        (scope("service-1", "release", TrafficOf::Everything), 4),
        (scope("service-1", "test", TrafficOf::Everything), 0),
        (scope("", "test", TrafficOf::Everything), 1),
        (scope("", "", api("api-1")), 3),
        (scope("service-1", "release", api("api-2")), 1),
        (scope("service-2", "", api("api-2")), 0),
        (scope("", "", key("AKID1")), 3),
        (scope("service-2", "test", key("AKID2")), 1),
    ] {
        assert_eq!(calls(&traffic, &scope, 0, MINUTE, MINUTE).await, [expected], "{scope:?}");
    }
    let all = traffic.series(&TrafficScope::default(), time(0), time(1), Duration::from_secs(60)).await.unwrap();
    let counts = &all[0].counts;
    assert_eq!(counts.classes, [0, 3, 0, 3, 0]);
    assert_eq!((counts.refused, counts.backend_calls), (2, 4));
    assert_eq!((counts.backend_errors, counts.backend_404, counts.backend_502), (1, 1, 0));
    assert_eq!(counts.refusals, [("rate_exceeded".to_owned(), 1), ("unknown_host".to_owned(), 1)]);
    assert_eq!((counts.bytes_in, counts.bytes_out), (6, 60));
    assert_eq!(counts.duration.mean, 840);
}

#[tokio::test]
async fn a_minute_is_in_its_hour_once_however_the_process_ends() {
    let folder = tempfile::tempdir().unwrap();
    let all = TrafficScope::default();
    for (run, is_stopped) in [(1, false), (2, true), (3, false), (4, true)] {
        let traffic = open(folder.path(), run).await;
        for minute in 0..3 {
            count(&traffic, &CallRecord { time: time(minute * MINUTE), ..a_call() });
        }
        // Some are written while they are counted, and all of them ended or not.
        traffic.save(time(MINUTE)).await.unwrap();
        count(&traffic, &CallRecord { time: time(2 * MINUTE), ..a_call() });
        traffic.save(time(2 * MINUTE)).await.unwrap();
        if is_stopped {
            traffic.finish(time(2 * MINUTE)).await.unwrap();
        }
        drop(traffic);
    }
    let traffic = open(folder.path(), 5).await;
    assert_eq!(calls(&traffic, &all, 0, 3 * MINUTE, MINUTE).await, [4, 4, 8]);
    for step in [10 * MINUTE, HOUR, 6 * HOUR, 5 * MINUTE] {
        assert_eq!(calls(&traffic, &all, 0, 3 * MINUTE, step).await, [16], "{step}");
    }
    // And while it is open.
    count(&traffic, &CallRecord { time: time(3 * MINUTE), ..a_call() });
    traffic.save(time(3 * MINUTE)).await.unwrap();
    assert_eq!(calls(&traffic, &all, 0, 4 * MINUTE, HOUR).await, [17]);
    assert_eq!(
        traffic.top(TrafficKind::Api, &all, (time(0), time(100 * HOUR)), time(100 * HOUR), 9).await.unwrap().rows[0]
            .counts
            .calls,
        17
    );
}

#[tokio::test]
async fn a_late_call_is_counted_once_and_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let traffic = open(folder.path(), 1).await;
    count(&traffic, &CallRecord { time: time(0), ..a_call() });
    traffic.save(time(2 * MINUTE)).await.unwrap();
    count(&traffic, &CallRecord { time: time(1), ..a_call() });
    traffic.finish(time(2 * MINUTE)).await.unwrap();
    let traffic = open(folder.path(), 2).await;
    assert_eq!(calls(&traffic, &TrafficScope::default(), 0, 2 * MINUTE, MINUTE).await, [1, 1]);
}

#[tokio::test]
async fn a_clock_that_is_set_back_counts_its_minutes_again() {
    let folder = tempfile::tempdir().unwrap();
    let traffic = open(folder.path(), 1).await;
    let all = TrafficScope::default();
    count(&traffic, &CallRecord { time: time(10 * MINUTE), ..a_call() });
    traffic.save(time(12 * MINUTE)).await.unwrap();
    count(&traffic, &CallRecord { time: time(5 * MINUTE), ..a_call() });
    traffic.save(time(5 * MINUTE)).await.unwrap();
    assert_eq!(calls(&traffic, &all, 5 * MINUTE, 6 * MINUTE, MINUTE).await, [1]);
    count(&traffic, &CallRecord { time: time(10 * MINUTE), ..a_call() });
    traffic.save(time(12 * MINUTE)).await.unwrap();
    assert_eq!(calls(&traffic, &all, 10 * MINUTE, 11 * MINUTE, MINUTE).await, [2]);
    assert_eq!(calls(&traffic, &all, 0, 1, HOUR).await, [3]);
}

#[tokio::test]
async fn a_call_is_counted_in_the_minute_in_which_it_ended() {
    let folder = tempfile::tempdir().unwrap();
    let traffic = open(folder.path(), 1).await;
    count(&traffic, &CallRecord { time: time(0), duration_us: 90_000_000, ..a_call() });
    traffic.save(time(2 * MINUTE)).await.unwrap();
    assert_eq!(calls(&traffic, &TrafficScope::default(), 0, 3 * MINUTE, MINUTE).await, [0, 1, 0]);
}

#[tokio::test]
async fn a_file_that_could_not_be_written_for_a_while_is_written_on() {
    use sqlx::Connection as _;

    let folder = tempfile::tempdir().unwrap();
    let traffic = open(folder.path(), 1).await;
    let url = format!("sqlite:{}", folder.path().join("traffic.db").display());
    let mut other = sqlx::sqlite::SqliteConnection::connect(&url).await.unwrap();
    let full = "CREATE TRIGGER no_room BEFORE INSERT ON blocks BEGIN SELECT RAISE(ROLLBACK, 'the disk is full'); END";
    sqlx::raw_sql(full).execute(&mut other).await.unwrap();
    for _ in 0..3 {
        count(&traffic, &CallRecord { time: time(0), ..a_call() });
        traffic.save(time(0)).await.unwrap_err();
    }
    sqlx::raw_sql("DROP TRIGGER no_room").execute(&mut other).await.unwrap();
    other.close().await.unwrap();
    count(&traffic, &CallRecord { time: time(0), ..a_call() });
    traffic.save(time(0)).await.unwrap();
    drop(traffic);
    let traffic = open(folder.path(), 2).await;
    assert_eq!(calls(&traffic, &TrafficScope::default(), 0, 1, MINUTE).await, [4]);
}

#[tokio::test]
async fn what_is_old_goes() {
    let folder = tempfile::tempdir().unwrap();
    let traffic = open(folder.path(), 1).await;
    count(&traffic, &CallRecord { time: time(0), ..a_call() });
    traffic.save(time(5 * MINUTE)).await.unwrap();
    let all = TrafficScope::default();
    let seen = async |traffic: &Traffic| {
        let mut seen = Vec::new();
        for step in [MINUTE, 10 * MINUTE, HOUR] {
            seen.push(calls(traffic, &all, 0, 1, step).await[0]);
        }
        seen
    };
    for (days, expected) in [(0, [1, 1, 1]), (2, [0, 1, 1]), (8, [0, 0, 1]), (31, [0, 0, 0])] {
        let now = time(days * 24 * HOUR + 2 * HOUR);
        traffic.prune(now).await.unwrap();
        assert_eq!(seen(&traffic).await, expected, "{days} days");
        // A sum is taken from what is left, however short its range.
        let total = traffic.total(&all, time(0), time(MINUTE), now).await.unwrap();
        let top = traffic.top(TrafficKind::Service, &all, (time(0), time(MINUTE)), now, 1).await.unwrap();
        let left = expected[2];
        assert_eq!((total.calls, top.rows.len() as u64), (left, left), "{days} days");
        let finest = i64::try_from(traffic.finest(time(0), now).as_millis()).unwrap();
        assert_eq!(calls(&traffic, &all, 0, 1, finest).await, [left], "{days} days");
    }
}

#[tokio::test]
async fn the_busiest_are_told_and_the_rest_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let traffic = open(folder.path(), 1).await;
    let apis: Vec<String> = (0..6000).map(|number| format!("api-{number:05}")).collect();
    for (number, api) in apis.iter().enumerate() {
        let times = if number < 3 { 10 - number } else { 1 };
        let call = CallRecord { time: time(0), api, key: "", ..a_call() };
        (0..times).for_each(|_| count(&traffic, &call));
    }
    traffic.save(time(2 * MINUTE)).await.unwrap();
    let all = TrafficScope::default();
    let total = 6000 + 9 + 8 + 7;
    assert_eq!(calls(&traffic, &all, 0, 1, MINUTE).await, [total]);
    assert_eq!(calls(&traffic, &scope("service-1", "release", TrafficOf::Everything), 0, 1, MINUTE).await, [total]);
    let top = traffic.top(TrafficKind::Api, &all, (time(0), time(MINUTE)), time(MINUTE), 3).await.unwrap();
    let told: Vec<_> = top.rows.iter().map(|row| (row.name.as_str(), row.counts.calls)).collect();
    assert_eq!(told, [("api-00000", 10), ("api-00001", 9), ("api-00002", 8)]);
    assert_eq!(top.rest.calls, total - 27);
    let services = traffic.top(TrafficKind::Service, &all, (time(0), time(MINUTE)), time(MINUTE), 3).await.unwrap();
    assert_eq!((services.rows.len(), services.rows[0].service.as_str()), (1, "service-1"));
    assert_eq!((services.rows[0].counts.calls, services.rest.calls), (total, 0));
    assert!(std::fs::metadata(folder.path().join("traffic.db")).unwrap().len() < 1 << 20);
}

#[tokio::test]
async fn calls_of_the_workers_reach_the_series_without_an_access_log() {
    let folder = tempfile::tempdir().unwrap();
    let traffic = open(folder.path(), 1).await;
    let outlets = Outlets { traffic: Some(traffic.clone()), ..Outlets::from(AccessLogTarget::Off) };
    let log = AccessLog::start(outlets).unwrap();
    let mut writer = log.writer();
    for number in 0..600 {
        let key = format!("AKID{}", number % 3);
        writer.record(&CallRecord { time: time(0), key: &key, ..a_call() });
    }
    drop(writer);
    assert!(log.finish(Duration::from_secs(60)));
    traffic.finish(time(0)).await.unwrap();
    let traffic = open(folder.path(), 2).await;
    let key = TrafficOf::Key(AccessKeyId::try_from("AKID1").unwrap());
    assert_eq!(calls(&traffic, &scope("", "", key), 0, 1, MINUTE).await, [200]);
    assert_eq!(calls(&traffic, &scope("", "", api("api-1")), 0, 1, MINUTE).await, [600]);
}
