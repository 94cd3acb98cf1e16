//! How much is called: sums, series, and the busiest.

use std::sync::Arc;
use std::time::Duration;

use control::TrafficSource;
use model::{
    AccessKeyId, ApiId, EnvironmentName, Latency, ServiceId, Snapshot, TrafficCounts, TrafficKind, TrafficOf,
    TrafficPoint, TrafficRow, TrafficScope,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::exchange::{Answer, Look, Outcome};
use crate::moment::Moment;
use crate::problem::{Kind, Problem};
use crate::query::Query;
use crate::span::Span;
use crate::state::Shared;

/// Most points of a series.
const MOST_POINTS: u64 = 2000;
/// Rows of a list of the busiest where nobody says how many.
const USUAL_ROWS: usize = 10;

pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(show_traffic))
        .routes(routes!(show_traffic_series))
        .routes(routes!(list_busiest))
}

/// Whose calls are meant; what is left out does not narrow.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Whose {
    /// The calls of one service.
    service: Option<ServiceId>,
    /// The calls of the environments of this name.
    environment: Option<EnvironmentName>,
    /// The calls of one API.
    api: Option<ApiId>,
    /// The calls that one key signed; not together with `api`.
    key: Option<AccessKeyId>,
}

impl Whose {
    fn scope(self) -> Result<TrafficScope, Problem> {
        let of = match (self.api, self.key) {
            (None, None) => TrafficOf::Everything,
            (Some(api), None) => TrafficOf::Api(api),
            (None, Some(key)) => TrafficOf::Key(key),
            (Some(_), Some(_)) => {
                let reason =
                    "cannot be asked for together with `api`: calls are counted by API and by key, not by both";
                return Err(Problem::query(vec![("key".to_owned(), reason.to_owned())]));
            }
        };
        Ok(TrafficScope { service: self.service, environment: self.environment, of })
    }
}

/// How long something took, in microseconds; zeros where nothing was measured.
#[derive(Serialize, ToSchema)]
struct Latencies {
    /// The mean, exact.
    mean_us: u64,
    /// Half of all took no longer; this and the next two are estimates, at most a quarter of an octave off.
    p50_us: u64,
    /// 95 of 100 took no longer.
    p95_us: u64,
    /// 99 of 100 took no longer.
    p99_us: u64,
}

impl From<Latency> for Latencies {
    fn from(latency: Latency) -> Self {
        Self { mean_us: latency.mean, p50_us: latency.p50, p95_us: latency.p95, p99_us: latency.p99 }
    }
}

/// Calls by the class of the status that the caller got.
#[derive(Serialize, ToSchema)]
struct StatusClasses {
    #[serde(rename = "1xx")]
    informational: u64,
    #[serde(rename = "2xx")]
    successful: u64,
    #[serde(rename = "3xx")]
    redirecting: u64,
    #[serde(rename = "4xx")]
    caller_errors: u64,
    #[serde(rename = "5xx")]
    gateway_errors: u64,
}

/// How often calls were refused for one reason.
#[derive(Serialize, ToSchema)]
struct RefusalCount {
    /// The reason's name, as in the log.
    #[schema(example = "rate_exceeded")]
    reason: String,
    calls: u64,
}

/// What was counted of some calls.
#[derive(Serialize, ToSchema)]
struct CallCounts {
    /// Calls answered.
    calls: u64,
    statuses: StatusClasses,
    /// Calls that the gateway refused itself.
    refused: u64,
    /// Why, the most frequent first.
    refusals: Vec<RefusalCount>,
    /// Calls that a backend answered.
    backend_calls: u64,
    /// Backends' answers of 400 and above.
    backend_errors: u64,
    /// Backends' answers of 404.
    backend_404: u64,
    /// Backends' answers of 502.
    backend_502: u64,
    /// Bytes of requests' bodies.
    bytes_in: u64,
    /// Bytes of answers' bodies.
    bytes_out: u64,
    /// From a call's first byte to its answer's last.
    latency: Latencies,
    /// From the start of a backend's turn to the first byte of its answer.
    backend_latency: Latencies,
}

impl From<TrafficCounts> for CallCounts {
    fn from(counts: TrafficCounts) -> Self {
        let [informational, successful, redirecting, caller_errors, gateway_errors] = counts.classes;
        let refusals = counts.refusals.into_iter().map(|(reason, calls)| RefusalCount { reason, calls });
        Self {
            calls: counts.calls,
            statuses: StatusClasses { informational, successful, redirecting, caller_errors, gateway_errors },
            refused: counts.refused,
            refusals: refusals.collect(),
            backend_calls: counts.backend_calls,
            backend_errors: counts.backend_errors,
            backend_404: counts.backend_404,
            backend_502: counts.backend_502,
            bytes_in: counts.bytes_in,
            bytes_out: counts.bytes_out,
            latency: counts.duration.into(),
            backend_latency: counts.backend.into(),
        }
    }
}

