//! A bare reverse proxy, to measure the engine alone: `proxy LISTEN TARGET [WORKERS]`, for example
//! `proxy 127.0.0.1:8080 127.0.0.1:9000 1`.
#![allow(clippy::print_stdout)]

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use net::{
    Buffer, Caller, Exchange, HeadFault, Io, Limits, Pool, PoolLimits, Request, RequestBody, SendFault, Target, Ticker,
    listen,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let (Some(address), Some(target)) = (words.next(), words.next()) else {
        return Err("usage: proxy LISTEN TARGET [WORKERS]".into());
    };
    let workers = words.next().map_or(Ok(1), |word| word.parse())?;
    let target: SocketAddr = target.parse()?;
    let target = Arc::new(Target::new(false, &target.ip().to_string(), target.port(), None)?);
    let (address, listeners) = listen::bind(address.parse()?, workers, false)?;
    println!("listening on {address}");
    let threads: Vec<_> = listeners
        .into_iter()
        .map(|listener| {
            let target = Arc::clone(&target);
            std::thread::spawn(move || -> std::io::Result<()> {
                listen::worker_runtime()?.block_on(work(listener, address, target))
            })
        })
        .collect();
    for thread in threads {
        thread.join().map_err(|_| "a worker panicked")??;
    }
    Ok(())
}

async fn work(listener: std::net::TcpListener, local: SocketAddr, target: Arc<Target>) -> std::io::Result<()> {
    let clock = Ticker::start();
    let limits = Rc::new(Limits::default());
    let pool = Pool::new(PoolLimits::default(), Rc::clone(&clock));
    let seats = listen::Seats::new(limits.max_connections);
    listen::accept(listener, seats, Rc::clone(&clock), move |stream, peer, seat| {
        let caller = Caller::new(Io::Plain(stream), peer, local, Rc::clone(&limits), Rc::clone(&clock));
        let (pool, target) = (Rc::clone(&pool), Arc::clone(&target));
        tokio::task::spawn_local(async move {
            serve(caller, &pool, &target).await;
            drop(seat);
        });
    })
    .await
}

async fn serve(mut caller: Caller, pool: &Pool, target: &Arc<Target>) {
    loop {
        let answered = match caller.next().await {
            Ok(Some(request)) => forward(&mut caller, &request, pool, target).await,
            Ok(None) => return,
            Err(fault) => refuse(&mut caller, fault).await,
        };
        if answered.is_none() {
            return;
        }
    }
}

async fn refuse(caller: &mut Caller, fault: HeadFault) -> Option<()> {
    let head = format!("HTTP/1.1 {} \r\nContent-Type: text/plain\r\n", fault.status());
    caller.answer(None, head.as_bytes(), fault.reason().as_bytes(), true).await.ok()
}

/// `None` when the connection is of no further use.
async fn forward(caller: &mut Caller, request: &Request, pool: &Pool, target: &Arc<Target>) -> Option<()> {
    let mut head = Buffer::take();
    head.extend_from_slice(request.method().as_bytes());
    head.extend_from_slice(b" ");
    head.extend_from_slice(request.target().as_bytes());
    head.extend_from_slice(b" HTTP/1.1\r\nHost: ");
    head.extend_from_slice(request.host().as_bytes());
    head.extend_from_slice(b"\r\n");
    request.copy_headers(&mut head, |_, _| false);
    match exchange(caller, request, &mut head, pool, target).await {
        Ok(exchange) => {
            head.clear();
            let response = exchange.response();
            head.extend_from_slice(b"HTTP/1.1 ");
            head.extend_from_slice(itoa::Buffer::new().format(response.status()).as_bytes());
            head.extend_from_slice(b" ");
            head.extend_from_slice(response.reason());
            head.extend_from_slice(b"\r\n");
            response.copy_headers(&mut head, |_, _| false);
            exchange.relay(caller, request, &mut head, pool, Duration::from_secs(60)).await.ok().map(|_| ())
        }
        Err(reason) => {
            let head = b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain\r\n";
            caller.answer(Some(request), head, reason.as_bytes(), false).await.ok()
        }
    }
}

async fn exchange(
    caller: &mut Caller,
    request: &Request,
    head: &mut Vec<u8>,
    pool: &Pool,
    target: &Arc<Target>,
) -> Result<Exchange, String> {
    let deadline = Instant::now() + Duration::from_secs(60);
    let backend = pool.acquire(target, deadline).await.map_err(|fault| fault.to_string())?;
    match Exchange::send(caller, request, backend, head, RequestBody::Stream, deadline).await {
        Ok(exchange) => Ok(exchange),
        Err(SendFault { safe_to_retry: true, .. }) => {
            let backend = pool.connect(target, deadline).await.map_err(|fault| fault.to_string())?;
            Exchange::send(caller, request, backend, head, RequestBody::Stream, deadline)
                .await
                .map_err(|fault| fault.to_string())
        }
        Err(fault) => Err(fault.to_string()),
    }
}
