//! TLS on either side.

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::gate::run;
use net::http2::{self, Opening};
use net::{Caller, ConnectFault, Exchange, Limits, Pool, PoolLimits, RequestBody, Speaks, Target, Ticker, listen, tls};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const LIMIT: Duration = Duration::from_secs(10);

fn front(certificate: &str, key: &str) -> Arc<rustls::ServerConfig> {
    use rustls::pki_types::pem::PemObject;
    let key = rustls::pki_types::PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    let certificate = tls::certified(certificate, key).unwrap();
    let tickets = tls::Tickets::new().unwrap();
    tls::Front { certificate, only_tls13: false, client_authorities: None, tickets: &tickets }.config().unwrap()
}

/// A TLS backend that answers with the path it was asked for, and its certificate.
async fn backend() -> (SocketAddr, rustls::RootCertStore) {
    use rustls::pki_types::pem::PemObject;
    let (certificate, key) = tls::self_signed(&["localhost".into()]).unwrap();
    let config = front(&certificate, &key);
    let mut roots = rustls::RootCertStore::empty();
    roots.add(rustls::pki_types::CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()).unwrap();
    let (address, listeners) = listen::bind("127.0.0.1:0".parse().unwrap(), 1, false).unwrap();
    let clock = Ticker::start();
    let accepting = Rc::clone(&clock);
    tokio::task::spawn_local(async move {
        let take = |stream: TcpStream, peer, seat| {
            let (config, clock) = (Arc::clone(&config), Rc::clone(&accepting));
            tokio::task::spawn_local(async move {
                let Ok(io) = tls::accept(stream, LIMIT, |_| config).await else { return };
                let limits = Rc::new(Limits::default());
                if io.speaks_http2() {
                    let opening = Opening::new(io, peer, address, limits, clock);
                    http2::serve(opening, |caller| drop(tokio::task::spawn_local(answer(caller)))).await;
                } else {
                    answer(Caller::new(io, peer, address, limits, clock)).await;
                }
                drop(seat);
            });
        };
        listen::accept(listeners.into_iter().next().unwrap(), listen::Seats::new(10), Rc::clone(&accepting), take)
            .await
            .unwrap();
    });
    (address, roots)
}

async fn answer(mut caller: Caller) {
    assert!(caller.is_tls());
    while let Ok(Some(request)) = caller.next().await {
        let body = format!("{} {:?}", request.path(), request.version());
        caller.answer(Some(&request), b"HTTP/1.1 200 OK\r\n", body.as_bytes(), false).await.unwrap();
    }
}

#[test]
fn a_caller_speaks_tls_and_the_connection_lives_on() {
    run(async {
        let (address, roots) = backend().await;
        let connector = tokio_rustls::TlsConnector::from(Arc::new(tls::client_config_with(roots)));
        let stream = TcpStream::connect(address).await.unwrap();
        let mut stream = connector.connect("localhost".try_into().unwrap(), stream).await.unwrap();
        for path in ["/1", "/2"] {
            stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes()).await.unwrap();
            let expected = format!("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{path} Http11");
            let mut got = vec![0; expected.len()];
            stream.read_exact(&mut got).await.unwrap();
            assert_eq!(String::from_utf8_lossy(&got), expected);
        }
        stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.unwrap();
        // The end is a proper one: close_notify, else reading to the end would be an error.
        let mut rest = String::new();
        stream.read_to_string(&mut rest).await.unwrap();
        assert!(rest.ends_with("Connection: close\r\n\r\n/ Http11"), "{rest}");
    });
}

/// A caller's connection to make an exchange with, on which nothing was said.
async fn idle_caller(clock: &Rc<Ticker>) -> (Caller, TcpStream) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let other = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (stream, peer) = listener.accept().await.unwrap();
    let local = stream.local_addr().unwrap();
    (Caller::new(net::Io::Plain(stream), peer, local, Rc::default(), Rc::clone(clock)), other)
}

#[test]
fn a_tls_backend_is_used_again() {
    is_used_again(Speaks::Http11, b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n/secure Http11");
}

#[test]
fn a_backend_that_offers_http2_is_spoken_to_in_it() {
    is_used_again(Speaks::Negotiated, b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n/secure Http2");
}

fn is_used_again(speaks: Speaks, expected: &'static [u8]) {
    run(async move {
        let (address, roots) = backend().await;
        let clock = Ticker::start();
        let pool = Pool::new(PoolLimits::default(), Rc::clone(&clock));
        let config = Arc::new(tls::client_config_with(roots));
        let target = Arc::new(Target::new(true, "localhost", address.port(), Some(config)).unwrap().speaking(speaks));
        let (mut caller, mut other) = idle_caller(&clock).await;
        for number in 0..3 {
            other.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
            let request = caller.next().await.unwrap().unwrap();
            let deadline = Instant::now() + LIMIT;
            let backend = pool.acquire(&target, deadline).await.unwrap();
            assert_eq!(backend.reused(), number > 0);
            let mut head = b"GET /secure HTTP/1.1\r\nHost: localhost\r\n".to_vec();
            let body = RequestBody::Empty;
            let exchange = Exchange::send(&mut caller, &request, backend, &mut head, body, deadline).await.unwrap();
            let mut head = b"HTTP/1.1 200 OK\r\n".to_vec();
            exchange.relay(&mut caller, &request, &mut head, &pool, LIMIT).await.unwrap();
            let mut got = vec![0; expected.len()];
            other.read_exact(&mut got).await.unwrap();
            assert_eq!(got, expected);
        }
        assert_eq!(pool.opened_count(), 1);
    });
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused() {
    run(async {
        let (address, roots) = backend().await;
        let pool = Pool::new(PoolLimits::default(), Ticker::start());
        let deadline = Instant::now() + LIMIT;
        let untrusted = Arc::new(Target::new(true, "localhost", address.port(), None).unwrap());
        assert_eq!(pool.acquire(&untrusted, deadline).await.unwrap_err(), ConnectFault::Tls);
        // Trusted, but made for another name.
        let config = Arc::new(tls::client_config_with(roots));
        let misnamed = Arc::new(Target::new(true, "127.0.0.1", address.port(), Some(config)).unwrap());
        assert_eq!(pool.acquire(&misnamed, deadline).await.unwrap_err(), ConnectFault::Tls);
    });
}

#[test]
fn a_host_without_address_is_a_fault_of_its_own() {
    run(async {
        let pool = Pool::new(PoolLimits::default(), Ticker::start());
        let target = Arc::new(Target::new(false, "no-such-host.invalid", 80, None).unwrap());
        let deadline = Instant::now() + LIMIT;
        assert_eq!(pool.acquire(&target, deadline).await.unwrap_err(), ConnectFault::Resolve);
    });
}
