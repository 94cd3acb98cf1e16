//! Bodies: streamed both ways, in every framing, early answers, 100-continue, limits.

use std::time::Duration;

use crate::gate::{Event, Gate, Peer, backend, run};
use net::{BodyFault, ChunkFault, Limits, SendFaultKind};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

#[test]
fn a_small_body_and_its_head_reach_the_backend_in_one_piece() {
    run(async {
        let backend = backend(|_, peer| async move {
            let mut piece = [0; 1024];
            peer.0.readable().await.unwrap();
            let count = peer.0.try_read(&mut piece).unwrap();
            assert_eq!(piece[..count], *b"POST / HTTP/1.1\r\nHost: b\r\nContent-Length: 5\r\n\r\nhello");
            let mut peer = peer;
            peer.say(OK).await;
            peer.hears_rest().await;
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        caller.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello").await;
        caller.hears(OK).await;
    });
}

#[test]
fn chunks_and_trailers_go_both_ways() {
    run(async {
        let backend = backend(|_, mut peer| async move {
            peer.hears("POST / HTTP/1.1\r\nHost: b\r\nTrailer: Sum\r\nTE: trailers\r\nConnection: TE\r\nTransfer-Encoding: chunked\r\n\r\n").await;
            peer.hears("3\r\nabc\r\n2\r\nde\r\n0\r\nSum: 5\r\n\r\n").await;
            peer.say("HTTP/1.1 200 OK\r\nTrailer: Sum\r\nTransfer-Encoding: Chunked\r\n\r\n4;x=y\r\nwxyz\r\n0\r\nSum: 4\r\nContent-Length: 3\r\n\r\n").await;
            peer.hears_head().await;
            peer.say(OK).await;
            peer.hears_rest().await;
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        caller
            .say("POST / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: TE\r\nTrailer: Sum\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;ext\r\nde\r\n0\r\nSum: 5\r\nHost: evil\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
            .await;
        caller
            .hears(
                "HTTP/1.1 200 OK\r\nTrailer: Sum\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwxyz\r\n0\r\nSum: 4\r\n\r\n",
            )
            .await;
        caller.hears(OK).await;
        assert_eq!(gate.pool.opened_count(), 1);
    });
}

#[test]
fn chunks_are_passed_on_as_they_come() {
    run(async {
        let backend = backend(|_, mut peer| async move {
            peer.hears_head().await;
            peer.hears("1\r\na\r\n").await;
            peer.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nA\r\n").await;
            peer.hears("1\r\nb\r\n").await;
            peer.say("1\r\nB\r\n").await;
            peer.hears("0\r\n\r\n").await;
            peer.say("0\r\n\r\n").await;
            peer.hears_rest().await;
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        caller.say("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n").await;
        // The answer begins before the request has ended, and both go on.
        caller.hears("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n1\r\nA\r\n").await;
        caller.say("1\r\nb\r\n").await;
        caller.hears("1\r\nB\r\n").await;
        caller.say("0\r\n\r\n").await;
        caller.hears("0\r\n\r\n").await;
        assert_eq!(caller.hears_rest().await, "");
    });
}

/// Bytes that are not the same in any two places near each other.
fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at % 251) as u8 ^ (at / 65_536) as u8).collect()
}

#[test]
fn large_bodies_stream_both_ways() {
    const LENGTH: usize = 3_000_000;
    run(async {
        let backend = backend(|_, mut peer| async move {
            let head = peer.hears_head().await;
            assert!(head.contains(&format!("Content-Length: {LENGTH}\r\n")), "{head}");
            assert!(peer.hears_bytes(LENGTH).await == pattern(LENGTH));
            peer.say(format!("HTTP/1.1 200 OK\r\nContent-Length: {LENGTH}\r\n\r\n")).await;
            peer.say(pattern(LENGTH)).await;
            peer.hears_head().await;
            peer.say(OK).await;
            peer.hears_rest().await;
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        caller.say(format!("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: {LENGTH}\r\n\r\n")).await;
        caller.say(pattern(LENGTH)).await;
        caller.hears_head().await;
        assert!(caller.hears_bytes(LENGTH).await == pattern(LENGTH));
        caller.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        caller.hears(OK).await;
        assert_eq!(gate.pool.opened_count(), 1);
    });
}

#[test]
fn a_caller_that_does_not_read_holds_the_backend_up() {
    const CHUNK: usize = 1024 * 1024;
    run(async {
        let (told, mut hear) = tokio::sync::mpsc::unbounded_channel();
        let backend = backend(move |_, mut peer| {
            let told = told.clone();
            async move {
                peer.hears_head().await;
                peer.say("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n").await;
                let data = vec![b'x'; CHUNK];
                while peer.try_say(&data).await {
                    told.send(()).unwrap();
                }
            }
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        caller.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        // The sockets' own buffers fill up, then nothing moves any more: the gateway holds at most one read.
        let mut sent = 0;
        while tokio::time::timeout(Duration::from_millis(500), hear.recv()).await.is_ok() {
            sent += 1;
            assert!(sent < 64, "the gateway takes in {sent} MiB that nobody reads");
        }
        caller.hears_head().await;
        for _ in 0..=sent {
            caller.hears_bytes(CHUNK).await;
        }
        drop(caller);
        gate.wait_for_events(1).await;
        assert_eq!(gate.pool.idle_count(), 0);
    });
}

#[test]
fn a_caller_is_told_to_continue_once_the_backend_has_the_head() {
    run(async {
        let backend = backend(|_, mut peer| async move {
            peer.hears("POST / HTTP/1.1\r\nHost: b\r\nContent-Length: 5\r\n\r\n").await;
            peer.hears("hello").await;
            peer.say(OK).await;
            peer.hears_rest().await;
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        caller.say("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 5\r\n\r\n").await;
        caller.hears("HTTP/1.1 100 Continue\r\n\r\n").await;
        caller.say("hello").await;
        caller.hears(OK).await;
        caller.say("POST /read HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n").await;
        caller.hears("HTTP/1.1 100 Continue\r\n\r\n").await;
        caller.say("hello").await;
        caller.hears("HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\nhello").await;
    });
}

#[test]
fn a_caller_that_has_not_waited_is_not_told_to_continue() {
    run(async {
        let gate = Gate::to(backend(|_, _| async {}).await).await;
        let mut caller = gate.call().await;
        caller.say("POST /read HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello").await;
        caller.hears("HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\nhello").await;
    });
}

#[test]
fn a_refusal_before_continue_closes_the_connection() {
    run(async {
        let gate = Gate::to(backend(|_, _| async {}).await).await;
        let mut caller = gate.call().await;
        caller.say("POST /answer HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n").await;
        let rest = caller.hears_rest().await;
        assert_eq!(rest, "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 9\r\nConnection: close\r\n\r\nmade here");
    });
}

#[test]
fn a_body_that_nobody_wanted_is_read_away_if_it_is_small() {
    run(async {
        let gate = Gate::to(backend(|_, _| async {}).await).await;
        let mut caller = gate.call().await;
        caller.say("POST /answer HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n").await;
        caller.hears("HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 9\r\n\r\nmade here").await;
        caller.say("5\r\nworld\r\n0\r\n\r\nGET /answer HTTP/1.1\r\nHost: a\r\n\r\n").await;
        caller.hears("HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 9\r\n\r\nmade here").await;
        caller.say("POST /answer HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n").await;
        caller.say(vec![b'x'; 500_000]).await;
        // The answer arrives although most of the body was not read.
        let rest = caller.hears_rest().await;
        assert_eq!(rest, "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 9\r\nConnection: close\r\n\r\nmade here");
    });
}

#[test]
fn a_backend_may_answer_and_close_before_the_body_has_come() {
    run(async {
        let backend = backend(|_, mut peer| async move {
            peer.hears_head().await;
            peer.say("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno").await;
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        caller.say("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n").await;
        caller.hears("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno").await;
        caller.try_say(vec![b'x'; 100_000]).await;
        assert_eq!(caller.hears_rest().await, "");
        assert_eq!(gate.pool.idle_count(), 0);
    });
}

#[test]
fn a_request_without_body_says_so_where_one_is_expected() {
    run(async {
        let backend = backend(|_, mut peer| async move {
            peer.hears("POST / HTTP/1.1\r\nHost: b\r\nContent-Length: 0\r\n\r\n").await;
            peer.say(OK).await;
            peer.hears("DELETE / HTTP/1.1\r\nHost: b\r\n\r\n").await;
            peer.say(OK).await;
            peer.hears_rest().await;
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        caller.say("POST / HTTP/1.1\r\nHost: a\r\n\r\nDELETE / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        caller.hears(OK).await;
        caller.hears(OK).await;
    });
}

/// A backend that reads until the connection ends.
async fn silent(mut peer: Peer) {
    peer.hears_rest().await;
}

#[test]
fn a_body_that_breaks_the_rules_is_the_callers_fault() {
    run(async {
        let gate = Gate::with(
            backend(|_, peer| silent(peer)).await,
            Limits { body_bytes: 10, body_idle_timeout: Duration::from_millis(200), ..Limits::default() },
        )
        .await;
        for (request, status, fault) in [
            ("Content-Length: 11\r\n\r\n", 413, BodyFault::TooLarge),
            ("Transfer-Encoding: chunked\r\n\r\nb\r\nhello worl", 413, BodyFault::TooLarge),
            ("Transfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n6\r\nworld!\r\n", 413, BodyFault::TooLarge),
            ("Transfer-Encoding: chunked\r\n\r\n5\r\nhello!", 400, BodyFault::Malformed(ChunkFault::LineBreak)),
            ("Transfer-Encoding: chunked\r\n\r\nx\r\n", 400, BodyFault::Malformed(ChunkFault::Size)),
            ("Content-Length: 5\r\n\r\nhell", 408, BodyFault::Timeout),
        ] {
            let mut caller = gate.call().await;
            caller.say(format!("POST / HTTP/1.1\r\nHost: a\r\n{request}")).await;
            if request.contains("worl") && !request.contains("world!") {
                caller.say("d").await;
            }
            let head = caller.hears_head().await;
            assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{request:?}: {head}");
            assert_eq!(gate.wait_for_events(1).await, [Event::Send(SendFaultKind::CallerBody(fault))], "{request:?}");
            assert_eq!(gate.pool.idle_count(), 0, "{request:?}");
        }
    });
}

#[test]
fn a_body_read_whole_has_its_own_bound() {
    run(async {
        let gate = Gate::to(backend(|_, _| async {}).await).await;
        let chunks = format!("3e8\r\n{}\r\n", "x".repeat(1000));
        for (rest, status) in [
            (format!("Content-Length: 1000\r\n\r\n{}", "x".repeat(1000)), 200),
            ("Content-Length: 1001\r\n\r\n".to_owned(), 413),
            (format!("Transfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n"), 200),
            (format!("Transfer-Encoding: chunked\r\n\r\n{chunks}1\r\nx\r\n0\r\n\r\n"), 413),
        ] {
            let mut caller = gate.call().await;
            caller.say(format!("POST /read HTTP/1.1\r\nHost: a\r\n{rest}")).await;
            let head = caller.hears_head().await;
            assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{status}: {head}");
        }
    });
}

#[test]
fn a_body_that_trickles_in_for_ever_is_given_up() {
    run(async {
        let limits = Limits { whole_body_timeout: Duration::from_millis(300), ..Limits::default() };
        let gate = Gate::with(backend(|_, _| async {}).await, limits).await;
        let mut caller = gate.call().await;
        caller.say("POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n").await;
        loop {
            caller.try_say("x").await;
            tokio::select! {
                _ = caller.0.readable() => break,
                () = tokio::time::sleep(Duration::from_millis(20)) => {}
            }
        }
        caller.hears("HTTP/1.1 408 ").await;
    });
}
