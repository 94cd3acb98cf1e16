use super::*;
use crate::AccessLogTarget;

const REASONS: &[&str] = &["no_route", "over_rate"];

fn value_of(page: &str, series: &str) -> Option<f64> {
    let line = page.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
    Some(line.parse().unwrap())
}

#[test]
fn a_page_adds_up_what_all_workers_counted() {
    let metrics = Metrics::new(2, REASONS);
    let environment = metrics.environment("service-1", "release");
    environment.call(0, 200, 900, Some(400), None);
    environment.call(1, 204, 1_100, Some(90), None);
    environment.call(1, 429, 20, None, Some(1));
    metrics.nowhere().call(0, 404, 10, None, Some(0));
    let page = metrics.render();
    for (series, value) in [
        (r#"tollgate_requests_total{service="service-1",environment="release",code_class="2xx"}"#, 2.0),
        (r#"tollgate_requests_total{service="service-1",environment="release",code_class="4xx"}"#, 1.0),
        (r#"tollgate_requests_total{service="",environment="",code_class="4xx"}"#, 1.0),
        (r#"tollgate_request_duration_seconds_bucket{service="service-1",environment="release",le="0.0001"}"#, 1.0),
        (r#"tollgate_request_duration_seconds_bucket{service="service-1",environment="release",le="0.001"}"#, 2.0),
        (r#"tollgate_request_duration_seconds_bucket{service="service-1",environment="release",le="+Inf"}"#, 3.0),
        (r#"tollgate_request_duration_seconds_sum{service="service-1",environment="release"}"#, 0.002_02),
        (r#"tollgate_request_duration_seconds_count{service="service-1",environment="release"}"#, 3.0),
        (r#"tollgate_backend_duration_seconds_count{service="service-1",environment="release"}"#, 2.0),
        (r#"tollgate_refusals_total{reason="no_route"}"#, 1.0),
        (r#"tollgate_refusals_total{reason="over_rate"}"#, 1.0),
    ] {
        assert_eq!(value_of(&page, series), Some(value), "{series}\n{page}");
    }
}

#[test]
fn upstreams_are_told_of_when_a_page_is_made() {
    let metrics = Metrics::new(1, REASONS);
    metrics.watch_upstreams(|| {
        vec![UpstreamSample { upstream: "upstream-1".into(), nodes: [0, 1, 2, 3], retries: 4, ejections: 5 }]
    });
    let page = metrics.render();
    for (series, value) in [
        (r#"tollgate_upstream_nodes{upstream="upstream-1",health="healthy"}"#, 2.0),
        (r#"tollgate_upstream_nodes{upstream="upstream-1",health="unhealthy"}"#, 3.0),
        (r#"tollgate_upstream_retries_total{upstream="upstream-1"}"#, 4.0),
        (r#"tollgate_upstream_ejections_total{upstream="upstream-1"}"#, 5.0),
    ] {
        assert_eq!(value_of(&page, series), Some(value), "{series}\n{page}");
    }
}

#[test]
fn every_sample_stands_under_its_family_and_every_family_once() {
    let metrics = Metrics::new(1, REASONS);
    metrics.environment("service-1", "test").call(0, 500, 5, Some(5), None);
    let page = metrics.render();
    let mut families = Vec::new();
    for line in page.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').unwrap();
            assert!(!families.contains(&name), "{name} stands twice");
            assert!(help.ends_with('.'), "{line}");
            families.push(name);
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            assert!(rest.starts_with(families.last().unwrap()), "{line}");
        } else {
            let name = line.split(['{', ' ']).next().unwrap();
            assert!(name.starts_with(families.last().unwrap()), "{line}");
            let value: f64 = line.rsplit_once(' ').unwrap().1.parse().unwrap();
            assert!(value >= 0.0);
        }
    }
    for name in
        ["process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds", "process_start_time_seconds"]
    {
        assert!(families.contains(&name), "{name} is missing");
    }
}

#[test]
fn a_pair_that_nobody_holds_goes_after_one_more_scrape() {
    let metrics = Metrics::new(1, REASONS);
    let held = metrics.environment("service-1", "release");
    let other = metrics.environment("service-2", "release");
    held.call(0, 200, 1, None, None);
    other.call(0, 200, 1, None, None);
    drop(other);
    assert!(metrics.render().contains("service-2"));
    let page = metrics.render();
    assert!(!page.contains("service-2"));
    assert!(page.contains("service-1"));
}

#[test]
fn the_same_pair_gives_the_same_counters() {
    let metrics = Metrics::new(1, REASONS);
    let first = metrics.environment("service-1", "release");
    assert!(Arc::ptr_eq(&first, &metrics.environment("service-1", "release")));
    assert!(!Arc::ptr_eq(&first, &metrics.environment("service-1", "test")));
}

#[test]
fn pairs_do_not_pile_up_where_nobody_scrapes() {
    let metrics = Metrics::new(1, REASONS);
    for number in 0..3 * KEPT_WITHOUT_SCRAPE {
        metrics.environment(&format!("service-{number}"), "release");
    }
    assert!(metrics.environments.lock().unwrap().len() <= KEPT_WITHOUT_SCRAPE);
}

#[test]
fn gauges_follow_what_they_are_told() {
    let metrics = Metrics::new(2, REASONS);
    metrics.watch_access_log(&AccessLog::start(AccessLogTarget::Off).unwrap());
    metrics.connection_opened(0);
    metrics.connection_opened(1);
    metrics.connection_opened(1);
    metrics.connection_closed(1);
    metrics.config_applied(12, Duration::from_millis(3), Timestamp::from_millis(1_700_000_000_250));
    let page = metrics.render();
    for (series, value) in [
        ("tollgate_connections", 2.0),
        ("tollgate_connections_accepted_total", 3.0),
        ("tollgate_config_revision", 12.0),
        ("tollgate_config_apply_seconds", 0.003),
        ("tollgate_config_last_success_timestamp_seconds", 1_700_000_000.25),
        ("tollgate_access_log_dropped_total", 0.0),
    ] {
        assert_eq!(value_of(&page, series), Some(value), "{series}");
    }
}

#[test]
fn an_unknown_worker_reason_or_status_does_not_panic() {
    let metrics = Metrics::new(1, REASONS);
    metrics.nowhere().call(9, 999, 1, None, Some(99));
    metrics.nowhere().call(0, 0, 1, None, None);
    let page = metrics.render();
    assert_eq!(value_of(&page, r#"tollgate_requests_total{service="",environment="",code_class="5xx"}"#), Some(1.0));
    assert_eq!(value_of(&page, r#"tollgate_requests_total{service="",environment="",code_class="1xx"}"#), Some(1.0));
}