/// All that was counted in a range.
#[derive(Serialize, ToSchema)]
struct Traffic {
    from: Moment,
    to: Moment,
    counts: CallCounts,
}

fn source(look: &Look) -> Result<Arc<dyn TrafficSource>, Problem> {
    let switched_off =
        || Problem::new(Kind::SwitchedOff, "no series of traffic are kept: the setting `traffic_days` is 0");
    look.control().observation().traffic.ok_or_else(switched_off)
}

/// Sums up what was called
///
/// Sums are of whole steps: minutes up to six hours, ten minutes up to three days, hours beyond, and coarser ones where
/// the finer are no longer kept.
#[utoipa::path(get, path = "/traffic", tag = "traffic", params(Whose, Span),
    responses((status = 200, description = "The sum", body = Traffic)))]
async fn show_traffic(look: Look, Query(whose): Query<Whose>, Query(span): Query<Span>) -> Outcome {
    let scope = whose.scope()?;
    let (from, to) = span.ends(look.control().now())?;
    let counts = source(&look)?.total(scope, from, to).await?;
    Ok(Answer::ok(Traffic { from: from.into(), to: to.into(), counts: counts.into() }))
}

/// A series.
#[derive(Serialize, ToSchema)]
struct TrafficSeries {
    from: Moment,
    to: Moment,
    /// How long a step is.
    step_seconds: u64,
    /// One for each step that touches the range, also where nothing was called.
    points: Vec<SeriesPoint>,
}

/// The counts of one step.
#[derive(Serialize, ToSchema)]
struct SeriesPoint {
    /// When the step begins; it lasts until the next.
    start: Moment,
    counts: CallCounts,
}

impl From<TrafficPoint> for SeriesPoint {
    fn from(point: TrafficPoint) -> Self {
        Self { start: point.start.into(), counts: point.counts.into() }
    }
}

/// How fine a series is.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Fineness {
    /// The length of a step in seconds: whole minutes, and at most 2,000 steps. By default what makes some 150 of them.
    #[param(minimum = 60, maximum = 31_622_400)]
    step: Option<u64>,
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// The step for a range where nobody says one: in seconds, and the longest range that it is for.
const STEPS: [(u64, u64); 4] =
    [(MINUTE, 3 * HOUR), (10 * MINUTE, DAY + HOUR), (HOUR, 7 * DAY + DAY / 2), (6 * HOUR, 45 * DAY)];

/// The step that is wanted, or one that fits.
///
/// # Errors
/// It is finer than what is kept, no whole minutes, or makes too many points.
fn step(wanted: Option<u64>, range_seconds: u64, finest: Duration) -> Result<u64, Problem> {
    let finest = finest.as_secs().max(MINUTE);
    let fault = |reason: String| Problem::query(vec![("step".to_owned(), reason)]);
    let Some(step) = wanted else {
        let usual = STEPS.iter().find(|(_, longest)| range_seconds <= *longest).map_or(DAY, |(step, _)| *step);
        return Ok(usual.max(finest));
    };
    if step % finest != 0 || step == 0 {
        return Err(fault(format!(
            "is {step}; of this range steps of {finest} seconds are kept, and multiples of that are allowed"
        )));
    }
    if range_seconds / step >= MOST_POINTS {
        return Err(fault(format!(
            "is {step}; {} and more makes no more than {MOST_POINTS} steps",
            range_seconds / MOST_POINTS + 1
        )));
    }
    Ok(step)
}

/// Shows what was called as a series
///
/// A call counts in the minute in which it ended. The last minute lags by up to five seconds.
#[utoipa::path(get, path = "/traffic/series", tag = "traffic", params(Whose, Span, Fineness),
    responses((status = 200, description = "The series", body = TrafficSeries)))]
async fn show_traffic_series(
    look: Look,
    Query(whose): Query<Whose>,
    Query(span): Query<Span>,
    Query(fineness): Query<Fineness>,
) -> Outcome {
    let scope = whose.scope()?;
    let (from, to) = span.ends(look.control().now())?;
    let source = source(&look)?;
    let range = u64::try_from(to.millis().saturating_sub(from.millis())).unwrap_or_default() / 1000;
    let step = step(fineness.step, range, source.finest(from))?;
    let points = source.series(scope, from, to, Duration::from_secs(step)).await?;
    let points = points.into_iter().map(SeriesPoint::from).collect();
    Ok(Answer::ok(TrafficSeries { from: from.into(), to: to.into(), step_seconds: step, points }))
}

