//! Readiness of sockets and pipes, asked for without ever sleeping.
//!
//! A load side that sleeps is woken by the gateway's own writes, and the kernel charges that wake-up to the gateway. So
//! the only question asked here is "what is ready now", with a timeout of zero.

use std::os::fd::{AsFd, OwnedFd};

use anyhow::{Context, Result};
use rustix::event::{Timespec, epoll};

/// How many ready sockets one question returns at most.
const BATCH: usize = 256;

/// Who a ready socket belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// One of the origin's listeners.
    Listener,
    /// A connection that a gateway opened to the origin, by its place in the origin's list.
    Origin(u32),
    /// A connection that the load opened to a gateway, by its place in the list of callers.
    Caller(u32),
    /// A gateway's access log, by its place in the list of logs.
    Log(u32),
}

impl Token {
    /// Its place in its list; 0 for a listener.
    pub(crate) fn place(self) -> u32 {
        match self {
            Token::Listener => 0,
            Token::Origin(place) | Token::Caller(place) | Token::Log(place) => place,
        }
    }

    fn pack(self) -> u64 {
        match self {
            Token::Listener => 0,
            Token::Origin(place) => 1 << 32 | u64::from(place),
            Token::Caller(place) => 2 << 32 | u64::from(place),
            Token::Log(place) => 3 << 32 | u64::from(place),
        }
    }

    fn unpack(word: u64) -> Token {
        let place = (word & 0xffff_ffff) as u32;
        match word >> 32 {
            0 => Token::Listener,
            1 => Token::Origin(place),
            2 => Token::Caller(place),
            _ => Token::Log(place),
        }
    }
}

/// An epoll instance and the list that it fills.
pub(crate) struct Poll {
    epoll: OwnedFd,
    events: Vec<epoll::Event>,
}

impl Poll {
    /// A poll that watches nothing yet.
    pub(crate) fn new() -> Result<Poll> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC).context("epoll_create")?;
        Ok(Poll { epoll, events: Vec::with_capacity(BATCH) })
    }

    /// Watches a socket until it is closed. It is named once for every arrival, not for as long as something is left: who is
    /// told reads more than ever comes at once, or until nothing is left. It is also named when it takes bytes again after
    /// it took none.
    pub(crate) fn watch(&self, socket: impl AsFd, token: Token) -> Result<()> {
        let data = epoll::EventData::new_u64(token.pack());
        let flags = epoll::EventFlags::IN | epoll::EventFlags::OUT | epoll::EventFlags::ET;
        epoll::add(&self.epoll, socket, data, flags).context("epoll_ctl")
    }

    /// Fills `ready` with what is ready at this moment; empty when nothing is.
    pub(crate) fn ready(&mut self, ready: &mut Vec<Token>) -> Result<()> {
        ready.clear();
        self.events.clear();
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        match epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut self.events), Some(&now)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error).context("epoll_wait"),
        }
        ready.extend(self.events.iter().map(|event| Token::unpack(event.data.u64())));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_its_trip_through_the_kernel() {
        for token in [Token::Listener, Token::Origin(0), Token::Origin(u32::MAX), Token::Caller(7), Token::Log(1)] {
            assert_eq!(Token::unpack(token.pack()), token);
        }
    }
}
