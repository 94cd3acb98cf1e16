//! JSON lines, put together by hand: this is the log's cost, and `serde_json` would treble it.

use std::io::Write;
use std::net::{IpAddr, SocketAddr};

use model::Timestamp;

use super::CallRecord;
use super::batch::Batch;

/// Turns batches into lines. Keeps its buffer, and the date of the latest second.
#[derive(Debug, Default)]
pub(super) struct Formatter {
    out: Vec<u8>,
    second: Option<i64>,
    /// `2026-03-01T12:00:00.`
    date: Vec<u8>,
    /// No text of this batch holds anything to escape.
    is_plain: bool,
    /// The latest addresses of a caller and of a backend with their texts: calls come in runs from the same.
    peer: Option<(IpAddr, String)>,
    backend: Option<(IpAddr, String)>,
}

impl Formatter {
    /// Begins with the lines of `batch`; those of the batch before are forgotten.
    pub(super) fn begin(&mut self, batch: &Batch) {
        self.out.clear();
        // Nearly every text is plain. Looking at all of them at once, without leaving early, is what the compiler can do
        // many bytes at a time.
        self.is_plain = !batch.text().bytes().fold(false, |found, byte| found | needs_escape(byte));
    }

    /// The lines since the batch was begun.
    pub(super) fn lines(&self) -> &[u8] {
        &self.out
    }

    /// Adds the line of `call`, which is one of the batch.
    pub(super) fn add(&mut self, call: &CallRecord<'_>) {
        self.put("{\"time\":\"");
        self.put_time(call.time);
        if !call.request_id.is_empty() {
            self.put("\",\"request_id\":\"");
            self.out.extend_from_slice(call.request_id);
        }
        for (name, text) in [
            ("\",\"service\":\"", call.service),
            ("\",\"environment\":\"", call.environment),
            ("\",\"api\":\"", call.api),
            ("\",\"key\":\"", call.key),
            ("\",\"plan\":\"", call.plan),
            ("\",\"certificate\":\"", call.certificate),
            ("\",\"method\":\"", call.method),
            ("\",\"scheme\":\"", call.scheme),
            ("\",\"host\":\"", call.host),
            ("\",\"path\":\"", call.path),
        ] {
            if !text.is_empty() {
                self.put(name);
                self.put_escaped(text);
            }
        }
        self.put("\",\"peer\":\"");
        self.put_address(call.peer, |formatter| &mut formatter.peer);
        self.put_number("\",\"status\":", u64::from(call.status));
        if let Some(status) = call.backend_status {
            self.put_number(",\"backend_status\":", u64::from(status));
        }
        if let Some(backend) = call.backend {
            self.put(",\"backend\":\"");
            self.put_address(backend, |formatter| &mut formatter.backend);
            self.put("\"");
        }
        self.put_number(",\"bytes_in\":", call.bytes_in);
        self.put_number(",\"bytes_out\":", call.bytes_out);
        self.put_number(",\"duration_us\":", call.duration_us);
        if let Some(us) = call.backend_us {
            self.put_number(",\"backend_us\":", us);
        }
        if !call.refusal.is_empty() {
            self.put(",\"refusal\":\"");
            self.put_escaped(call.refusal);
            self.put("\"");
        }
        self.put("}\n");
    }

    fn put(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn put_number(&mut self, name: &str, number: u64) {
        self.put(name);
        self.put_digits(number);
    }

    fn put_digits(&mut self, number: u64) {
        self.out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
    }

    fn put_address(&mut self, address: SocketAddr, whose: fn(&mut Self) -> &mut Option<(IpAddr, String)>) {
        // An IPv4 caller of an IPv6 listener is an IPv4 caller.
        let ip = address.ip().to_canonical();
        let known = whose(self).take().filter(|(known, _)| *known == ip);
        let (_, text) = known.unwrap_or_else(|| (ip, if ip.is_ipv6() { format!("[{ip}]:") } else { format!("{ip}:") }));
        self.put(&text);
        *whose(self) = Some((ip, text));
        self.put_digits(u64::from(address.port()));
    }

    fn put_time(&mut self, time: Timestamp) {
        let second = time.seconds();
        if self.second != Some(second) {
            self.date.clear();
            // A moment outside of the calendar's years 0-9999 is written as the epoch.
            let date = time::OffsetDateTime::from_unix_timestamp(second).unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
            let (hour, minute, second_of_minute) = date.to_hms();
            let _written = write!(
                self.date,
                "{:04}-{:02}-{:02}T{hour:02}:{minute:02}:{second_of_minute:02}.",
                date.year(),
                u8::from(date.month()),
                date.day()
            );
            self.second = Some(second);
        }
        self.out.extend_from_slice(&self.date);
        let millis = time.millis().rem_euclid(1000);
        // Below 1,000: three digits.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let digits = [millis / 100, millis / 10 % 10, millis % 10].map(|digit| b'0' + digit as u8);
        self.out.extend_from_slice(&digits);
        self.out.push(b'Z');
    }

    /// RFC 8259: quotation mark, reverse solidus and what is below U+0020 are escaped; DEL too, for terminals.
    fn put_escaped(&mut self, text: &str) {
        if self.is_plain {
            return self.put(text);
        }
        let mut done = 0;
        for (index, byte) in text.bytes().enumerate() {
            if !needs_escape(byte) {
                continue;
            }
            self.out.extend_from_slice(&text.as_bytes()[done..index]);
            done = index + 1;
            match byte {
                b'"' | b'\\' => self.out.extend_from_slice(&[b'\\', byte]),
                b'\n' => self.put("\\n"),
                b'\r' => self.put("\\r"),
                b'\t' => self.put("\\t"),
                other => {
                    let _written = write!(self.out, "\\u{other:04x}");
                }
            }
        }
        self.out.extend_from_slice(&text.as_bytes()[done..]);
    }
}

fn needs_escape(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\') | (byte == 0x7f)
}
