//! Everything that can go wrong, as closed sets: each fault says whose it is and has a short stable text.

use std::fmt;

/// Why a request head was refused. The connection is closed after the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadFault {
    /// The request line is not `method SP target SP HTTP/d.d CRLF` with single blanks.
    RequestLine,
    /// The request target has a form or a byte that is not allowed.
    Target,
    /// A CR without LF, or a LF without CR.
    BareLineBreak,
    /// A header line begins with a blank (obsolete line folding).
    Folding,
    /// A header name is empty, holds a blank or a forbidden character, or is followed by a blank.
    HeaderName,
    /// A header value holds a control character.
    HeaderValue,
    /// Content-Length and Transfer-Encoding in one head.
    LengthAndEncoding,
    /// Content-Length is not a plain decimal number below 2^63.
    Length,
    /// More than one Content-Length, even if equal.
    RepeatedLength,
    /// Transfer-Encoding in an HTTP/1.0 request.
    EncodingOnHttp10,
    /// Transfer-Encoding is anything but exactly `chunked`.
    Encoding,
    /// An HTTP/1.1 request without Host.
    MissingHost,
    /// More than one Host.
    RepeatedHost,
    /// Host is empty or holds a character that no authority has.
    Host,
    /// The method CONNECT.
    Connect,
    /// The head did not come in time.
    Timeout,
    /// The request target is longer than [`Limits::target_bytes`](crate::Limits::target_bytes).
    TargetTooLong,
    /// The head is longer than [`Limits::head_bytes`](crate::Limits::head_bytes).
    TooLarge,
    /// More header fields than [`Limits::header_count`](crate::Limits::header_count).
    TooManyHeaders,
    /// A version other than HTTP/1.0 and HTTP/1.1.
    Version,
    /// No head: the preface of HTTP/2, as the first bytes of a connection.
    Preface,
}

impl HeadFault {
    /// The status to answer with: 400, 405, 408, 414, 431 or 505.
    pub fn status(self) -> u16 {
        match self {
            HeadFault::Connect => 405,
            HeadFault::Timeout => 408,
            HeadFault::TargetTooLong => 414,
            HeadFault::TooLarge | HeadFault::TooManyHeaders => 431,
            HeadFault::Version | HeadFault::Preface => 505,
            _ => 400,
        }
    }

    /// Short stable text for the answer's body and the log.
    pub fn reason(self) -> &'static str {
        match self {
            HeadFault::RequestLine => "malformed request line",
            HeadFault::Target => "malformed request target",
            HeadFault::BareLineBreak => "bare CR or LF in the request head",
            HeadFault::Folding => "obsolete line folding in the request head",
            HeadFault::HeaderName => "malformed header name",
            HeadFault::HeaderValue => "control character in a header value",
            HeadFault::LengthAndEncoding => "both Content-Length and Transfer-Encoding",
            HeadFault::Length => "malformed Content-Length",
            HeadFault::RepeatedLength => "more than one Content-Length",
            HeadFault::EncodingOnHttp10 => "Transfer-Encoding in an HTTP/1.0 request",
            HeadFault::Encoding => "unknown transfer coding, only chunked is allowed",
            HeadFault::MissingHost => "missing Host",
            HeadFault::RepeatedHost => "more than one Host",
            HeadFault::Host => "malformed Host",
            HeadFault::Connect => "Method Not Allowed",
            HeadFault::Timeout => "the request head did not come in time",
            HeadFault::TargetTooLong => "the request target is too long",
            HeadFault::TooLarge => "the request head is too large",
            HeadFault::TooManyHeaders => "too many header fields",
            HeadFault::Version | HeadFault::Preface => "HTTP version not supported",
        }
    }
}

/// Why a chunked body cannot be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChunkFault {
    /// The chunk size is missing, is not hexadecimal, or is too big.
    Size,
    /// A chunk-size line is longer than allowed, or all chunk extensions together are.
    Overlong,
    /// A chunk extension holds a control character.
    Extension,
    /// A line or a chunk does not end with CR LF.
    LineBreak,
    /// The trailer section is too large or malformed.
    Trailer,
}

