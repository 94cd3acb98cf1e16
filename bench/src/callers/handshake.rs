//! TLS handshakes: connect, shake hands, say goodbye, wait until the gateway has hung up; no call.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use rustls::{ClientConnection, HandshakeKind};

use crate::callers::Line;
use crate::poll::{Poll, Token};
use crate::tally::Tally;
use crate::trust::Trust;
use crate::wire::connect;

/// Whether a caller's handshakes go on from its earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Each begins anew, with the gateway's signature.
    Full,
    /// Each goes on from the last one, but for the caller's first.
    Resumed,
}

/// One caller, who shakes hands again and again.
pub(crate) struct Handshake {
    gateway: SocketAddr,
    token: Token,
    trust: Trust,
    kind: Kind,
    first: bool,
    under_way: Option<UnderWay>,
    broken: bool,
}

struct UnderWay {
    stream: TcpStream,
    tls: ClientConnection,
    sent: Instant,
    /// Whether the handshake is done and the goodbye said.
    parting: bool,
}

impl Handshake {
    /// A caller that has not begun.
    pub(crate) fn new(gateway: SocketAddr, token: Token, trust: &Trust, kind: Kind) -> Handshake {
        let trust = match kind {
            Kind::Full => trust.clone(),
            Kind::Resumed => trust.resuming(),
        };
        Handshake { gateway, token, trust, kind, first: true, under_way: None, broken: false }
    }

    fn begin(&self, poll: &Poll) -> anyhow::Result<UnderWay> {
        let sent = Instant::now();
        let tls = self.trust.begin()?;
        let stream = connect(self.gateway)?;
        stream.set_nonblocking(true)?;
        poll.watch(&stream, self.token)?;
        let mut begun = UnderWay { stream, tls, sent, parting: false };
        begun.flush()?;
        Ok(begun)
    }
}

impl UnderWay {
    /// Goes as far as what has come allows; true when the gateway has hung up after the goodbye.
    fn go_on(&mut self) -> io::Result<bool> {
        loop {
            if !self.parting && !self.tls.is_handshaking() {
                self.tls.send_close_notify();
                self.parting = true;
            }
            self.flush()?;
            match self.tls.read_tls(&mut self.stream) {
                Ok(0) if self.parting => return Ok(true),
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                // The goodbye may cross the gateway's own: what is left unread there makes it a reset.
                Err(error) if error.kind() == ErrorKind::ConnectionReset && self.parting => return Ok(true),
                Err(error) => return Err(error),
            }
            let state =
                self.tls.process_new_packets().map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?;
            if state.plaintext_bytes_to_read() > 0 {
                return Err(io::Error::new(ErrorKind::InvalidData, "an answer that nobody asked for"));
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        while self.tls.wants_write() {
            match self.tls.write_tls(&mut self.stream) {
                Ok(_) => {}
                Err(error) if self.parting && error.kind() == ErrorKind::BrokenPipe => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl Line for Handshake {
    fn ask(&mut self, poll: &Poll, tally: &mut Tally) {
        if self.broken || self.under_way.is_some() || tally.ask().is_none() {
            return;
        }
        match self.begin(poll) {
            Ok(begun) => self.under_way = Some(begun),
            Err(error) => {
                self.broken = true;
                tally.fault(|| format!("{error:#}"));
            }
        }
    }

    fn take(&mut self, poll: &Poll, tally: &mut Tally) {
        let Some(under_way) = &mut self.under_way else { return };
        match under_way.go_on() {
            Ok(false) => return,
            Ok(true) => {
                let due = match self.kind {
                    Kind::Resumed if !self.first => HandshakeKind::Resumed,
                    Kind::Full | Kind::Resumed => HandshakeKind::Full,
                };
                let found = under_way.tls.handshake_kind();
                if found == Some(due) {
                    tally.good(under_way.sent);
                } else {
                    tally.fault(|| format!("the handshake was {found:?} instead of {due:?}"));
                }
                self.first = false;
            }
            Err(error) => {
                self.broken = true;
                tally.fault(|| format!("a handshake failed: {error}"));
            }
        }
        self.under_way = None;
        self.ask(poll, tally);
    }

    fn due(&self) -> usize {
        usize::from(self.under_way.is_some())
    }

    fn alive(&self) -> bool {
        !self.broken
    }
}
