//! Listening sockets, one for each worker, and the loop that accepts.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::rc::Rc;

use tokio::net::TcpStream;
use tokio::runtime::LocalRuntime;

use crate::Ticker;

/// Binds `address` once for each of `workers` (SO_REUSEPORT), so that the kernel spreads connections over them. Port 0 is resolved once;
/// all get the same port. Returns the address that is listened on.
pub fn bind(address: SocketAddr, workers: usize) -> io::Result<(SocketAddr, Vec<TcpListener>)> {
    let _ = (address, workers);
    todo!()
}

/// A runtime for one worker thread: everything on it stays on that thread, so tasks need not be `Send` (`tokio::task::spawn_local`).
pub fn worker_runtime() -> io::Result<LocalRuntime> {
    todo!()
}

/// Accepts connections until `clock` is draining and hands each, with TCP_NODELAY, to `take` together with a [`Seat`] that has to live as
/// long as the connection. Accepts no more than `max_connections` at a time. Survives a lack of file descriptors.
pub async fn accept(
    listener: TcpListener,
    max_connections: usize,
    clock: Rc<Ticker>,
    mut take: impl FnMut(TcpStream, SocketAddr, Seat),
) -> io::Result<()> {
    let _ = (listener, max_connections, clock, &mut take);
    todo!()
}

/// One of the connections that a worker may hold; free again when dropped.
#[derive(Debug)]
pub struct Seat {}
