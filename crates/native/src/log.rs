//! Calls as they were logged: searched, and watched as they are answered.

mod live;

use std::net::{IpAddr, SocketAddr};

use axum::response::{IntoResponse, Response};
use control::ObservationFault;
use http::header;
use model::{AccessKeyId, ApiId, Comparison, EnvironmentName, LogCondition, LogQuestion, LoggedCall, ServiceId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::exchange::{Answer, Look, Outcome};
use crate::moment::Moment;
use crate::page::{self, Paging, Sort};
use crate::problem::{Kind, Problem};
use crate::query::Query;
use crate::span::Span;
use crate::state::Shared;

/// Calls on a page where nobody says how many.
const USUAL: usize = 50;
/// Calls a second that are shown to who watches, where nobody says how many.
const USUAL_RATE: u32 = 20;

pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(search_logs)).routes(routes!(watch_logs))
}

/// A call as it was logged. It holds no query, no header and no body.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Logged {
    /// When the call's first byte came.
    time: Moment,
    /// The identifier that the caller got in `X-Api-RequestId`.
    request_id: String,
    /// The service's identifier; null when the host belongs to none.
    #[schema(required = true)]
    service: Option<String>,
    /// The environment's name.
    #[schema(required = true)]
    environment: Option<String>,
    /// The API's identifier; null when no API matched.
    #[schema(required = true)]
    api: Option<String>,
    /// The key that signed; null when the call was not signed or the signature was refused.
    #[schema(required = true)]
    key: Option<String>,
    /// The usage plan that the call was counted against.
    #[schema(required = true)]
    usage_plan: Option<String>,
    method: String,
    /// `http` or `https`: how the caller came.
    scheme: String,
    /// The host that the caller asked for.
    host: String,
    /// The path as sent, without the query.
    path: String,
    /// The caller's address.
    #[schema(value_type = String)]
    caller: SocketAddr,
    /// The status that the caller got.
    status: u16,
    /// The status that the backend answered.
    #[schema(required = true)]
    backend_status: Option<u16>,
    /// Where the call was sent.
    #[schema(required = true, value_type = Option<String>)]
    backend: Option<SocketAddr>,
    /// Bytes of the request's body.
    bytes_in: u64,
    /// Bytes of the answer's body.
    bytes_out: u64,
    /// From the call's first byte to the answer's last, in microseconds.
    duration_us: u64,
    /// How long a new connection to the backend took, in microseconds; null where one was at hand.
    #[schema(required = true)]
    connect_us: Option<u64>,
    /// From the start of the backend's turn to the first byte of its answer, in microseconds.
    #[schema(required = true)]
    backend_us: Option<u64>,
    /// From the start of the backend's turn to the last byte of its answer, in microseconds.
    #[schema(required = true)]
    backend_total_us: Option<u64>,
    /// Why the gateway refused the call: a name that programs may rely on.
    #[schema(required = true)]
    refusal: Option<String>,
    /// What the caller was told of it.
    #[schema(required = true)]
    message: Option<String>,
}

impl From<LoggedCall> for Logged {
    fn from(call: LoggedCall) -> Self {
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            time: call.time.into(),
            request_id: call.request_id,
            service: some(call.service),
            environment: some(call.environment),
            api: some(call.api),
            key: some(call.key),
            usage_plan: some(call.plan),
            method: call.method,
            scheme: call.scheme,
            host: call.host,
            path: call.path,
            caller: call.peer,
            status: call.status,
            backend_status: call.backend_status,
            backend: call.backend,
            bytes_in: call.bytes_in,
            bytes_out: call.bytes_out,
            duration_us: call.duration_us,
            connect_us: call.connect_us,
            backend_us: call.backend_us,
            backend_total_us: call.backend_total_us,
            refusal: some(call.refusal),
            message: some(call.message),
        }
    }
}

/// Which calls are wanted; all that is said must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct LogFilter {
    service: Option<ServiceId>,
    environment: Option<EnvironmentName>,
    api: Option<ApiId>,
    /// The key that signed.
    key: Option<AccessKeyId>,
    /// The request's identifier, whole.
    #[param(min_length = 1, max_length = 128)]
    request_id: Option<String>,
    /// The request's method, in any case.
    #[param(min_length = 1, max_length = 32)]
    method: Option<String>,
    /// How the path begins.
    #[param(min_length = 1, max_length = 1024)]
    path: Option<String>,
    /// The caller's IP address.
    #[param(value_type = Option<String>)]
    ip: Option<IpAddr>,
    /// What any text of the call holds, in any case of ASCII letters.
    #[param(min_length = 1, max_length = 256)]
    q: Option<String>,
    /// The name of the refusal, as `rate_exceeded`.
    #[param(min_length = 1, max_length = 64)]
    refusal: Option<String>,
    /// Only calls that the gateway refused, or only such as it did not.
    refused: Option<bool>,
    /// The status that the caller got.
    #[param(minimum = 100, maximum = 599)]
    status: Option<u64>,
    /// The least status.
    #[param(minimum = 100, maximum = 599)]
    status_min: Option<u64>,
    /// The greatest status.
    #[param(minimum = 100, maximum = 599)]
    status_max: Option<u64>,
    /// The least duration, in microseconds.
    #[param(minimum = 0)]
    duration_min_us: Option<u64>,
    /// The greatest duration, in microseconds.
    #[param(minimum = 0)]
    duration_max_us: Option<u64>,
}