/// What a list of the busiest lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Of {
    Service,
    Environment,
    Api,
    Key,
}

impl From<Of> for TrafficKind {
    fn from(of: Of) -> Self {
        match of {
            Of::Service => Self::Service,
            Of::Environment => Self::Environment,
            Of::Api => Self::Api,
            Of::Key => Self::Key,
        }
    }
}

/// Which list is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct List {
    /// What is listed; APIs unless said otherwise.
    #[param(inline)]
    of: Option<Of>,
    /// The most rows: 1 to 100, 10 unless said otherwise.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// The busiest of a kind.
#[derive(Serialize, ToSchema)]
struct Busiest {
    from: Moment,
    to: Moment,
    /// The busiest first.
    items: Vec<BusyOne>,
    /// All that stand in no row: those beyond the list, those that were too many to tell apart, and calls to no service.
    rest: CallCounts,
}

/// One of the busiest. What does not belong to the kind is null, and so is a name of what is no longer there.
#[derive(Serialize, ToSchema)]
struct BusyOne {
    /// The service's identifier.
    service: String,
    #[schema(required = true)]
    service_name: Option<String>,
    #[schema(required = true)]
    environment: Option<String>,
    /// The API's identifier.
    #[schema(required = true)]
    api: Option<String>,
    #[schema(required = true)]
    api_name: Option<String>,
    /// The key's identifier.
    #[schema(required = true)]
    key: Option<String>,
    #[schema(required = true)]
    key_name: Option<String>,
    counts: CallCounts,
}

impl BusyOne {
    fn of(kind: Of, row: TrafficRow, snapshot: &Snapshot) -> Self {
        let tree = snapshot.services.get(row.service.as_str());
        let name = |wanted: Of| (kind == wanted).then(|| row.name.clone());
        let (api, key) = (name(Of::Api), name(Of::Key));
        let named = api.as_deref().and_then(|id| tree?.apis.get(id));
        Self {
            service_name: tree.map(|tree| tree.service.name.to_string()),
            environment: Some(row.environment).filter(|name| !name.is_empty()),
            api_name: named.map(|api| api.definition.name.to_string()),
            key_name: key.as_deref().and_then(|id| snapshot.credentials.get(id)).map(|key| key.name.to_string()),
            service: row.service,
            api,
            key,
            counts: row.counts.into(),
        }
    }
}

/// Lists the busiest services, environments, APIs or keys
#[utoipa::path(get, path = "/traffic/top", tag = "traffic", params(List, Whose, Span),
    responses((status = 200, description = "The busiest first", body = Busiest)))]
async fn list_busiest(
    look: Look,
    Query(list): Query<List>,
    Query(whose): Query<Whose>,
    Query(span): Query<Span>,
) -> Outcome {
    let (scope, of) = (whose.scope()?, list.of.unwrap_or(Of::Api));
    let (from, to) = span.ends(look.control().now())?;
    let limit = list.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(USUAL_ROWS);
    match (&scope.of, of) {
        (TrafficOf::Everything, _) | (TrafficOf::Api(_), Of::Api) | (TrafficOf::Key(_), Of::Key) => {}
        (TrafficOf::Api(_) | TrafficOf::Key(_), _) => {
            let reason =
                "counts of an API or a key are kept by themselves; leave `api` and `key` out, or list that kind";
            return Err(Problem::query(vec![("of".to_owned(), reason.to_owned())]));
        }
    }
    let top = source(&look)?.top(of.into(), scope, from, to, limit).await?;
    let items = top.rows.into_iter().map(|row| BusyOne::of(of, row, &look.snapshot)).collect();
    Ok(Answer::ok(Busiest { from: from.into(), to: to.into(), items, rest: top.rest.into() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_fits_its_range_and_what_is_kept() {
        let finest = Duration::from_secs;
        for (range, kept, expected) in [
            (HOUR, MINUTE, MINUTE),
            (DAY, MINUTE, 10 * MINUTE),
            (7 * DAY, 10 * MINUTE, HOUR),
            (30 * DAY, HOUR, 6 * HOUR),
            (366 * DAY, HOUR, DAY),
            (HOUR, HOUR, HOUR),
        ] {
            let step = step(None, range, finest(kept)).unwrap();
            assert_eq!(step, expected, "{range}");
            assert!(range / step < MOST_POINTS);
        }
        assert_eq!(step(Some(120), HOUR, finest(MINUTE)).unwrap(), 120);
        for (wanted, range, kept) in
            [(90, HOUR, MINUTE), (MINUTE, HOUR, 10 * MINUTE), (MINUTE, 3 * DAY, MINUTE), (0, HOUR, MINUTE)]
        {
            assert!(step(Some(wanted), range, finest(kept)).is_err(), "{wanted}");
        }
    }
}
