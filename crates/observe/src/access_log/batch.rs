//! Calls on their way from a worker to the log's thread: fixed fields in one vector, texts behind one another in
//! another. Both keep their memory when emptied.

use std::net::SocketAddr;

use super::buffer::Buffer;
use super::{Call, CallRecord, Figures};

/// A batch is full with this many calls …
const FULL_CALLS: usize = 256;
/// … or this many bytes of text.
const FULL_TEXT: usize = 64 * 1024;
/// Longest text kept; the rest is cut.
const LONGEST: usize = 4096;

#[derive(Debug, Default)]
pub(super) struct Batch {
    rows: Vec<Row>,
    text: Buffer,
}

/// The texts of a row: in the order of [`CallRecord`], that is of a line.
const TEXTS: usize = 13;
/// Where the refusal stands among them.
const REFUSAL: usize = 11;

#[derive(Debug, Clone, Copy)]
struct Row {
    figures: Figures,
    peer: SocketAddr,
    backend: Option<SocketAddr>,
    local: SocketAddr,
    connect_us: Option<u64>,
    backend_total_us: Option<u64>,
    /// Where its texts begin.
    start: u32,
    lengths: [u16; TEXTS],
}

/// A call of a batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct BatchCall<'b> {
    row: &'b Row,
    /// All text of the batch.
    text: &'b [u8],
}

/// The texts of a call, one after the other in the order of [`CallRecord`].
pub(super) struct Texts<'b> {
    lengths: std::slice::Iter<'b, u16>,
    rest: &'b [u8],
}

impl Batch {
    pub(super) fn push(&mut self, call: &CallRecord<'_>) {
        let ids = call.request_id.len() + call.service.len() + call.environment.len() + call.api.len() + call.key.len();
        let others = [call.plan, call.certificate, call.method, call.scheme, call.host, call.path, call.refusal];
        let others = others.iter().map(|text| text.len()).sum::<usize>() + call.message.len();
        self.text.reserve(ids + others);
        // Handed over long before its texts are 4 GiB.
        #[allow(clippy::cast_possible_truncation)]
        let start = self.text.len() as u32;
        let mut lengths = [0; TEXTS];
        self.text.write(|mut pen| {
            let mut put = |index: usize, text: &[u8]| {
                let text = if text.len() <= LONGEST { text } else { cut(text) };
                pen.put_text(text);
                // At most `LONGEST`.
                #[allow(clippy::cast_possible_truncation)]
                {
                    lengths[index] = text.len() as u16;
                }
            };
            // An id is ASCII; one that is not is not an id.
            put(0, if call.request_id.is_ascii() { call.request_id } else { b"" });
            put(1, call.service.as_bytes());
            put(2, call.environment.as_bytes());
            put(3, call.api.as_bytes());
            put(4, call.key.as_bytes());
            put(5, call.plan.as_bytes());
            put(6, call.certificate.as_bytes());
            put(7, call.method.as_bytes());
            put(8, call.scheme.as_bytes());
            put(9, call.host.as_bytes());
            put(10, call.path.as_bytes());
            put(REFUSAL, call.refusal.as_bytes());
            put(12, call.message.as_bytes());
            pen
        });
        self.rows.push(Row {
            figures: call.figures(),
            peer: call.peer,
            backend: call.backend,
            local: call.local,
            connect_us: call.connect_us,
            backend_total_us: call.backend_total_us,
            start,
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
    pub(super) fn text(&self) -> &[u8] {
        self.text.bytes()
    }

    /// The calls in the order in which they were pushed, each with the ids of its service, environment, API and key
    /// without anything between them: they stand behind one another in the text.
    pub(super) fn calls(&self) -> impl Iterator<Item = (BatchCall<'_>, &[u8])> + Clone {
        let text = self.text();
        self.rows.iter().map(move |row| {
            let call = BatchCall { row, text };
            (call, call.ids())
        })
    }
}

impl<'b> BatchCall<'b> {
    #[inline]
    pub(super) fn texts(self) -> Texts<'b> {
        Texts { lengths: self.row.lengths.iter(), rest: self.text.get(self.row.start as usize..).unwrap_or_default() }
    }

    #[inline]
    pub(super) fn peer(self) -> SocketAddr {
        self.row.peer
    }

    #[inline]
    pub(super) fn backend(self) -> Option<SocketAddr> {
        self.row.backend
    }

    /// The ids of service, environment, API and key.
    #[inline]
    fn ids(self) -> &'b [u8] {
        let [request_id, service, environment, api, key, ..] = self.row.lengths.map(usize::from);
        let start = self.row.start as usize + request_id;
        self.text.get(start..start + service + environment + api + key).unwrap_or_default()
    }
}

impl<'b> Texts<'b> {
    /// The next text.
    #[inline(always)]
    pub(super) fn bytes(&mut self) -> &'b [u8] {
        let length = self.lengths.next().copied().map_or(0, usize::from);
        let (text, rest) = self.rest.split_at_checked(length).unwrap_or_default();
        self.rest = rest;
        text
    }

