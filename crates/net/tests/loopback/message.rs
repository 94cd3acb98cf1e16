//! Whole messages: what is kept, what is changed, how connections are used again.

use crate::gate::{Event, Gate, backend, run};
use net::Relayed;

#[test]
fn two_requests_use_one_connection_on_either_side() {
    run(async {
        let backend = backend(|number, mut peer| async move {
            assert_eq!(number, 0);
            for path in ["/1", "/2"] {
                peer.hears(format!("GET {path} HTTP/1.1\r\nHost: b\r\n\r\n")).await;
                peer.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").await;
            }
            peer.hears_rest().await;
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        for path in ["/1", "/2"] {
            caller.say(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")).await;
            caller.hears("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").await;
        }
        assert_eq!(gate.pool.opened_count(), 1);
        assert_eq!(
            gate.events(),
            [Event::Relayed(Relayed { body_bytes: 2 }), Event::Relayed(Relayed { body_bytes: 2 })]
        );
    });
}

#[test]
fn order_and_case_of_headers_survive_and_hop_by_hop_ones_do_not() {
    run(async {
        let backend = backend(|_, mut peer| async move {
            peer.hears("GET /?q HTTP/1.1\r\nHost: b\r\nX-lower: 1\r\nACCEPT: a\r\nx-Lower: 2\r\nEmpty: \r\nUnder_score: u\r\n\r\n").await;
            peer.say("HTTP/1.1 299 Odd One\r\nset-COOKIE: a\r\nConnection: x-hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nSet-Cookie:b\r\nContent-Length: 0\r\nProxy-Connection: c\r\n\r\n").await;
            peer.hears_rest().await;
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        caller
            .say("GET /?q HTTP/1.1\r\nX-lower: 1\r\nHost: a\r\nACCEPT:a\r\nConnection: Keep-Alive, X-Real-IP , te\r\nx-real-ip: 1\r\nx-Lower:  2 \r\nTE: gzip\r\nEmpty:\r\nUpgrade: h2c\r\nProxy-Authorization: p\r\nUnder_score: u\r\n\r\n")
            .await;
        caller.hears("HTTP/1.1 299 Odd One\r\nset-COOKIE: a\r\nSet-Cookie: b\r\nContent-Length: 0\r\n\r\n").await;
        assert_eq!(gate.pool.idle_count(), 1);
    });
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    run(async {
        let backend = backend(|_, mut peer| async move {
            for body in ["one", "two", "three"] {
                let head = peer.hears_head().await;
                assert!(head.contains(&format!("/{body} ")), "{head}");
                if body == "two" {
                    peer.hears("data").await;
                }
                peer.say(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())).await;
            }
            peer.hears_rest().await;
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        caller
            .say("GET /one HTTP/1.1\r\nHost: a\r\n\r\nPOST /two HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\ndataGET /answer HTTP/1.1\r\nHost: a\r\n\r\nGET /th")
            .await;
        caller.hears("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none").await;
        caller.hears("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo").await;
        caller.hears("HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 9\r\n\r\nmade here").await;
        caller.say("ree HTTP/1.1\r\nHost: a\r\n\r\n").await;
        caller.hears("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nthree").await;
    });
}

#[test]
fn a_head_may_come_byte_by_byte() {
    run(async {
        let backend = backend(|_, mut peer| async move {
            peer.hears("GET / HTTP/1.1\r\nHost: b\r\nA: b\r\n\r\n").await;
            for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc" {
                peer.say([*byte]).await;
                tokio::task::yield_now().await;
            }
            peer.hears_rest().await;
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        caller.0.set_nodelay(true).unwrap();
        for byte in b"\r\nGET / HTTP/1.1\r\nHost: a\r\nA: b\r\n\r\n" {
            caller.say([*byte]).await;
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        caller.hears("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc").await;
    });
}

#[test]
fn an_answer_to_head_has_no_body() {
    run(async {
        let backend = backend(|_, mut peer| async move {
            peer.hears("HEAD / HTTP/1.1\r\nHost: b\r\n\r\n").await;
            peer.say("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n").await;
            peer.hears("HEAD /2 HTTP/1.1\r\nHost: b\r\n\r\n").await;
            peer.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await;
            peer.hears_rest().await;
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        caller.say("HEAD / HTTP/1.1\r\nHost: a\r\n\r\nHEAD /answer HTTP/1.1\r\nHost: a\r\n\r\nHEAD /2 HTTP/1.1\r\nHost: a\r\n\r\n").await;
        caller.hears("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n").await;
        caller.hears("HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 9\r\n\r\n").await;
        caller.hears("HTTP/1.1 200 OK\r\n\r\n").await;
        assert_eq!((gate.pool.opened_count(), gate.pool.idle_count()), (1, 1));
    });
}

#[test]
fn answers_204_and_304_have_no_body() {
    run(async {
        let backend = backend(|_, mut peer| async move {
            peer.hears_head().await;
            peer.say("HTTP/1.1 204 No Content\r\n\r\n").await;
            peer.hears_head().await;
            peer.say("HTTP/1.1 304 Not Modified\r\nContent-Length: 50\r\nETag: e\r\n\r\n").await;
            peer.hears_rest().await;
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        caller.say("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        caller.hears("HTTP/1.1 204 No Content\r\n\r\n").await;
        caller.hears("HTTP/1.1 304 Not Modified\r\nETag: e\r\nContent-Length: 50\r\n\r\n").await;
        assert_eq!((gate.pool.opened_count(), gate.pool.idle_count()), (1, 1));
    });
}

#[test]
fn an_http10_caller_gets_no_chunks_and_the_end_by_closing() {
    run(async {
        let backend = backend(|_, mut peer| async move {
            peer.hears("GET / HTTP/1.1\r\nHost: b\r\n\r\n").await;
            peer.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nT: x\r\n\r\n")
                .await;
            peer.hears_rest().await;
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        caller.say("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").await;
        assert_eq!(caller.hears_rest().await, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabcde");
        assert_eq!(gate.pool.idle_count(), 1);
    });
}

#[test]
fn an_http10_caller_may_keep_the_connection_when_the_length_is_known() {
    run(async {
        let backend = backend(|_, mut peer| async move {
            for _ in 0..2 {
                peer.hears_head().await;
                peer.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").await;
            }
            peer.hears_rest().await;
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        caller.say("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").await;
        caller.hears("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nhi").await;
        caller.say("GET / HTTP/1.0\r\n\r\n").await;
        assert_eq!(caller.hears_rest().await, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");
    });
}

#[test]
fn a_body_until_close_reaches_an_http11_caller_in_chunks() {
    run(async {
        let backend = backend(|_, mut peer| async move {
            peer.hears_head().await;
            peer.say("HTTP/1.0 200 OK\r\n\r\nabc").await;
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        caller.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        caller.hears("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n").await;
        gate.wait_for_events(1).await;
        assert_eq!(gate.pool.idle_count(), 0);
        caller.say("GET /answer HTTP/1.1\r\nHost: a\r\n\r\n").await;
        caller.hears("HTTP/1.1 200 OK\r\nA: b\r\n").await;
    });
}

#[test]
fn interim_responses_are_relayed_except_100() {
    run(async {
        let backend = backend(|_, mut peer| async move {
            peer.hears_head().await;
            peer.say(
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: l\r\nConnection: x\r\nX: 1\r\n\r\n",
            )
            .await;
            peer.say("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
            peer.hears_rest().await;
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        caller.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        caller.hears("HTTP/1.1 103 Early Hints\r\nLink: l\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    });
}

#[test]
fn an_absolute_target_brings_its_own_host() {
    run(async {
        let backend = backend(|_, mut peer| async move {
            peer.hears("GET /?x HTTP/1.1\r\nHost: b\r\n\r\n").await;
            peer.say("HTTP/1.1 204 \r\n\r\n").await;
            peer.hears_rest().await;
        })
        .await;
        let gate = Gate::to(backend).await;
        let mut caller = gate.call().await;
        caller.say("GET HTTP://other:81?x HTTP/1.1\r\nHost: a\r\n\r\n").await;
        caller.hears("HTTP/1.1 204 \r\n\r\n").await;
    });
}
