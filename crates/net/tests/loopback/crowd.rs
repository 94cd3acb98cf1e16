//! Many callers at once: nobody ever sees a byte that was meant for another.

use crate::gate::{Gate, Peer, backend, run};

/// A small generator of numbers; the same seed gives the same numbers.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.split("\r\n").find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

async fn body(peer: &mut Peer, head: &str) -> Vec<u8> {
    if let Some(length) = header(head, "Content-Length") {
        return peer.hears_bytes(length.parse().unwrap()).await;
    }
    let mut body = Vec::new();
    if header(head, "Transfer-Encoding").is_none() {
        return body;
    }
    loop {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            line.extend(peer.hears_bytes(1).await);
        }
        let size = usize::from_str_radix(std::str::from_utf8(&line).unwrap().trim_end(), 16).unwrap();
        body.extend(peer.hears_bytes(size).await);
        peer.hears("\r\n").await;
        if size == 0 {
            return body;
        }
    }
}

/// Says the same back, in one of many ways, and sometimes breaks off or closes.
async fn echo(number: usize, mut peer: Peer) {
    let mut numbers = Numbers(number as u64 * 7919 + 1);
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            match tokio::io::AsyncReadExt::read(&mut peer.0, &mut byte).await {
                Ok(1) => head.extend_from_slice(&byte),
                _ => return,
            }
        }
        let head = String::from_utf8(head).unwrap();
        let who = header(&head, "Who").unwrap().to_owned();
        let said = body(&mut peer, &head).await;
        let answer = match numbers.below(8) {
            0 | 1 => {
                let (one, two) = said.split_at(said.len() / 2);
                let mut answer =
                    format!("HTTP/1.1 200 OK\r\nWho: {who}\r\nTransfer-Encoding: chunked\r\n\r\n").into_bytes();
                for part in [one, two] {
                    if !part.is_empty() {
                        net::chunked::encode(&mut answer, part);
                    }
                }
                net::chunked::encode_end(&mut answer, b"");
                answer
            }
            2 => {
                let mut answer = format!("HTTP/1.1 200 OK\r\nWho: {who}\r\nConnection: close\r\n\r\n").into_bytes();
                answer.extend_from_slice(&said);
                peer.try_say(&answer).await;
                return;
            }
            // Says more than it should.
            3 => {
                let mut answer =
                    format!("HTTP/1.1 200 OK\r\nWho: {who}\r\nContent-Length: {}\r\n\r\n", said.len()).into_bytes();
                answer.extend_from_slice(&said);
                answer.extend_from_slice(b"HTTP/1.1 200 OK\r\nWho: nobody\r\nContent-Length: 0\r\n\r\n");
                answer
            }
            _ => {
                let mut answer =
                    format!("HTTP/1.1 200 OK\r\nWho: {who}\r\nContent-Length: {}\r\n\r\n", said.len()).into_bytes();
                answer.extend_from_slice(&said);
                answer
            }
        };
        if !peer.try_say(&answer).await {
            return;
        }
    }
}

#[test]
fn every_caller_gets_its_own_answers() {
    const CALLERS: u64 = 24;
    const REQUESTS: u64 = 25;
    run(async {
        let gate = std::rc::Rc::new(Gate::to(backend(echo).await).await);
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let gate = std::rc::Rc::clone(&gate);
                tokio::task::spawn_local(async move {
                    let mut numbers = Numbers(caller + 1);
                    let mut peer = gate.call().await;
                    for request in 0..REQUESTS {
                        let who = format!("{caller}-{request}");
                        let length = numbers.below(3000) as usize;
                        let said: Vec<u8> = who.bytes().cycle().take(length).collect();
                        let mut text = format!("POST / HTTP/1.1\r\nHost: a\r\nWho: {who}\r\n").into_bytes();
                        if numbers.below(2) == 0 {
                            text.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n");
                            if !said.is_empty() {
                                net::chunked::encode(&mut text, &said);
                            }
                            net::chunked::encode_end(&mut text, b"");
                        } else {
                            text.extend_from_slice(format!("Content-Length: {length}\r\n\r\n").as_bytes());
                            text.extend_from_slice(&said);
                        }
                        let cut = numbers.below(text.len() as u64 + 1) as usize;
                        peer.say(&text[..cut]).await;
                        tokio::task::yield_now().await;
                        peer.say(&text[cut..]).await;
                        let head = peer.hears_head().await;
                        assert_eq!(header(&head, "Who"), Some(who.as_str()), "{head}");
                        assert!(body(&mut peer, &head).await == said, "{who}");
                    }
                })
            })
            .collect();
        for caller in callers {
            caller.await.unwrap();
        }
        assert_eq!(gate.events().len() as u64, CALLERS * REQUESTS);
    });
}
