//! JSON lines, put together by hand: this is the log's cost, and `serde_json` would treble it.

use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};

use model::Timestamp;

use super::Call;
use super::batch::{Batch, BatchCall};
use super::buffer::{Buffer, Pen};

/// The longest line without its texts: names, numbers, addresses and the time.
const LONGEST_FRAME: usize = 512;
/// A byte that is escaped becomes so many at the most: `\u001f`.
const LONGEST_ESCAPE: usize = 6;

/// Turns batches into lines. Keeps its buffer, and the date of the latest second.
#[derive(Debug, Default)]
pub(super) struct Formatter {
    out: Buffer,
    /// No text of this batch holds anything to escape.
    is_plain: bool,
    date: Date,
    /// The latest addresses of a caller and of a backend: calls come in runs from the same.
    peer: Address,
    backend: Address,
}

/// A second with its text: `2026-03-01T12:00:00.`
#[derive(Debug, Default)]
struct Date {
    second: Option<i64>,
    text: String,
}

/// An address with its text, up to where the port follows: `192.0.2.1:`, `[2001:db8::1]:`
#[derive(Debug, Default)]
struct Address {
    ip: Option<IpAddr>,
    text: String,
}

impl Formatter {
    /// Begins with the lines of `batch`; those of the batch before are forgotten.
    pub(super) fn begin(&mut self, batch: &Batch) {
        // Nearly every text is plain. Looking at all of them at once is quicker than at one after the other.
        self.is_plain = is_plain(batch.text());
        let growth = if self.is_plain { 1 } else { LONGEST_ESCAPE };
        self.out.clear();
        self.out.reserve(batch.text().len() * growth + batch.len() * LONGEST_FRAME);
    }

    /// The lines since the batch was begun.
    pub(super) fn lines(&self) -> &[u8] {
        self.out.bytes()
    }

    /// Adds the line of `call`, which is one of the batch.
    pub(super) fn add(&mut self, call: &BatchCall<'_>) {
        let Self { out, is_plain, date, peer, backend } = self;
        let (is_plain, figures, mut texts) = (*is_plain, call.figures(), call.texts());
        out.write(|mut pen| {
            pen.put(b"{\"time\":\"");
            pen.put_text(date.text(figures.time.seconds()));
            pen = put_millis(pen, figures.time);
            pen = put_member(pen, b"\",\"request_id\":\"", texts.bytes(), true);
            pen = put_member(pen, b"\",\"service\":\"", texts.bytes(), is_plain);
            pen = put_member(pen, b"\",\"environment\":\"", texts.bytes(), is_plain);
            pen = put_member(pen, b"\",\"api\":\"", texts.bytes(), is_plain);
            pen = put_member(pen, b"\",\"key\":\"", texts.bytes(), is_plain);
            pen = put_member(pen, b"\",\"plan\":\"", texts.bytes(), is_plain);
            pen = put_member(pen, b"\",\"certificate\":\"", texts.bytes(), is_plain);
            pen = put_member(pen, b"\",\"method\":\"", texts.bytes(), is_plain);
            pen = put_member(pen, b"\",\"scheme\":\"", texts.bytes(), is_plain);
            pen = put_member(pen, b"\",\"host\":\"", texts.bytes(), is_plain);
            pen = put_member(pen, b"\",\"path\":\"", texts.bytes(), is_plain);
            pen.put(b"\",\"peer\":\"");
            pen = peer.put(pen, call.peer());
            pen = put_number(pen, b"\",\"status\":", figures.status.into());
            if let Some(status) = figures.backend_status {
                pen = put_number(pen, b",\"backend_status\":", status.into());
            }
            if let Some(address) = call.backend() {
                pen.put(b",\"backend\":\"");
                pen = backend.put(pen, address);
                pen.put(b"\"");
            }
            pen = put_number(pen, b",\"bytes_in\":", figures.bytes_in);
            pen = put_number(pen, b",\"bytes_out\":", figures.bytes_out);
            pen = put_number(pen, b",\"duration_us\":", figures.duration_us);
            if let Some(us) = figures.backend_us {
                pen = put_number(pen, b",\"backend_us\":", us);
            }
            let refusal = texts.bytes();
            if !refusal.is_empty() {
                pen = put_member(pen, b",\"refusal\":\"", refusal, is_plain);
                pen.put(b"\"");
            }
            pen.put(b"}\n");
            pen
        });
    }
}

impl Date {
    fn text(&mut self, second: i64) -> &[u8] {
        if self.second != Some(second) {
            self.change(second);
        }
        self.text.as_bytes()
    }

    #[cold]
    fn change(&mut self, second: i64) {
        // A moment outside of the calendar's years 0-9999 is written as the epoch.
        let date = time::OffsetDateTime::from_unix_timestamp(second).unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
        let (year, month, day) = date.to_calendar_date();
        let (hour, minute, second_of_minute) = date.to_hms();
        self.text.clear();
        let _written = write!(
            self.text,
            "{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second_of_minute:02}.",
            u8::from(month),
        );
        self.second = Some(second);
    }
}

