//! A pool is bounded in the targets that it keeps connections for, not only in the connections.

use std::sync::Arc;
use std::time::{Duration, Instant};

use net::{Pool, PoolLimits, Target, Ticker};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::gate::run;

fn far() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

#[test]
fn ever_new_targets_do_not_fill_the_pool() {
    run(async {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let accepting = tokio::task::spawn_local(async move {
            let mut held = Vec::new();
            loop {
                held.push(listener.accept().await.unwrap().0);
                if held.len() > 512 {
                    held.remove(0);
                }
            }
        });
        let pool = Pool::new(PoolLimits { max_targets: 64, ..PoolLimits::default() }, Ticker::start());
        let mut last = None;
        for _ in 0..2000 {
            let target = Arc::new(Target::new(false, "127.0.0.1", port, None).unwrap());
            let backend = pool.connect(&target, far()).await.unwrap();
            pool.put_back(backend);
            assert!(pool.idle_count() <= 64, "{} connections rest", pool.idle_count());
            last = Some(target);
        }
        assert!(pool.idle_count() >= 56, "no more is let go than the longest unused eighth");
        let before = pool.opened_count();
        drop(pool.acquire(&last.unwrap(), far()).await.unwrap());
        assert_eq!(pool.opened_count(), before, "the one used last is still there");
        accepting.abort();
    });
}

#[test]
fn a_probe_gives_the_final_status_of_one_request() {
    run(async {
        for (answer, expected) in [
            ("HTTP/1.1 204 No Content\r\n\r\n", Ok(204)),
            ("HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 503 No\r\nContent-Length: 5\r\n\r\n", Ok(503)),
            ("HTTP/1.1 200", Err(net::ProbeFault::Lost)),
            ("", Err(net::ProbeFault::Lost)),
        ] {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
            let port = listener.local_addr().unwrap().port();
            let peer = tokio::task::spawn_local(async move {
                let (mut peer, _) = listener.accept().await.unwrap();
                let mut head = [0; 37];
                peer.read_exact(&mut head).await.unwrap();
                peer.write_all(answer.as_bytes()).await.unwrap();
                head
            });
            let pool = Pool::new(PoolLimits::default(), Ticker::start());
            let target = Arc::new(Target::new(false, "127.0.0.1", port, None).unwrap());
            let head = b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n";
            assert_eq!(pool.probe(&target, head, far()).await, expected, "{answer:?}");
            assert_eq!(&peer.await.unwrap(), head);
            assert_eq!(pool.idle_count(), 0);
        }
    });
}

#[test]
fn a_probe_waits_no_longer_than_it_may() {
    run(async {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let pool = Pool::new(PoolLimits::default(), Ticker::start());
        let target = Arc::new(Target::new(false, "127.0.0.1", port, None).unwrap());
        let asked = pool.probe(&target, b"GET / HTTP/1.1\r\n\r\n", Instant::now() + Duration::from_millis(50)).await;
        assert_eq!(asked, Err(net::ProbeFault::Timeout));
        drop(listener);
    });
}
