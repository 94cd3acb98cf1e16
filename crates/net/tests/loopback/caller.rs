//! Callers that misbehave, rest, are slow, or leave.

use std::time::Duration;

use crate::gate::{Event, Gate, Peer, backend, run};
use net::{Limits, SendFaultKind, TICK};

async fn nobody() -> std::net::SocketAddr {
    backend(|_, _| async {}).await
}

#[test]
fn a_refused_head_is_answered_and_the_connection_closed() {
    run(async {
        let gate = Gate::to(nobody().await).await;
        let big = format!("GET / HTTP/1.1\r\nHost: a\r\nA: {}", "x".repeat(40_000));
        let long = format!("GET /{}", "x".repeat(40_000));
        for (head, status) in [
            ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\nGET /answer HTTP/1.1\r\nHost: a\r\n\r\n", 400),
            ("\x16\x03\x01\x02\x00\x01\x00", 400),
            ("GET / HTTP/1.1\r\nHost: a\n\n", 400),
            ("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", 405),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
            (big.as_str(), 431),
            (long.as_str(), 414),
        ] {
            let mut caller = gate.call().await;
            caller.say(head).await;
            let answer = caller.hears_rest().await;
            let label = &head[..head.len().min(60)];
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} \r\n")), "{label:?}: {answer:?}");
            assert!(answer.contains("\r\nConnection: close\r\n"), "{label:?}: {answer:?}");
            assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{label:?}: {answer:?}");
            assert_eq!(gate.events(), [Event::Head(status)], "{label:?}");
        }
    });
}