impl Address {
    #[inline]
    fn put<'b>(&mut self, mut pen: Pen<'b>, address: SocketAddr) -> Pen<'b> {
        // An IPv4 caller of an IPv6 listener is an IPv4 caller.
        let ip = address.ip().to_canonical();
        if self.ip != Some(ip) {
            self.change(ip);
        }
        pen.put_text(self.text.as_bytes());
        put_digits(pen, address.port().into())
    }

    fn change(&mut self, ip: IpAddr) {
        self.text.clear();
        let _written = match ip {
            IpAddr::V4(ip) => write!(self.text, "{ip}:"),
            IpAddr::V6(ip) => write!(self.text, "[{ip}]:"),
        };
        self.ip = Some(ip);
    }
}

/// Writes a name and what it names, unless that is empty.
#[inline(always)]
fn put_member<'b, const N: usize>(mut pen: Pen<'b>, name: &[u8; N], text: &[u8], is_plain: bool) -> Pen<'b> {
    if text.is_empty() {
        return pen;
    }
    pen.put(name);
    if !is_plain {
        return put_escaped(pen, text);
    }
    pen.put_text(text);
    pen
}

/// RFC 8259: quotation mark, reverse solidus and what is below U+0020 are escaped; DEL too, for terminals.
#[cold]
fn put_escaped<'b>(mut pen: Pen<'b>, text: &[u8]) -> Pen<'b> {
    if is_plain(text) {
        pen.put_text(text);
        return pen;
    }
    for &byte in text {
        match byte {
            b'"' | b'\\' => pen.put(&[b'\\', byte]),
            b'\n' => pen.put(b"\\n"),
            b'\r' => pen.put(b"\\r"),
            b'\t' => pen.put(b"\\t"),
            other if needs_escape(other) => {
                let [high, low] = [other >> 4, other & 15].map(|digit| b"0123456789abcdef"[usize::from(digit)]);
                pen.put(&[b'\\', b'u', b'0', b'0', high, low]);
            }
            plain => pen.put(&[plain]),
        }
    }
    pen
}

fn needs_escape(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\') | (byte == 0x7f)
}

/// Without leaving early, this is what the compiler can do for many bytes at a time.
fn is_plain(text: &[u8]) -> bool {
    !text.iter().fold(false, |found, byte| found | needs_escape(*byte))
}

/// Writes the thousandths of a second, and where time is counted from.
#[inline]
fn put_millis(mut pen: Pen<'_>, time: Timestamp) -> Pen<'_> {
    // Below 1,000: three digits.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let millis = time.millis().rem_euclid(1000) as usize;
    let [tens, ones] = PAIRS[millis % 100];
    pen.put(&[PAIRS[millis / 100][1], tens, ones, b'Z']);
    pen
}

#[inline(always)]
fn put_number<'b, const N: usize>(mut pen: Pen<'b>, name: &[u8; N], number: u64) -> Pen<'b> {
    pen.put(name);
    put_digits(pen, number)
}

/// The two digits of each number below 100.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[b'0'; 2]; 100];
    let mut number = 0;
    while number < 100 {
        // One digit each.
        #[allow(clippy::cast_possible_truncation)]
        let digits = [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8];
        pairs[number] = digits;
        number += 1;
    }
    pairs
};

