//! Opening a connection to a backend.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::time::timeout_at;
use tokio_rustls::TlsConnector;

use super::resolve::Resolver;
use crate::{ConnectFault, Io, Target};

/// Tries the target's addresses one after another, each for at most `each`, all until `deadline`.
pub(super) async fn connect(
    target: &Target,
    resolver: &Resolver,
    each: Duration,
    deadline: Instant,
) -> Result<(Io, SocketAddr), ConnectFault> {
    match target.address() {
        Some(address) => attempt(target, address, each, deadline).await,
        None => {
            let lookup = timeout_at(deadline.into(), resolver.addresses(target.host()));
            let addresses = lookup.await.map_err(|_| ConnectFault::Timeout)?.map_err(|_| ConnectFault::Resolve)?;
            let mut last = ConnectFault::Resolve;
            for address in addresses.iter() {
                match attempt(target, *address, each, deadline).await {
                    Ok(connected) => return Ok(connected),
                    Err(fault) => last = fault,
                }
                if Instant::now() >= deadline || last == ConnectFault::Exhausted {
                    break;
                }
            }
            Err(last)
        }
    }
}

async fn attempt(
    target: &Target,
    address: IpAddr,
    each: Duration,
    deadline: Instant,
) -> Result<(Io, SocketAddr), ConnectFault> {
    let peer = SocketAddr::new(address, target.port());
    let until = (Instant::now() + each).min(deadline);
    let attempt = async {
        let tcp = TcpStream::connect(peer).await.map_err(|error| fault_of(&error))?;
        tcp.set_nodelay(true).map_err(|error| fault_of(&error))?;
        let Some((config, name)) = target.tls() else { return Ok(Io::Plain(tcp)) };
        let connector = TlsConnector::from(Arc::clone(config));
        let tls = connector.connect(name.clone(), tcp).await.map_err(|_| ConnectFault::Tls)?;
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
