//! Records as messages of syslog (RFC 5424): `<134>1 TIME HOST tollgate PID access - {"time":…}`.
//!
//! The facility is local0, the severity is informational; the message is the line of the access log. Over UDP and to a socket
//! of this machine a message is a datagram (RFC 5426), over TCP it follows its length (RFC 6587, 3.4.1).

use std::io::{self, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::time::Duration;

use observe::{Block, Carrier, Trouble};

use crate::settings::delivery::{HostPort, SyslogPlace};

/// How long connecting and writing may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The longest message of a datagram; a longer one is cut there, as RFC 5424 allows.
const LONGEST_DATAGRAM: usize = 60_000;

/// Local0, informational.
const PRIORITY: u8 = 16 * 8 + 6;

pub(super) struct Syslog {
    place: SyslogPlace,
    /// Host, application, process and kind of message.
    origin: String,
    way: Option<Way>,
    /// Messages of a block that went out before one did not: they are not sent again.
    done: usize,
}

enum Way {
    Udp(UdpSocket),
    Tcp(TcpStream),
    Unix(UnixDatagram),
}

impl Syslog {
    pub(super) fn new(place: SyslogPlace) -> Self {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let host: String = host.trim().chars().filter(char::is_ascii_graphic).take(255).collect();
        let host = if host.is_empty() { "-" } else { &host };
        Self { place, origin: format!("{host} tollgate {} access -", std::process::id()), way: None, done: 0 }
    }

    fn carry_on(&mut self, block: &Block) -> io::Result<()> {
        let mut way = match self.way.take() {
            Some(way) if way.is_open() => way,
            _ => Way::open(&self.place)?,
        };
        if let Way::Tcp(stream) = &mut way {
            // A whole block at a time: how much of one that broke off has arrived, nobody can know.
            let mut all = Vec::with_capacity(block.lines.len() * 2);
            for record in block.records() {
                let message = self.message(record);
                write!(all, "{} ", message.len())?;
                all.extend_from_slice(&message);
            }
            stream.write_all(&all)?;
        } else {
            for (at, record) in block.records().enumerate().skip(self.done) {
                let mut message = self.message(record);
                message.truncate(LONGEST_DATAGRAM);
                match &way {
                    Way::Udp(socket) => socket.send(&message)?,
                    Way::Unix(socket) => socket.send(&message)?,
                    Way::Tcp(_) => 0,
                };
                self.done = at + 1;
            }
        }
        self.done = 0;
        self.way = Some(way);
        Ok(())
    }

    fn message(&self, record: &[u8]) -> Vec<u8> {
        let mut message = format!("<{PRIORITY}>1 {} {} ", time_of(record), self.origin).into_bytes();
        message.extend_from_slice(record);
        message
    }
}

impl Carrier for Syslog {
    fn carry(&mut self, block: &Block) -> Result<(), Trouble> {
        self.carry_on(block).map_err(|error| Trouble::Later(error.to_string()))
    }

    fn give_up(&mut self) {
        // They were of the block that is gone: of the next one nothing was sent.
        self.done = 0;
    }
}

impl Way {
    fn open(place: &SyslogPlace) -> io::Result<Self> {
        match place {
            SyslogPlace::Udp(place) => udp(place).map(Self::Udp),
            SyslogPlace::Tcp(place) => tcp(place).map(Self::Tcp),
            SyslogPlace::Unix(path) => unix(path).map(Self::Unix),
        }
    }

    /// Whether the collector still listens, as far as anybody knows: one that said goodbye would let the next block get lost
    /// without a word, since the first write to a connection that its other end has closed succeeds.
    fn is_open(&self) -> bool {
        let Self::Tcp(stream) = self else { return true };
        let looked = stream.set_nonblocking(true).and_then(|()| stream.peek(&mut [0]));
        let is_open = match looked {
            Ok(said) => said > 0,
            Err(error) => error.kind() == io::ErrorKind::WouldBlock,
        };
        is_open && stream.set_nonblocking(false).is_ok()
    }
}

fn udp(place: &HostPort) -> io::Result<UdpSocket> {
    let to = place.addresses()?;
    let from: SocketAddr = if to.first().is_some_and(SocketAddr::is_ipv6) { "[::]:0" } else { "0.0.0.0:0" }
        .parse()
        .map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    let socket = UdpSocket::bind(from)?;
    socket.connect(to.as_slice())?;
    Ok(socket)
}

fn tcp(place: &HostPort) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in place.addresses()? {
        match TcpStream::connect_timeout(&address, TIMEOUT) {
            Ok(stream) => {
                stream.set_write_timeout(Some(TIMEOUT))?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn unix(path: &Path) -> io::Result<UnixDatagram> {
    let socket = UnixDatagram::unbound()?;
    socket.set_write_timeout(Some(TIMEOUT))?;
    socket.connect(path)?;
    Ok(socket)
}

/// The time that stands at the beginning of a line: `{"time":"2026-03-01T12:00:00.045Z"`.
fn time_of(record: &[u8]) -> &str {
    let time = record.strip_prefix(b"{\"time\":\"").and_then(|rest| rest.split(|byte| *byte == b'"').next());
    time.and_then(|time| str::from_utf8(time).ok()).unwrap_or("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_that_is_given_up_takes_nothing_of_the_next_along() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let collector = UnixDatagram::bind(&path).unwrap();
        collector.set_nonblocking(true).unwrap();
        let mut syslog = Syslog::new(SyslogPlace::Unix(path));
        let block = Block { lines: b"{\"a\":1}\n{\"a\":2}\n".to_vec(), calls: 2 };
        // One of its lines went out, and then no more.
        syslog.done = 1;
        syslog.give_up();
        syslog.carry(&block).unwrap();
        let mut arrived = 0;
        while collector.recv(&mut [0; 1024]).is_ok() {
            arrived += 1;
        }
        assert_eq!(arrived, 2);
    }

    #[test]
    fn a_message_has_the_form_of_the_standard() {
        let syslog = Syslog::new(SyslogPlace::Unix("/dev/log".into()));
        let message =
            String::from_utf8(syslog.message(br#"{"time":"2026-03-01T12:00:00.045Z","status":200}"#)).unwrap();
        let words: Vec<&str> = message.splitn(8, ' ').collect();
        assert_eq!((words[0], words[1]), ("<134>1", "2026-03-01T12:00:00.045Z"));
        assert_eq!((words[3], words[5], words[6]), ("tollgate", "access", "-"));
        assert_eq!(words[7], r#"{"time":"2026-03-01T12:00:00.045Z","status":200}"#);
        assert_eq!(time_of(b"{}"), "-");
    }
}