impl LogFilter {
    fn conditions(self) -> Vec<LogCondition> {
        use Comparison::{Equal, GreaterOrEqual, LessOrEqual};
        let all = [
            self.service.map(|id| LogCondition::Service(id.to_string())),
            self.environment.map(|name| LogCondition::Environment(name.to_string())),
            self.api.map(|id| LogCondition::Api(id.to_string())),
            self.key.map(|id| LogCondition::Key(id.to_string())),
            self.request_id.map(LogCondition::RequestId),
            self.method.map(LogCondition::Method),
            self.path.map(LogCondition::PathPrefix),
            self.ip.map(LogCondition::PeerIp),
            self.q.map(LogCondition::Text),
            self.refusal.map(LogCondition::Refusal),
            self.refused.map(LogCondition::Refused),
            self.status.map(|status| LogCondition::Status(Equal, status)),
            self.status_min.map(|status| LogCondition::Status(GreaterOrEqual, status)),
            self.status_max.map(|status| LogCondition::Status(LessOrEqual, status)),
            self.duration_min_us.map(|us| LogCondition::Duration(GreaterOrEqual, us)),
            self.duration_max_us.map(|us| LogCondition::Duration(LessOrEqual, us)),
        ];
        all.into_iter().flatten().collect()
    }
}

/// The order of a page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Order {
    /// `-time`, the newest first, unless said otherwise. It is the order in which calls ended.
    #[param(schema_with = orders)]
    sort: Option<Sort>,
}

fn orders() -> utoipa::openapi::schema::Object {
    page::orders(&["time"])
}

/// A page of logged calls.
#[derive(Serialize, ToSchema)]
struct LogPage {
    items: Vec<Logged>,
    /// For the page after this one; null when everything was looked at. A page may hold few calls or none and have a next
    /// one all the same: a search ends after two seconds and says where to go on.
    #[schema(required = true)]
    next_page_token: Option<String>,
    /// Calls among those looked through that were answered and not kept, because they came too fast.
    not_kept: u64,
}

/// Searches the calls of the last days
#[utoipa::path(get, path = "/logs", tag = "logs", params(LogFilter, Span, Order, Paging),
    responses((status = 200, description = "A page", body = LogPage)))]
async fn search_logs(
    look: Look,
    Query(filter): Query<LogFilter>,
    Query(span): Query<Span>,
    Query(order): Query<Order>,
    Query(paging): Query<Paging>,
) -> Outcome {
    let (from, to) = span.ends(look.control().now())?;
    let switched_off = || Problem::new(Kind::SwitchedOff, "no calls are kept: the setting `call_log_size` is 0");
    let source = look.control().observation().calls.ok_or_else(switched_off)?;
    let question = LogQuestion {
        from,
        to,
        conditions: filter.conditions(),
        oldest_first: order.sort.is_some_and(|sort| !sort.down),
        limit: paging.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(USUAL),
        after: paging.page_token,
    };
    let page = source.search(question).await?;
    Ok(Answer::ok(LogPage {
        items: page.calls.into_iter().map(Logged::from).collect(),
        next_page_token: page.next,
        not_kept: page.not_kept,
    }))
}

impl From<ObservationFault> for Problem {
    fn from(fault: ObservationFault) -> Self {
        match fault {
            ObservationFault::UnknownCursor => {
                let reason = "is no token of this log; leave it out for the first page";
                Self::query(vec![("page_token".to_owned(), reason.to_owned())])
            }
            ObservationFault::Unreadable(detail) => Self::internal(detail),
        }
    }
}

/// How much is shown.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Rate {
    /// The most calls that are shown in a second: 1 to 200, 20 unless said otherwise.
    #[param(minimum = 1, maximum = 200)]
    per_second: Option<u32>,
}

/// Shows calls as they are answered, as server-sent events
///
/// An event `call` holds a call in the form of `GET /logs`; an event `skipped` holds `{"calls": n}`, those that met the
/// filter so far and were not shown. The stream ends after ten minutes; an `EventSource` then asks again by itself.
#[utoipa::path(get, path = "/logs/live", tag = "logs", params(LogFilter, Rate),
    responses((status = 200, description = "Events", body = String, content_type = "text/event-stream")))]
async fn watch_logs(
    look: Look,
    Query(filter): Query<LogFilter>,
    Query(rate): Query<Rate>,
) -> Result<Response, Problem> {
    let too_many = || {
        Problem::new(Kind::TooManyWatch, "as many watch already as may at a time; close another tail first")
            .retry_after(5)
    };
    let source = look.control().observation().tail.ok_or_else(too_many)?;
    let tail = source.tail(filter.conditions(), rate.per_second.unwrap_or(USUAL_RATE)).ok_or_else(too_many)?;
    Ok(([(header::CONTENT_TYPE, "text/event-stream")], live::body(tail)).into_response())
}