/// Writes a number: most are short.
#[inline]
fn put_digits(mut pen: Pen<'_>, number: u64) -> Pen<'_> {
    let Ok(short @ 0..100_000) = usize::try_from(number) else {
        pen.put_text(itoa::Buffer::new().format(number).as_bytes());
        return pen;
    };
    let (first, middle, last) = (short / 10_000, short / 100 % 100, short % 100);
    let ([_, first], [c, d], [e, f]) = (PAIRS[first], PAIRS[middle], PAIRS[last]);
    match short {
        0..10 => pen.put(&[f]),
        10..100 => pen.put(&[e, f]),
        100..1000 => pen.put(&[d, e, f]),
        1000..10_000 => pen.put(&[c, d, e, f]),
        _ => pen.put(&[first, c, d, e, f]),
    }
    pen
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::CallRecord;
    use crate::access_log::a_call;

    /// The same line, put together in the simplest way.
    fn simple(call: &CallRecord<'_>) -> String {
        let escaped = |text: &str| {
            text.chars().fold(String::new(), |line, character| match character {
                '"' | '\\' => line + "\\" + &character.to_string(),
                '\n' => line + "\\n",
                '\r' => line + "\\r",
                '\t' => line + "\\t",
                '\0'..' ' | '\x7f' => line + &format!("\\u{:04x}", u32::from(character)),
                plain => line + &plain.to_string(),
            })
        };
        let date = time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(call.time.millis()) * 1_000_000).unwrap();
        let [year, month, day] = [date.year(), u8::from(date.month()).into(), date.day().into()];
        let (hour, minute, second, millis) = date.to_hms_milli();
        let mut line =
            format!(r#"{{"time":"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z"#);
        for (name, text) in [
            ("request_id", std::str::from_utf8(call.request_id).unwrap()),
            ("service", call.service),
            ("environment", call.environment),
            ("api", call.api),
            ("key", call.key),
            ("plan", call.plan),
            ("certificate", call.certificate),
            ("method", call.method),
            ("scheme", call.scheme),
            ("host", call.host),
            ("path", call.path),
        ] {
            if !text.is_empty() {
                line += &format!(r#"","{name}":"{}"#, escaped(text));
            }
        }
        line += &format!(r#"","peer":"{}","status":{}"#, call.peer, call.status);
        line += &call.backend_status.map(|status| format!(r#","backend_status":{status}"#)).unwrap_or_default();
        line += &call.backend.map(|backend| format!(r#","backend":"{backend}""#)).unwrap_or_default();
        line += &format!(r#","bytes_in":{},"bytes_out":{}"#, call.bytes_in, call.bytes_out);
        line += &format!(r#","duration_us":{}"#, call.duration_us);
        line += &call.backend_us.map(|us| format!(r#","backend_us":{us}"#)).unwrap_or_default();
        if !call.refusal.is_empty() {
            line += &format!(r#","refusal":"{}""#, escaped(call.refusal));
        }
        line + "}\n"
    }

    /// Numbers of every length.
    fn number() -> impl Strategy<Value = u64> {
        (0..64u32).prop_flat_map(|bits| 0..=u64::MAX >> bits)
    }

    fn text() -> impl Strategy<Value = String> {
        prop_oneof!["[a-zA-Z0-9/.-]{0,80}", any::<String>(), "[\u{0}-\u{7f}]{0,20}"]
    }

    fn lines(calls: &[CallRecord<'_>]) -> String {
        let mut batch = Batch::default();
        calls.iter().for_each(|call| batch.push(call));
        let mut formatter = Formatter::default();
        formatter.begin(&batch);
        batch.calls().for_each(|(call, _)| formatter.add(&call));
        String::from_utf8(formatter.lines().to_vec()).unwrap()
    }

    proptest! {
        #[test]
        fn a_line_is_what_is_put_together_simply(
            [plain, path, refusal] in prop::array::uniform3(text()),
            numbers in prop::array::uniform4(number()),
            statuses in any::<[Option<u16>; 2]>(),
            [peer, backend] in any::<[[u8; 4]; 2]>(),
        ) {
            let call = CallRecord {
                // Up to the year 9999.
                time: Timestamp::from_millis(i64::try_from(numbers[0] % 253_402_300_800_000).unwrap()),
                path: &path,
                refusal: &refusal,
                bytes_in: numbers[1],
                duration_us: numbers[2],
                backend_us: Some(numbers[3]).filter(|us| us.is_multiple_of(2)),
                status: statuses[0].unwrap_or(200),
                backend_status: statuses[1],
                peer: (peer, statuses[0].unwrap_or(80)).into(),
                backend: statuses[1].map(|port| (backend, port).into()),
                ..a_call()
            };
            let calls = [call, a_call(), CallRecord { key: &plain, path: &plain, host: &path, ..call }];
            prop_assert_eq!(lines(&calls), calls.iter().map(simple).collect::<String>());
            // Nothing of the other calls is in a line.
            prop_assert_eq!(lines(&calls[..1]), simple(&call));
        }
    }

    #[test]
    fn the_longest_line_has_room() {
        let longest = "\u{1}".repeat(5000);
        let call = CallRecord {
            time: Timestamp::from_millis(-377_705_116_800_000),
            peer: "[1111:2222:3333:4444:5555:6666:7777:8888]:65535".parse().unwrap(),
            backend: Some("[1111:2222:3333:4444:5555:6666:7777:8888]:65535".parse().unwrap()),
            service: &longest,
            environment: &longest,
            api: &longest,
            key: &longest,
            plan: &longest,
            certificate: &longest,
            method: &longest,
            scheme: &longest,
            host: &longest,
            path: &longest,
            refusal: &longest,
            status: u16::MAX,
            backend_status: Some(u16::MAX),
            bytes_in: u64::MAX,
            bytes_out: u64::MAX,
            duration_us: u64::MAX,
            backend_us: Some(u64::MAX),
            ..a_call()
        };
        let lines = lines(&[call; 3]);
        let frame = lines.lines().next().unwrap().len() - 11 * LONGEST_ESCAPE * 4096;
        assert!(lines.lines().count() == 3 && frame <= LONGEST_FRAME, "{frame}");
    }
}