impl ChunkFault {
    /// Short stable text.
    pub fn reason(self) -> &'static str {
        match self {
            ChunkFault::Size => "malformed chunk size",
            ChunkFault::Overlong => "overlong chunk-size line",
            ChunkFault::Extension => "malformed chunk extension",
            ChunkFault::LineBreak => "malformed chunk ending",
            ChunkFault::Trailer => "malformed trailer section",
        }
    }
}

/// Why a request body could not be read to its end. The connection is closed after the answer, if one can be given at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyFault {
    /// More bytes than the limit that applies.
    TooLarge,
    /// The chunked coding is malformed.
    Malformed(ChunkFault),
    /// No progress within [`Limits::body_idle_timeout`](crate::Limits::body_idle_timeout).
    Timeout,
    /// The connection was lost before the end of the body.
    Gone,
}

impl BodyFault {
    /// The status to answer with: 400, 408 or 413. `Gone` is 400 for the log; nobody is there to be answered.
    pub fn status(self) -> u16 {
        match self {
            BodyFault::TooLarge => 413,
            BodyFault::Malformed(_) | BodyFault::Gone => 400,
            BodyFault::Timeout => 408,
        }
    }

    /// Short stable text for the answer's body and the log.
    pub fn reason(self) -> &'static str {
        match self {
            BodyFault::TooLarge => "the request body is too large",
            BodyFault::Malformed(fault) => fault.reason(),
            BodyFault::Timeout => "the request body did not come in time",
            BodyFault::Gone => "the caller closed the connection",
        }
    }
}

/// The caller cannot be written to any more: it closed, reset, or did not read within
/// [`Limits::write_idle_timeout`](crate::Limits::write_idle_timeout).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallerGone;

/// Why a response head from a backend was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseFault {
    /// The status line is malformed.
    StatusLine,
    /// A status below 100 or above 999.
    Status,
    /// A CR without LF, a LF without CR, or obsolete line folding.
    LineBreak,
    /// A header name or value is malformed.
    Header,
    /// Content-Length and Transfer-Encoding in one head.
    LengthAndEncoding,
    /// Content-Length is not a plain decimal number, or stands more than once.
    Length,
    /// Transfer-Encoding is anything but exactly `chunked`, or came with HTTP/1.0.
    Encoding,
    /// The head is larger than 64 KiB or has more than 256 fields.
    TooLarge,
    /// A version other than HTTP/1.0 and HTTP/1.1.
    Version,
    /// Bytes came before any request was sent on the connection.
    Unasked,
}

impl ResponseFault {
    /// Short stable text for the log.
    pub fn reason(self) -> &'static str {
        match self {
            ResponseFault::StatusLine => "malformed status line",
            ResponseFault::Status => "status out of range",
            ResponseFault::LineBreak => "bare CR or LF or folding in the response head",
            ResponseFault::Header => "malformed response header",
            ResponseFault::LengthAndEncoding => "response with both Content-Length and Transfer-Encoding",
            ResponseFault::Length => "malformed or repeated Content-Length in the response",
            ResponseFault::Encoding => "unknown transfer coding in the response",
            ResponseFault::TooLarge => "response head too large",
            ResponseFault::Version => "HTTP version of the response not supported",
            ResponseFault::Unasked => "response without a request",
        }
    }
}

/// Why no connection to a backend could be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectFault {
    /// The host name has no address.
    Resolve,
    /// No address accepted the connection.
    Refused,
    /// Neither address answered before the deadline or the connect timeout.
    Timeout,
    /// The TLS handshake failed: not TLS, or a certificate that is not trusted.
    Tls,
    /// This process has no file descriptor left.
    Exhausted,
}

impl ConnectFault {
    /// Short stable text for the log.
    pub fn reason(self) -> &'static str {
        match self {
            ConnectFault::Resolve => "the backend's host name has no address",
            ConnectFault::Refused => "the backend refused the connection",
            ConnectFault::Timeout => "the backend did not accept the connection in time",
            ConnectFault::Tls => "the TLS handshake with the backend failed",
            ConnectFault::Exhausted => "no file descriptor left",
        }
    }
}

