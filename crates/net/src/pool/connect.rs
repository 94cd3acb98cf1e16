//! Opening a connection to a backend.

use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::time::{sleep, timeout_at};
use tokio_rustls::TlsConnector;

use super::resolve::Resolver;
use crate::{ConnectFault, Io, Target};

/// How long one address is waited for before the next is tried beside it (RFC 8305, 5).
const HEAD_START: Duration = Duration::from_millis(250);

type Connected = Result<(Io, SocketAddr), ConnectFault>;

/// Tries the target's addresses, each for at most `each`, all until `deadline`; the first connection that stands is taken.
pub(super) async fn connect(target: &Target, resolver: &Resolver, each: Duration, deadline: Instant) -> Connected {
    match target.address() {
        Some(address) => attempt(target, address, each, deadline).await,
        None => {
            let lookup = timeout_at(deadline.into(), resolver.addresses(target.host()));
            let addresses = lookup.await.map_err(|_| ConnectFault::Timeout)?.map_err(|_| ConnectFault::Resolve)?;
            race(&addresses, |address| attempt(target, address, each, deadline), || sleep(HEAD_START)).await
        }
    }
}

/// Happy eyeballs: begins with the first address, goes on to the next when one has failed or has had its `head_start`, and
/// takes whatever stands first. The others are dropped.
async fn race<T, A, W>(
    addresses: &[IpAddr],
    attempt: impl Fn(IpAddr) -> A,
    head_start: impl Fn() -> W,
) -> Result<T, ConnectFault>
where
    A: Future<Output = Result<T, ConnectFault>>,
    W: Future<Output = ()>,
{
    let mut waiting = addresses.iter();
    let mut running: Vec<Pin<Box<A>>> = Vec::new();
    let mut last = ConnectFault::Resolve;
    let mut ahead = pin!(head_start());
    poll_fn(|cx| {
        loop {
            let mut failed = false;
            let mut at = 0;
            while let Some(one) = running.get_mut(at) {
                match one.as_mut().poll(cx) {
                    Poll::Ready(Ok(connected)) => return Poll::Ready(Ok(connected)),
                    Poll::Ready(Err(fault)) => {
                        drop(running.swap_remove(at));
                        last = fault;
                        failed = true;
                    }
                    Poll::Pending => at += 1,
                }
            }
            let may_begin = failed || running.is_empty() || ahead.as_mut().poll(cx).is_ready();
            // Without a file descriptor no other address helps.
            if may_begin
                && last != ConnectFault::Exhausted
                && let Some(address) = waiting.next()
            {
                running.push(Box::pin(attempt(*address)));
                ahead.set(head_start());
                continue;
            }
            return if running.is_empty() { Poll::Ready(Err(last)) } else { Poll::Pending };
        }
    })
    .await
}

async fn attempt(target: &Target, address: IpAddr, each: Duration, deadline: Instant) -> Connected {
    let peer = SocketAddr::new(address, target.port());
    let until = (Instant::now() + each).min(deadline);
    let attempt = async {
        let tcp = TcpStream::connect(peer).await.map_err(|error| fault_of(&error))?;
        tcp.set_nodelay(true).map_err(|error| fault_of(&error))?;
        let Some((config, name)) = target.tls() else { return Ok(Io::Plain(tcp)) };
        let connector = TlsConnector::from(Arc::clone(config));
        let tls =
            connector.with_alpn(target.protocols()).connect(name.clone(), tcp).await.map_err(|_| ConnectFault::Tls)?;
        Ok(Io::Tls(Box::new(tls.into())))
    };
    let io = timeout_at(until.into(), attempt).await.map_err(|_| ConnectFault::Timeout)??;
    Ok((io, peer))
}

fn fault_of(error: &io::Error) -> ConnectFault {
    const EMFILE: i32 = 24;
    const ENFILE: i32 = 23;
    match error.raw_os_error() {
        Some(EMFILE | ENFILE) => ConnectFault::Exhausted,
        _ if error.kind() == io::ErrorKind::TimedOut => ConnectFault::Timeout,
        _ => ConnectFault::Refused,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::collections::BTreeSet;
    use std::net::Ipv4Addr;
    use std::task::{Context, Waker};

    use super::*;

    /// What becomes of an attempt, and when.
    type Fate = (u64, Option<ConnectFault>);

    /// A clock that stands still unless everything waits for it: milliseconds.
    #[derive(Default)]
    struct Clock {
        now: Cell<u64>,
        awaited: RefCell<BTreeSet<u64>>,
    }

    impl Clock {
        fn after(&self, wait: u64) -> impl Future<Output = ()> {
            let due = self.now.get() + wait;
            poll_fn(move |_| {
                if self.now.get() >= due {
                    return Poll::Ready(());
                }
                self.awaited.borrow_mut().insert(due);
                Poll::Pending
            })
        }

        fn run<T>(&self, work: impl Future<Output = T>) -> T {
            let mut work = pin!(work);
            loop {
                if let Poll::Ready(done) = work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                    return done;
                }
                self.now.set(self.awaited.borrow_mut().pop_first().expect("somebody waits"));
            }
        }
    }

    /// Races addresses with these fates; gives the faults or the winner, and when each began.
    fn raced(fates: &'static [Fate]) -> (Result<u8, ConnectFault>, Vec<u64>) {
        let (clock, begun) = (Clock::default(), RefCell::new(Vec::new()));
        let addresses: Vec<IpAddr> = (0..fates.len() as u8).map(|last| Ipv4Addr::new(10, 0, 0, last).into()).collect();
        let attempt = |address: IpAddr| {
            let IpAddr::V4(v4) = address else { unreachable!() };
            let [.., number] = v4.octets();
            let (after, fault) = fates[usize::from(number)];
            begun.borrow_mut().push(clock.now.get());
            let wait = clock.after(after);
            async move {
                wait.await;
                fault.map_or(Ok(number), Err)
            }
        };
        let head_start = || clock.after(HEAD_START.as_millis() as u64);
        let outcome = clock.run(race(&addresses, attempt, head_start));
        (outcome, begun.into_inner())
    }

    #[test]
    fn a_fast_first_address_is_alone() {
        assert_eq!(raced(&[(100, None), (0, None)]), (Ok(0), vec![0]));
    }

    #[test]
    fn a_slow_address_gets_company_and_the_first_that_stands_is_taken() {
        assert_eq!(raced(&[(5000, None), (100, None), (0, None)]), (Ok(1), vec![0, 250]));
        assert_eq!(raced(&[(300, None), (5000, None), (0, None)]), (Ok(0), vec![0, 250]));
    }

    #[test]
    fn a_failed_address_is_followed_at_once() {
        const REFUSED: Fate = (10, Some(ConnectFault::Refused));
        assert_eq!(raced(&[REFUSED, REFUSED, (10, None)]), (Ok(2), vec![0, 10, 20]));
        assert_eq!(raced(&[REFUSED, (5000, Some(ConnectFault::Timeout))]).0, Err(ConnectFault::Timeout));
    }

    #[test]
    fn without_file_descriptors_no_further_address_is_tried() {
        assert_eq!(raced(&[(0, Some(ConnectFault::Exhausted)), (0, None)]), (Err(ConnectFault::Exhausted), vec![0]));
        assert_eq!(raced(&[]).0, Err(ConnectFault::Resolve));
    }
}
