//! Backends that fail, and what the caller and the next caller see.

use std::time::Duration;

use crate::gate::{Event, Gate, Peer, backend, run};
use net::{BodyFault, ChunkFault, Limits, RelayFault, Relayed, ResponseFault, SendFaultKind};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

#[test]
fn a_malformed_response_is_502_and_its_connection_is_not_used_again() {
    let cases: &[(&str, ResponseFault)] = &[
        ("SSH-2.0-OpenSSH\r\n\r\n", ResponseFault::StatusLine),
        ("\r\nHTTP/1.1 200 OK\r\n\r\n", ResponseFault::StatusLine),
        ("HTTP/1.1  200 OK\r\n\r\n", ResponseFault::StatusLine),
        ("HTTP/1.1 2000 OK\r\n\r\n", ResponseFault::StatusLine),
        ("HTTP/1.1 20 OK\r\n\r\n", ResponseFault::StatusLine),
        ("HTTP/1.1 099 OK\r\n\r\n", ResponseFault::Status),
        ("HTTP/2.0 200 OK\r\n\r\n", ResponseFault::Version),
        ("HTTP/1.1 200 OK\n\n", ResponseFault::LineBreak),
        ("HTTP/1.1 200 OK\r\nA: b\n\r\n", ResponseFault::LineBreak),
        ("HTTP/1.1 200 OK\r\nA: b\r\n\n", ResponseFault::LineBreak),
        ("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", ResponseFault::Header),
        ("HTTP/1.1 200 OK\r\nA : b\r\n\r\n", ResponseFault::Header),
        ("HTTP/1.1 200 OK\r\nA: \0\r\n\r\n", ResponseFault::Header),
        ("HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n", ResponseFault::Header),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
            ResponseFault::LengthAndEncoding,
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi", ResponseFault::Length),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nhi", ResponseFault::Length),
        ("HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nhi", ResponseFault::Length),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", ResponseFault::Encoding),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            ResponseFault::Encoding,
        ),
        ("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", ResponseFault::Encoding),
    ];
    run(async {
        let backend = backend(move |number, mut peer: Peer| async move {
            peer.hears_head().await;
            peer.say(cases[number].0).await;
            peer.hears_rest().await;
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        for (text, fault) in cases {
            caller.say(GET).await;
            caller.hears("HTTP/1.1 502 \r\nContent-Length: 0\r\n\r\n").await;
            assert_eq!(gate.events(), [Event::Send(SendFaultKind::Malformed(*fault))], "{text:?}");
            assert_eq!(gate.pool.idle_count(), 0, "{text:?}");
        }
    });
}

#[test]
fn a_response_head_without_end_is_refused_when_it_is_too_large() {
    run(async {
        let backend = backend(|_, mut peer: Peer| async move {
            peer.hears_head().await;
            peer.say("HTTP/1.1 200 OK\r\n").await;
            while peer.try_say("A: bcdefghijklmnopqrstuvwxyz\r\n").await {}
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        caller.say(GET).await;
        caller.hears("HTTP/1.1 502 ").await;
        assert_eq!(gate.events(), [Event::Send(SendFaultKind::Malformed(ResponseFault::TooLarge))]);
    });
}

#[test]
fn a_resting_connection_that_the_backend_closed_is_noticed_before_use() {
    run(async {
        let backend = backend(|_, mut peer: Peer| async move {
            peer.hears_head().await;
            peer.say(OK).await;
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        for _ in 0..3 {
            caller.say(GET).await;
            caller.hears(OK).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(gate.pool.opened_count(), 3);
        assert!(!gate.events().contains(&Event::Retried));
    });
}

#[test]
fn a_reused_connection_that_dies_under_a_request_is_replaced_by_a_new_one() {
    run(async {
        let backend = backend(|number, mut peer: Peer| async move {
            peer.hears_head().await;
            if number == 1 {
                peer.hears("body").await;
            }
            peer.say(OK).await;
            peer.hears_head().await;
            peer.resets();
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        caller.say(GET).await;
        caller.hears(OK).await;
        gate.events();
        // A body that came with its head is not lost: it is sent again.
        caller.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody").await;
        caller.hears(OK).await;
        assert_eq!(gate.events(), [Event::Retried, Event::Relayed(Relayed { body_bytes: 2 })]);
    });
}

#[test]
fn a_fresh_connection_that_dies_under_a_request_is_a_fault() {
    run(async {
        let backend = backend(|number, mut peer: Peer| async move {
            peer.hears_head().await;
            if number == 0 {
                peer.resets();
            } else {
                peer.say("HTTP/1.1 200 O").await;
            }
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        caller.say(GET).await;
        caller.hears("HTTP/1.1 502 \r\nContent-Length: 0\r\n\r\n").await;
        assert_eq!(gate.events(), [Event::Send(SendFaultKind::Reset)]);
        caller.say(GET).await;
        caller.hears("HTTP/1.1 502 \r\nContent-Length: 0\r\n\r\n").await;
        assert_eq!(gate.events(), [Event::Send(SendFaultKind::Closed)]);
    });
}

#[test]
fn a_body_that_breaks_off_breaks_off_at_the_caller_too() {
    let cases: &[(&str, &str, RelayFault)] = &[
        ("Content-Length: 10\r\n\r\nhello", "Content-Length: 10\r\n\r\nhello", RelayFault::BackendGone),
        (
            "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            RelayFault::BackendGone,
        ),
    ];
    run(async {
        let backend = backend(move |number, mut peer: Peer| async move {
            peer.hears_head().await;
            peer.say(format!("HTTP/1.1 200 OK\r\n{}", cases[number].0)).await;
            tokio::time::sleep(Duration::from_millis(30)).await;
        })
        .await;
        let gate = Gate::to(backend).await;
        for (_, seen, fault) in cases {
            let mut caller = gate.call().await;
            caller.say(GET).await;
            assert_eq!(caller.hears_rest().await, format!("HTTP/1.1 200 OK\r\n{seen}"));
            assert_eq!(gate.events(), [Event::Relay(*fault)]);
        }
    });
}

#[test]
fn malformed_chunks_break_the_answer_off() {
    run(async {
        let backend = backend(|_, mut peer: Peer| async move {
            peer.hears_head().await;
            peer.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n").await;
            tokio::time::sleep(Duration::from_millis(30)).await;
            peer.say("nonsense").await;
            peer.hears_rest().await;
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        caller.say(GET).await;
        let seen = caller.hears_rest().await;
        assert_eq!(seen, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
        assert_eq!(gate.events(), [Event::Relay(RelayFault::Malformed(ChunkFault::Size))]);
    });
}

#[test]
fn chunks_that_are_malformed_from_the_beginning_leave_room_for_another_answer() {
    run(async {
        let backend = backend(|_, mut peer: Peer| async move {
            peer.hears_head().await;
            peer.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense").await;
            peer.hears_rest().await;
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        for _ in 0..2 {
            caller.say(GET).await;
            caller.hears("HTTP/1.1 502 \r\nContent-Length: 0\r\n\r\n").await;
            assert_eq!(gate.events(), [Event::Relay(RelayFault::Unbegun(ChunkFault::Size))]);
            assert_eq!(gate.pool.idle_count(), 0);
        }
    });
}

#[test]
fn bytes_behind_a_response_never_reach_the_next_caller() {
    run(async {
        let backend = backend(|number, mut peer: Peer| async move {
            peer.hears_head().await;
            let behind = if number == 0 { "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret" } else { "" };
            peer.say(format!("{OK}{behind}")).await;
            if number == 1 {
                // Later, while the connection rests.
                tokio::time::sleep(Duration::from_millis(20)).await;
                peer.say("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret").await;
            }
            peer.hears_rest().await;
        })
        .await;
        let gate = Gate::to(backend).await;
        for number in 0..3 {
            let mut caller = gate.call().await;
            caller.say(GET).await;
            caller.hears(OK).await;
            tokio::time::sleep(Duration::from_millis(60)).await;
            assert_eq!(gate.pool.opened_count(), number + 1);
        }
    });
}

#[test]
fn too_many_interim_responses_are_a_fault() {
    run(async {
        let backend = backend(|_, mut peer: Peer| async move {
            peer.hears_head().await;
            while peer.try_say("HTTP/1.1 100 Continue\r\n\r\n").await {}
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        caller.say(GET).await;
        caller.hears("HTTP/1.1 502 ").await;
        assert_eq!(gate.events(), [Event::Send(SendFaultKind::TooManyInterim)]);
    });
}

#[test]
fn switching_protocols_unasked_is_a_fault() {
    run(async {
        let backend = backend(|_, mut peer: Peer| async move {
            peer.hears("GET / HTTP/1.1\r\nHost: b\r\n\r\n").await;
            peer.say("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n").await;
            peer.hears_rest().await;
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        caller.say("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n").await;
        caller.hears("HTTP/1.1 502 ").await;
        assert_eq!(gate.events(), [Event::Send(SendFaultKind::Upgrade)]);
    });
}

#[test]
fn a_backend_that_does_not_answer_in_time_is_a_504() {
    run(async {
        let backend = backend(|_, mut peer: Peer| async move {
            peer.hears_rest().await;
        })
        .await;
        let gate = Gate::with_timeout(backend, Limits::default(), Duration::from_millis(300)).await;
        let mut caller = gate.call().await;
        caller.say(GET).await;
        caller.hears("HTTP/1.1 504 \r\nContent-Length: 0\r\n\r\n").await;
        assert_eq!(gate.events(), [Event::Send(SendFaultKind::Timeout)]);
        caller.say("GET /answer HTTP/1.1\r\nHost: a\r\n\r\n").await;
        caller.hears("HTTP/1.1 200 OK\r\n").await;
    });
}

#[test]
fn a_caller_whose_body_does_not_come_uses_up_its_own_time_and_not_the_backends() {
    run(async {
        let backend = backend(|_, mut peer: Peer| async move {
            peer.hears_rest().await;
        })
        .await;
        let gate = Gate::with_timeout(backend, Limits::default(), Duration::from_millis(300)).await;
        let mut caller = gate.call().await;
        caller.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell").await;
        caller.hears("HTTP/1.1 408 ").await;
        assert_eq!(gate.events(), [Event::Send(SendFaultKind::CallerBody(BodyFault::Timeout))]);
    });
}

#[test]
fn a_backend_that_stalls_within_a_body_is_given_up() {
    run(async {
        let backend = backend(|_, mut peer: Peer| async move {
            peer.hears_head().await;
            peer.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello").await;
            peer.hears_rest().await;
        })
        .await;
        let gate = Gate::with_timeout(backend, Limits::default(), Duration::from_millis(300)).await;
        let mut caller = gate.call().await;
        caller.say(GET).await;
        assert_eq!(caller.hears_rest().await, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
        assert_eq!(gate.events(), [Event::Relay(RelayFault::BackendStalled)]);
    });
}

#[test]
fn nobody_at_the_other_end_is_a_502() {
    run(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let gate = Gate::to(address).await;
        let mut caller = gate.call().await;
        caller.say(GET).await;
        caller.hears("HTTP/1.1 502 \r\nContent-Length: 0\r\n\r\n").await;
    });
}
