//! JSON lines, put together by hand: this is the log's cost, and `serde_json` would treble it.

use std::io::Write;
use std::net::{IpAddr, SocketAddr};

use model::Timestamp;

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

/// Name of each of a batch's texts, with what stands around it.
const LEADING: [&str; 11] = [
    "\",\"request_id\":\"",
    "\",\"service\":\"",
    "\",\"environment\":\"",
    "\",\"api\":\"",
    "\",\"key\":\"",
    "\",\"plan\":\"",
    "\",\"certificate\":\"",
    "\",\"method\":\"",
    "\",\"scheme\":\"",
    "\",\"host\":\"",
    "\",\"path\":\"",
];

impl Formatter {
    /// The lines of `batch`.
    pub(super) fn lines(&mut self, batch: &Batch) -> &[u8] {
        self.out.clear();
        // Nearly every text is plain. Looking at all of them at once, without leaving early, is what the compiler can do
        // many bytes at a time.
        self.is_plain = !batch.text().bytes().fold(false, |found, byte| found | needs_escape(byte));
        for (row, texts) in batch.rows() {
            self.put("{\"time\":\"");
            self.put_time(row.time);
            let [leading @ .., refusal, _message] = texts;
            for (name, text) in LEADING.iter().zip(leading) {
                if !text.is_empty() {
                    self.put(name);
                    self.put_escaped(text);
                }
            }
            self.put("\",\"peer\":\"");
            self.put_address(row.peer, |formatter| &mut formatter.peer);
            self.put_number("\",\"status\":", u64::from(row.status));
            if let Some(status) = row.backend_status {
                self.put_number(",\"backend_status\":", u64::from(status));
            }
            if let Some(backend) = row.backend {
                self.put(",\"backend\":\"");
                self.put_address(backend, |formatter| &mut formatter.backend);
                self.put("\"");
            }
            self.put_number(",\"bytes_in\":", row.bytes_in);
            self.put_number(",\"bytes_out\":", row.bytes_out);
            self.put_number(",\"duration_us\":", row.duration_us);
            if let Some(us) = row.backend_us {
                self.put_number(",\"backend_us\":", us);
            }
            if !refusal.is_empty() {
                self.put(",\"refusal\":\"");
                self.put_escaped(refusal);
                self.put("\"");
            }
            self.put("}\n");
        }
        &self.out
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
