//! Calls as they are kept for searching, and of which one may ask.

use std::net::{IpAddr, SocketAddr};

use crate::Timestamp;

/// One call as it was logged. Texts that are empty and options that are none were not there.
///
/// It holds what the vendor documents of its own access log (spec: access log), as far as it can be known without a
/// further step on the path of a call: nothing is measured of the connection's round trip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedCall {
    /// When the call's first byte came.
    pub time: Timestamp,
    /// The id that the caller got in the answer.
    pub request_id: String,
    /// The service's id; empty when the host belongs to none.
    pub service: String,
    /// The environment's name.
    pub environment: String,
    /// The API's id; empty when no API matched.
    pub api: String,
    /// The id of the key that signed.
    pub key: String,
    /// The usage plan that the call was counted against.
    pub plan: String,
    /// The request's method.
    pub method: String,
    /// `http` or `https`: how the caller came.
    pub scheme: String,
    /// The host that the caller asked for.
    pub host: String,
    /// The path as sent, without the query, which may hold secrets.
    pub path: String,
    /// The caller's end of the connection.
    pub peer: SocketAddr,
    /// The gateway's end of it.
    pub local: SocketAddr,
    /// The status that the caller got.
    pub status: u16,
    /// The status that the backend answered.
    pub backend_status: Option<u16>,
    /// Where the call was sent.
    pub backend: Option<SocketAddr>,
    /// Bytes of the request's body.
    pub bytes_in: u64,
    /// Bytes of the answer's body.
    pub bytes_out: u64,
    /// From the call's first byte to the answer's last, in microseconds.
    pub duration_us: u64,
    /// How long a new connection to the backend took, in microseconds; none where one was at hand.
    pub connect_us: Option<u64>,
    /// From the start of the backend's turn to the first byte of its answer, in microseconds.
    pub backend_us: Option<u64>,
    /// From the start of the backend's turn to the last byte of its answer, in microseconds.
    pub backend_total_us: Option<u64>,
    /// Why the gateway refused the call, by the refusal's name.
    pub refusal: String,
    /// What the caller was told of it.
    pub message: String,
}

/// What a call must meet to be found. All conditions of a question must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogCondition {
    /// The service's id.
    Service(String),
    /// The environment's name.
    Environment(String),
    /// The API's id.
    Api(String),
    /// The key's id.
    Key(String),
    /// The method, in any case.
    Method(String),
    /// The request's id, whole.
    RequestId(String),
    /// The caller's address.
    PeerIp(IpAddr),
    /// The caller's end of the connection.
    Peer(SocketAddr),
    /// How the path begins.
    PathPrefix(String),
    /// What the backend's address (`ip:port`) holds.
    BackendHolds(String),
    /// What the message of the refusal holds, in any case of ASCII letters.
    MessageHolds(String),
    /// What any text of the call holds, in any case of ASCII letters.
    Text(String),
    /// The refusal's name.
    Refusal(String),
    /// Refused by the gateway, or not.
    Refused(bool),
    /// The status that the caller got.
    Status(Comparison, u64),
    /// What the status that the caller got holds, as text: `4` finds 404 and 504.
    StatusHolds(String),
    /// The duration in microseconds.
    Duration(Comparison, u64),
}

/// How a number is compared with the one that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    /// Whether `left` compares like this with `right`.
    pub fn holds(self, left: u64, right: u64) -> bool {
        match self {
            Self::Equal => left == right,
            Self::NotEqual => left != right,
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }
}

/// Which calls are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogQuestion {
    /// Calls that began at this moment or later.
    pub from: Timestamp,
    /// Calls that began before this moment.
    pub to: Timestamp,
    /// What they must meet.
    pub conditions: Vec<LogCondition>,
    /// The oldest first; otherwise the newest. The order is that in which calls ended.
    pub oldest_first: bool,
    /// At most so many.
    pub limit: usize,
    /// Where an earlier answer ended: its [`LogPage::next`].
    pub after: Option<String>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogPage {
    /// The calls, in the order that was asked for.
    pub calls: Vec<LoggedCall>,
    /// Where to go on; none when everything was looked at. There may be no call on a page and more on the next: a
    /// search ends after a while and says where.
    pub next: Option<String>,
    /// Calls that were answered among those that this page looked through and not kept, because they came too fast.
    pub not_kept: u64,
}