#[test]
fn a_bare_line_break_is_refused_as_soon_as_it_comes_in_pieces() {
    run(async {
        let gate = Gate::to(nobody().await).await;
        let mut caller = gate.call().await;
        for piece in ["GET / HT", "TP/1.1\r\nHost", ": a\r\nA: b\nC: d"] {
            caller.say(piece).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(caller.hears_rest().await.starts_with("HTTP/1.1 400 "));
    });
}

#[test]
fn a_head_that_does_not_end_gets_408() {
    run(async {
        let limits = Limits { head_timeout: Duration::from_millis(300), ..Limits::default() };
        let gate = Gate::with(nobody().await, limits).await;
        let mut caller = gate.call().await;
        caller.say("GET / HTTP/1.1\r\nHost:").await;
        assert!(caller.hears_rest().await.starts_with("HTTP/1.1 408 "));
        // The same within a connection that has served already.
        let mut caller = gate.call().await;
        caller.say("GET /answer HTTP/1.1\r\nHost: a\r\n\r\nGET / HT").await;
        let answers = caller.hears_rest().await;
        assert!(answers.contains("made hereHTTP/1.1 408 "), "{answers}");
    });
}

#[test]
fn a_caller_that_says_nothing_is_dropped_silently() {
    run(async {
        let short = Duration::from_millis(200);
        let limits = Limits { head_timeout: short, idle_timeout: short, ..Limits::default() };
        let gate = Gate::with(nobody().await, limits).await;
        let mut caller = gate.call().await;
        assert_eq!(caller.hears_rest().await, "");
        let mut caller = gate.call().await;
        caller.say("GET /answer HTTP/1.1\r\nHost: a\r\n\r\n").await;
        assert!(caller.hears_rest().await.ends_with("made here"));
        assert_eq!(gate.events(), []);
    });
}

#[test]
fn a_caller_may_rest_between_its_requests() {
    run(async {
        let gate = Gate::to(nobody().await).await;
        let mut caller = gate.call().await;
        for ticks in [0, 1, 3, 0] {
            tokio::time::sleep(ticks * TICK).await;
            caller.say("GET /answer HTTP/1.1\r\nHost: a\r\n\r\n").await;
            caller.hears("HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 9\r\n\r\nmade here").await;
        }
    });
}

#[test]
fn a_caller_that_asks_to_close_is_obeyed() {
    run(async {
        let gate = Gate::to(nobody().await).await;
        let mut caller = gate.call().await;
        caller.say("GET /answer HTTP/1.1\r\nHost: a\r\nConnection: foo, CLOSE\r\n\r\n").await;
        let answer = caller.hears_rest().await;
        assert_eq!(answer, "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 9\r\nConnection: close\r\n\r\nmade here");
    });
}

#[test]
fn a_connection_serves_no_more_requests_than_allowed() {
    run(async {
        let gate = Gate::with(nobody().await, Limits { requests_per_connection: 2, ..Limits::default() }).await;
        let mut caller = gate.call().await;
        caller.say("GET /answer HTTP/1.1\r\nHost: a\r\n\r\n".repeat(3)).await;
        let answers = caller.hears_rest().await;
        assert_eq!(answers.matches("made here").count(), 2);
        assert_eq!(answers.matches("Connection: close").count(), 1);
    });
}

#[test]
fn more_callers_than_allowed_wait_until_one_leaves() {
    run(async {
        let gate = Gate::with(nobody().await, Limits { max_connections: 1, ..Limits::default() }).await;
        let mut first = gate.call().await;
        first.say("GET /answer HTTP/1.1\r\nHost: a\r\n\r\n").await;
        first.hears_head().await;
        let mut second = gate.call().await;
        second.say("GET /answer HTTP/1.1\r\nHost: a\r\n\r\n").await;
        tokio::select! {
            _ = second.hears_head() => panic!("two were served"),
            () = tokio::time::sleep(Duration::from_millis(100)) => {}
        }
        drop(first);
        assert!(second.hears_head().await.starts_with("HTTP/1.1 200"));
    });
}

#[test]
fn draining_ends_resting_connections_and_lets_busy_ones_finish() {
    run(async {
        let (begin, begun) = tokio::sync::oneshot::channel();
        let begun = std::rc::Rc::new(std::cell::RefCell::new(Some(begun)));
        let backend = backend(move |_, mut peer: Peer| {
            let begun = begun.take().unwrap();
            async move {
                peer.hears_head().await;
                let () = begun.await.unwrap();
                peer.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").await;
            }
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut resting = gate.call().await;
        resting.say("GET /answer HTTP/1.1\r\nHost: a\r\n\r\n").await;
        resting.hears_head().await;
        resting.hears("made here").await;
        let mut busy = gate.call().await;
        busy.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        gate.clock.drain();
        assert_eq!(resting.hears_rest().await, "");
        begin.send(()).unwrap();
        assert_eq!(busy.hears_rest().await, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");
        // Nobody listens any more.
        while tokio::net::TcpStream::connect(gate.address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
}

#[test]
fn a_first_request_that_is_on_its_way_when_draining_begins_is_answered() {
    run(async {
        let limits = Limits { linger_timeout: Duration::from_secs(1), ..Limits::default() };
        let gate = Gate::with(nobody().await, limits).await;
        let mut fresh = gate.call().await;
        let mut silent = gate.call().await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        // The system has taken this one, and nobody here has looked yet.
        let waiting = std::net::TcpStream::connect(gate.address).unwrap();
        gate.clock.drain();
        waiting.set_nonblocking(true).unwrap();
        let mut waiting = Peer(tokio::net::TcpStream::from_std(waiting).unwrap());
        for peer in [&mut fresh, &mut waiting] {
            peer.say("GET /answer HTTP/1.1\r\nHost: a\r\n\r\n").await;
            let answer = peer.hears_rest().await;
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("made here"), "{answer}");
            assert!(answer.contains("\r\nConnection: close\r\n"), "{answer}");
        }
        assert_eq!(silent.hears_rest().await, "");
    });
}

#[test]
fn a_caller_that_leaves_within_its_body_takes_the_backend_connection_with_it() {
    run(async {
        let (told, hear) = tokio::sync::oneshot::channel();
        let told = std::rc::Rc::new(std::cell::RefCell::new(Some(told)));
        let backend = backend(move |_, mut peer: Peer| {
            let told = told.take().unwrap();
            async move {
                peer.hears_head().await;
                told.send(peer.hears_rest().await).unwrap();
            }
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        caller.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello").await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        drop(caller);
        assert_eq!(hear.await.unwrap(), "hello");
        assert_eq!(gate.wait_for_events(1).await, [Event::Send(SendFaultKind::CallerGone)]);
        assert_eq!(gate.pool.idle_count(), 0);
    });
}
