//! The engine between real sockets: every byte that caller and backend send and see.

mod body;
mod caller;
mod fault;
mod gate;
mod message;
mod tls;
