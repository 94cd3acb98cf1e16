//! Calls on their way from a worker to the log's thread: fixed fields in one vector, texts behind one another in
//! another. Both keep their memory when emptied.

use std::net::SocketAddr;

use model::Timestamp;

use super::CallRecord;

/// A batch is full with this many calls …
const FULL_CALLS: usize = 256;
/// … or this many bytes of text.
const FULL_TEXT: usize = 64 * 1024;
/// Longest text kept; the rest is cut.
const LONGEST: usize = 4096;

#[derive(Debug, Default)]
pub(super) struct Batch {
    rows: Vec<Row>,
    text: String,
}

/// The texts of a row, in the order of [`CallRecord`].
const TEXTS: usize = 13;

#[derive(Debug, Clone, Copy)]
struct Row {
    time: Timestamp,
    peer: SocketAddr,
    backend: Option<SocketAddr>,
    bytes_in: u64,
    bytes_out: u64,
    duration_us: u64,
    backend_us: Option<u64>,
    local: SocketAddr,
    connect_us: Option<u64>,
    backend_total_us: Option<u64>,
    status: u16,
    backend_status: Option<u16>,
    lengths: [u16; TEXTS],
}

impl Batch {
    pub(super) fn push(&mut self, call: &CallRecord<'_>) {
        // An id is ASCII; one that is not is not an id.
        let request_id = std::str::from_utf8(call.request_id).unwrap_or_default();
        let texts: [&str; TEXTS] = [
            request_id,
            call.service,
            call.environment,
            call.api,
            call.key,
            call.plan,
            call.certificate,
            call.method,
            call.scheme,
            call.host,
            call.path,
            call.refusal,
            call.message,
        ];
        let mut lengths = [0; TEXTS];
        for (length, text) in lengths.iter_mut().zip(texts) {
            if text.is_empty() {
                continue;
            }
            let text = cut(text);
            self.text.push_str(text);
            // At most `LONGEST`.
            #[allow(clippy::cast_possible_truncation)]
            {
                *length = text.len() as u16;
            }
        }
        self.rows.push(Row {
            time: call.time,
            peer: call.peer,
            backend: call.backend,
            bytes_in: call.bytes_in,
            bytes_out: call.bytes_out,
            duration_us: call.duration_us,
            backend_us: call.backend_us,
            local: call.local,
            connect_us: call.connect_us,
            backend_total_us: call.backend_total_us,
            status: call.status,
            backend_status: call.backend_status,
            lengths,
        });
    }

    pub(super) fn is_full(&self) -> bool {
        self.rows.len() >= FULL_CALLS || self.text.len() >= FULL_TEXT
    }

    /// How many calls it holds.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.text.clear();
    }

    /// All texts of all calls, one behind the other.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The calls in the order in which they were pushed, each with the ids of its service, environment, API and key
    /// without anything between them: they stand behind one another in the text.
    pub(super) fn calls(&self) -> impl Iterator<Item = (CallRecord<'_>, &str)> {
        let mut rest = self.text.as_str();
        self.rows.iter().map(move |row| {
            let [request_id, ids @ ..] = &row.lengths;
            let ids: usize = ids.iter().take(4).map(|length| usize::from(*length)).sum();
            let start = usize::from(*request_id);
            let ids = rest.get(start..start + ids).unwrap_or("");
            let texts = row.lengths.map(|length| {
                let (text, behind) = rest.split_at_checked(usize::from(length)).unwrap_or((rest, ""));
                rest = behind;
                text
            });
            (row.call(texts), ids)
        })
    }
}

impl Row {
    fn call<'b>(&self, texts: [&'b str; TEXTS]) -> CallRecord<'b> {
        let [
            request_id,
            service,
            environment,
            api,
            key,
            plan,
            certificate,
            method,
            scheme,
            host,
            path,
            refusal,
            message,
        ] = texts;
        CallRecord {
            time: self.time,
            request_id: request_id.as_bytes(),
            service,
            environment,
            api,
            key,
            plan,
            certificate,
            method,
            scheme,
            host,
            path,
            peer: self.peer,
            status: self.status,
            backend_status: self.backend_status,
            backend: self.backend,
            bytes_in: self.bytes_in,
            bytes_out: self.bytes_out,
            duration_us: self.duration_us,
            backend_us: self.backend_us,
            refusal,
            message,
            local: self.local,
            connect_us: self.connect_us,
            backend_total_us: self.backend_total_us,
        }
    }
}

fn cut(text: &str) -> &str {
    if text.len() <= LONGEST { text } else { &text[..text.floor_char_boundary(LONGEST)] }
}