    fn text(&mut self) -> &'b str {
        // Cut between characters.
        std::str::from_utf8(self.bytes()).unwrap_or_default()
    }
}

impl<'b> Call<'b> for BatchCall<'b> {
    #[inline]
    fn figures(self) -> Figures {
        self.row.figures
    }

    fn id_lengths(self) -> [usize; 3] {
        let [_, service, environment, api, ..] = self.row.lengths.map(usize::from);
        [service, environment, api]
    }

    #[inline]
    fn refusal(self) -> &'b str {
        if self.row.lengths[REFUSAL] == 0 {
            return "";
        }
        let mut texts = self.texts();
        for _before in 0..REFUSAL {
            texts.bytes();
        }
        texts.text()
    }

    fn record(self) -> CallRecord<'b> {
        let BatchCall { row, .. } = self;
        let mut texts = self.texts();
        CallRecord {
            time: row.figures.time,
            request_id: texts.bytes(),
            service: texts.text(),
            environment: texts.text(),
            api: texts.text(),
            key: texts.text(),
            plan: texts.text(),
            certificate: texts.text(),
            method: texts.text(),
            scheme: texts.text(),
            host: texts.text(),
            path: texts.text(),
            refusal: texts.text(),
            message: texts.text(),
            peer: row.peer,
            status: row.figures.status,
            backend_status: row.figures.backend_status,
            backend: row.backend,
            bytes_in: row.figures.bytes_in,
            bytes_out: row.figures.bytes_out,
            duration_us: row.figures.duration_us,
            backend_us: row.figures.backend_us,
            local: row.local,
            connect_us: row.connect_us,
            backend_total_us: row.backend_total_us,
        }
    }
}

/// The beginning of a text that is too long, up to the end of a character.
#[cold]
#[inline(never)]
fn cut(text: &[u8]) -> &[u8] {
    let begins = |byte: u8| byte & 0xc0 != 0x80;
    let end = (0..=LONGEST).rev().find(|end| begins(text[*end])).unwrap_or_default();
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access_log::a_call;

    #[test]
    fn calls_come_out_as_they_went_in() {
        let refused = CallRecord { backend: None, refusal: "no_service", message: "Nobody's", ..a_call() };
        let calls = [a_call(), refused, CallRecord { request_id: b"", host: "", ..a_call() }];
        let mut batch = Batch::default();
        calls.iter().for_each(|call| batch.push(call));
        let read: Vec<_> = batch.calls().map(|(call, ids)| (call.record(), call.refusal(), ids)).collect();
        let expected = calls.map(|call| (call, call.refusal, &b"service-1releaseapi-1AKID1"[..]));
        assert_eq!(read, expected);
    }

    #[test]
    fn a_long_text_ends_with_a_character_and_an_id_is_ascii() {
        let long = "é".repeat(5000);
        let mut batch = Batch::default();
        for start in 0..2 {
            let path = "/".repeat(start) + &long;
            batch.push(&CallRecord { path: &path, request_id: "é".as_bytes(), ..a_call() });
        }
        let read: Vec<_> =
            batch.calls().map(|(call, _)| (call.record().request_id, call.record().path.len())).collect();
        assert_eq!(read, [(&b""[..], 4096), (&b""[..], 4095)]);
    }
}
