//! What is logged about a call.

use std::net::SocketAddr;

use model::Timestamp;
use serde::{Deserialize, Serialize};

/// One answered call. Each field is a member of the line's JSON object under the same name, in this order, but for the
/// last four, which the line does without; texts that are empty and options that are none are left out of the line.
///
/// The order is also that in which the call log keeps the fields: a change here is another form there.
///
/// Nothing secret has a place here: no query, no header, no body, no key's secret - the key is its id. A text longer
/// than 4,096 bytes is cut there.
///
/// ```json
/// {"time":"2026-03-01T12:00:00.123Z","request_id":"0123456789abcdef0123456789abcdef","service":"service-abcd1234",
///  "environment":"release","api":"api-abcd1234","key":"AKID…","plan":"usagePlan-abcd1234","method":"GET",
///  "scheme":"http","host":"example.com","path":"/release/hello","peer":"127.0.0.1:50000","status":200,
///  "backend_status":200,"backend":"127.0.0.1:9000","bytes_in":0,"bytes_out":5,"duration_us":840,"backend_us":700}
/// ```
/// (one line in the log)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRecord<'a> {
    /// When the call's first byte came: RFC 3339 in UTC with milliseconds.
    pub time: Timestamp,
    /// The id that the caller got in the answer, ASCII.
    pub request_id: &'a [u8],
    /// The service's id; empty when the host belongs to none.
    pub service: &'a str,
    /// The environment's name; empty when there is none.
    pub environment: &'a str,
    /// The API's id; empty when no API matched.
    pub api: &'a str,
    /// The id of the key or of the application that signed; empty when the call was not signed or the signature was refused.
    pub key: &'a str,
    /// The usage plan that the call was counted against; empty for none.
    pub plan: &'a str,
    /// Whom the certificate is for that the caller showed, as a distinguished name; empty when none was asked for.
    pub certificate: &'a str,
    /// The request's method.
    pub method: &'a str,
    /// `http` or `https`: how the caller came.
    pub scheme: &'a str,
    /// The host that the caller asked for.
    pub host: &'a str,
    /// The path as sent, without the query, which may hold secrets.
    pub path: &'a str,
    /// Who called: the other end of the connection, or whom the trusted proxies before it name; port 0 where they name
    /// none.
    pub peer: SocketAddr,
    /// The status that the caller got.
    pub status: u16,
    /// The status that the backend answered; none when it did not.
    pub backend_status: Option<u16>,
    /// The address that the call was sent to; none when it was sent nowhere.
    pub backend: Option<SocketAddr>,
    /// Bytes of the request's body.
    pub bytes_in: u64,
    /// Bytes of the answer's body.
    pub bytes_out: u64,
    /// From the call's first byte to the answer's last, in microseconds.
    pub duration_us: u64,
    /// From the start of the backend's turn to the first byte of its answer, in microseconds; none when it did not
    /// answer.
    pub backend_us: Option<u64>,
    /// Why the gateway refused the call; empty when it did not.
    pub refusal: &'a str,
    /// What the caller was told of the refusal; empty when there is none.
    pub message: &'a str,
    /// The gateway's end of the caller's connection.
    pub local: SocketAddr,
    /// How long a new connection to the backend took, in microseconds; none where one was at hand.
    pub connect_us: Option<u64>,
    /// From the start of the backend's turn to the last byte of its answer, in microseconds; none when it did not answer.
    pub backend_total_us: Option<u64>,
}

/// A call that was taken down, as it came or as it stands in a batch: what most of them are looked at for costs little,
/// and the whole is put together for the few that need it.
pub(crate) trait Call<'c>: Copy {
    /// Its numbers.
    fn figures(self) -> Figures;
    /// How long the ids of its service, environment and API are.
    fn id_lengths(self) -> [usize; 3];
    /// Why it was refused; empty when it was not.
    fn refusal(self) -> &'c str;
    /// All of it.
    fn record(self) -> CallRecord<'c>;
}

/// The numbers of a [`CallRecord`], under the same names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    pub(crate) time: Timestamp,
    pub(crate) bytes_in: u64,
    pub(crate) bytes_out: u64,
    pub(crate) duration_us: u64,
    pub(crate) backend_us: Option<u64>,
    pub(crate) status: u16,
    pub(crate) backend_status: Option<u16>,
}

impl Figures {
    /// When the call ended, in milliseconds.
    pub(crate) fn end(&self) -> i64 {
        let took = i64::try_from(self.duration_us / 1000).unwrap_or(0);
        self.time.millis().saturating_add(took)
    }
}

impl<'c> Call<'c> for &CallRecord<'c> {
    #[inline]
    fn figures(self) -> Figures {
        Figures {
            time: self.time,
            bytes_in: self.bytes_in,
            bytes_out: self.bytes_out,
            duration_us: self.duration_us,
            backend_us: self.backend_us,
            status: self.status,
            backend_status: self.backend_status,
        }
    }

    fn id_lengths(self) -> [usize; 3] {
        [self.service, self.environment, self.api].map(str::len)
    }

    fn refusal(self) -> &'c str {
        self.refusal
    }

    fn record(self) -> CallRecord<'c> {
        *self
    }
}