/// Why no response head came from a backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendFaultKind {
    /// The deadline passed.
    Timeout,
    /// The backend closed the connection before a whole response head.
    Closed,
    /// The backend reset the connection before a whole response head.
    Reset,
    /// The backend said that it has not begun with the request (HTTP/2: REFUSED_STREAM, or GOAWAY with an earlier stream).
    Refused,
    /// The response head is malformed.
    Malformed(ResponseFault),
    /// The caller's body could not be read; it is answered with [`BodyFault::status`].
    CallerBody(BodyFault),
    /// The caller is gone.
    CallerGone,
    /// More than eight interim responses.
    TooManyInterim,
    /// The backend switched protocols (101) although nobody asked.
    Upgrade,
}

impl SendFaultKind {
    /// Short stable text for the log.
    pub fn reason(self) -> &'static str {
        match self {
            SendFaultKind::Timeout => "the backend did not answer in time",
            SendFaultKind::Closed => "the backend closed the connection before answering",
            SendFaultKind::Reset => "the backend reset the connection before answering",
            SendFaultKind::Refused => "the backend refused to begin with the request",
            SendFaultKind::Malformed(fault) => fault.reason(),
            SendFaultKind::CallerBody(fault) => fault.reason(),
            SendFaultKind::CallerGone => "the caller closed the connection",
            SendFaultKind::TooManyInterim => "too many interim responses",
            SendFaultKind::Upgrade => "the backend switched protocols unasked",
        }
    }
}

/// Why a probe got no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeFault {
    /// No connection.
    Connect(ConnectFault),
    /// The deadline passed.
    Timeout,
    /// The backend closed or reset the connection before a whole response head.
    Lost,
    /// The response head is malformed.
    Malformed(ResponseFault),
}

impl ProbeFault {
    /// Short stable text for the log.
    pub fn reason(self) -> &'static str {
        match self {
            ProbeFault::Connect(fault) => fault.reason(),
            ProbeFault::Timeout => SendFaultKind::Timeout.reason(),
            ProbeFault::Lost => SendFaultKind::Closed.reason(),
            ProbeFault::Malformed(fault) => fault.reason(),
        }
    }
}

/// A request that got no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendFault {
    /// What happened.
    pub kind: SendFaultKind,
    /// Another connection may be tried with the same head and body: the connection had been used before, no byte of a response
    /// came, and no byte of the caller's body is lost. Whether the method allows a second try is for the asker to judge, unless the backend
    /// has [`Refused`](SendFaultKind::Refused) the request.
    pub safe_to_retry: bool,
    /// The same head and body may be sent to another backend: no byte of a response came, and no byte of the caller's body is lost.
    /// The backend may have begun to act on the request; whether the method allows a second try is for the asker to judge.
    pub may_go_elsewhere: bool,
}

/// Why a response did not reach the caller whole. The caller's connection is closed without a proper end of the body, so that
/// the caller can tell; but for [`Unbegun`](RelayFault::Unbegun).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelayFault {
    /// The caller is gone or does not read.
    CallerGone,
    /// The backend closed or reset the connection before the end of the body.
    BackendGone,
    /// The backend sent nothing for the stall limit.
    BackendStalled,
    /// The backend's chunked coding is malformed.
    Malformed(ChunkFault),
    /// It is malformed from its beginning: nothing was sent to the caller, who can still be given another answer.
    Unbegun(ChunkFault),
}

impl RelayFault {
    /// Short stable text for the log.
    pub fn reason(self) -> &'static str {
        match self {
            RelayFault::CallerGone => "the caller closed the connection",
            RelayFault::BackendGone => "the backend closed the connection within the body",
            RelayFault::BackendStalled => "the backend stalled within the body",
            RelayFault::Malformed(fault) | RelayFault::Unbegun(fault) => fault.reason(),
        }
    }
}

macro_rules! error {
    ($($fault:ty),*) => {$(
        impl fmt::Display for $fault {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.reason()) }
        }
        impl std::error::Error for $fault {}
    )*};
}
error!(HeadFault, ChunkFault, BodyFault, ResponseFault, ConnectFault, SendFaultKind, ProbeFault, RelayFault);

impl fmt::Display for SendFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.reason())
    }
}
impl std::error::Error for SendFault {}

impl fmt::Display for CallerGone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the caller closed the connection")
    }
}
impl std::error::Error for CallerGone {}
