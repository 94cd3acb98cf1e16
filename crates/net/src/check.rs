//! What must hold for any bytes at all: the bodies of the fuzz targets, also run over their seeds by an ordinary test. They panic when
//! something does not hold.

use crate::chunked::{self, Decoder};
use crate::{Framing, HeadFault, Limits, Request, Response, ResponseFraming};

/// A head that is taken means the same when it is written anew and read again, and nothing forbidden is left in it.
pub fn head(bytes: &[u8]) {
    request(bytes);
    for to_head in [false, true] {
        response(bytes, to_head);
    }
}

fn request(bytes: &[u8]) {
    let limits = Limits::default();
    let parsed = Request::parse(bytes, &limits);
    as_a_library_reads_it(bytes, &parsed);
    let Ok(Some((request, consumed))) = parsed else { return };
    assert!(consumed <= bytes.len());
    let taken = bytes.get(..consumed).unwrap_or_default();
    assert!(taken.ends_with(b"\r\n\r\n"), "a head ends with an empty line");
    for (at, byte) in taken.iter().enumerate() {
        let previous = at.checked_sub(1).and_then(|at| taken.get(at));
        assert!(*byte != b'\n' || previous == Some(&b'\r'), "no line ends with LF alone");
        assert!(*byte != b'\r' || taken.get(at + 1) == Some(&b'\n'), "no CR stands alone");
    }
    assert!(
        !matches!(Request::parse(taken.get(..consumed - 1).unwrap_or_default(), &limits), Ok(Some(_))),
        "it was not complete before"
    );
    assert!(request.target().bytes().all(|byte| byte.is_ascii_graphic()));
    assert!(request.host().bytes().all(|byte| byte.is_ascii_graphic()));
    assert!(request.header_values("host").count() <= 1);
    assert!(request.header_values("content-length").count() + request.header_values("transfer-encoding").count() <= 1);

    let mut again = format!("{} {} HTTP/1.1\r\nHost: a\r\n", request.method(), request.target()).into_bytes();
    match request.body() {
        Framing::None => {}
        Framing::Length(length) => again.extend_from_slice(format!("Content-Length: {length}\r\n").as_bytes()),
        Framing::Chunked => again.extend_from_slice(b"Transfer-Encoding: chunked\r\n"),
    }
    let added = again.iter().filter(|byte| **byte == b'\n').count() - 1;
    request.copy_headers(&mut again, |_, _| false);
    again.extend_from_slice(b"\r\n");
    // What the gateway adds may make a head too large that was not; nothing else may go wrong.
    let larger = Limits { header_count: limits.header_count + 2, head_bytes: limits.head_bytes * 2, ..limits };
    match Request::parse(&again, &larger) {
        Ok(Some((second, length))) => {
            assert_eq!(length, again.len());
            assert_eq!(
                (second.method(), second.target(), second.body()),
                (request.method(), request.target(), request.body())
            );
            assert_eq!(second.host(), "a", "no host comes from the caller");
            let mut copied = Vec::new();
            second.copy_headers(&mut copied, |_, _| false);
            let lines = second.header_count() - added;
            assert_eq!(copied.windows(2).filter(|pair| pair == b"\r\n").count(), lines, "all others are end-to-end");
        }
        other => {
            assert!(other.is_ok_and(|head| head.is_some()), "what is written is read again: {}", again.escape_ascii())
        }
    }
}

/// What is taken means the same to a library, and what a library takes is refused for what it means, not for its form.
fn as_a_library_reads_it(bytes: &[u8], ours: &Result<Option<(Request, usize)>, HeadFault>) {
    let mut slots = [httparse::EMPTY_HEADER; Limits::MOST_HEADERS];
    let mut theirs = httparse::Request::new(&mut slots);
    let taken = match theirs.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => bytes.get(..length),
        Ok(httparse::Status::Partial) | Err(_) => None,
    };
    match (ours, taken) {
        (Ok(Some((request, length))), Some(taken)) => {
            assert_eq!(*length, taken.len());
            assert_eq!(Some(request.method()), theirs.method);
            assert!(request.headers().eq(theirs.headers.iter().map(|field| (field.name, field.value))));
        }
        (Ok(Some(_)), None) => panic!("a library takes no less"),
        (Ok(None), taken) => assert!(taken.is_none(), "a library sees no end either"),
        (Err(HeadFault::BareLineBreak), Some(taken)) => {
            let is_bare = |at: usize| at == 0 || taken.get(at - 1) != Some(&b'\r');
            assert!(taken.iter().enumerate().any(|(at, byte)| *byte == b'\n' && is_bare(at)));
        }
        (Err(fault), Some(_)) => {
            let of_form = [HeadFault::HeaderName, HeadFault::HeaderValue, HeadFault::Folding, HeadFault::Version];
            assert!(!of_form.contains(fault), "{fault:?}");
        }
        (Err(_), None) => {}
    }
}

fn response(bytes: &[u8], to_head: bool) {
    let Ok(Some((response, consumed))) = Response::parse(bytes, to_head) else { return };
    let taken = bytes.get(..consumed).unwrap_or_default();
    assert!(taken.ends_with(b"\r\n\r\n"), "a head ends with an empty line");
    let mut slots = [httparse::EMPTY_HEADER; Limits::MOST_HEADERS];
    let mut theirs = httparse::Response::new(&mut slots);
    assert_eq!(theirs.parse(bytes), Ok(httparse::Status::Complete(consumed)), "a library takes no less");
    assert_eq!(theirs.code, Some(response.status()));
    assert!(response.headers().eq(theirs.headers.iter().map(|field| (field.name, field.value))));
    assert!((100..=999).contains(&response.status()));
    assert!(!to_head || response.body() == ResponseFraming::None);
    let mut again = format!("HTTP/1.1 {} ", response.status()).into_bytes();
    again.extend_from_slice(response.reason());
    again.extend_from_slice(b"\r\n");
    response.copy_headers(&mut again, |_, _| false);
    again.extend_from_slice(b"\r\n");
    match Response::parse(&again, to_head) {
        Ok(Some((second, length))) => {
            assert_eq!(length, again.len());
            assert_eq!((second.status(), second.reason()), (response.status(), response.reason()));
        }
        other => {
            assert!(other.is_ok_and(|head| head.is_some()), "what is written is read again: {}", again.escape_ascii())
        }
    }
}

/// A header of the PROXY protocol ends where it is said to, and nothing shorter is taken for it.
pub fn proxied(bytes: &[u8]) {
    if let Ok(Some((_, length))) = crate::proxied::parse(bytes) {
        assert!(length <= bytes.len());
        let header = bytes.get(..length).unwrap_or_default();
        assert_eq!(crate::proxied::parse(header), crate::proxied::parse(bytes), "what follows does not matter");
        for cut in 0..length {
            let shorter = crate::proxied::parse(bytes.get(..cut).unwrap_or_default());
            assert!(matches!(shorter, Ok(None)), "it was not complete before");
        }
    }
}

/// However the input is cut, the same comes out; and what comes out, encoded anew, decodes to the same.
pub fn chunked(bytes: &[u8]) {
    let whole = decode(bytes, bytes.len().max(1));
    for size in [1, 2, 7] {
        assert_eq!(decode(bytes, size), whole, "cut into pieces of {size}");
    }
    if let Some((body, trailers, true, consumed)) = whole {
        assert!(consumed <= bytes.len());
        let mut again = Vec::new();
        if !body.is_empty() {
            chunked::encode(&mut again, &body);
        }
        chunked::encode_end(&mut again, &trailers);
        let length = again.len();
        let second = decode(&again, length);
        assert!(
            second.is_some_and(|second| second.0 == body && second.2 && second.3 == length),
            "what is written is read again"
        );
    }
}

/// Body, trailers, whether the end was reached, and how much was consumed; `None` when refused.
fn decode(bytes: &[u8], size: usize) -> Option<(Vec<u8>, Vec<u8>, bool, usize)> {
    let mut decoder = Decoder::default();
    let (mut body, mut consumed) = (Vec::new(), 0);
    for mut part in bytes.chunks(size) {
        while !part.is_empty() && !decoder.is_done() {
            let piece = decoder.decode(part).ok()?;
            assert!(piece.consumed > 0, "it goes on");
            body.extend_from_slice(part.get(piece.data).unwrap_or_default());
            part = part.get(piece.consumed..).unwrap_or_default();
            consumed += piece.consumed;
        }
    }
    Some((body, decoder.trailers().to_vec(), decoder.is_done(), consumed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn seeds(target: &str) -> Vec<Vec<u8>> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/seeds/").to_owned() + target;
        let seeds: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|seed| std::fs::read(seed.unwrap().path()).unwrap()).collect();
        assert!(seeds.len() >= 10, "the seeds are there");
        seeds
    }

    #[test]
    fn all_holds_for_the_seeds() {
        seeds("head").iter().for_each(|seed| head(seed));
        seeds("chunked").iter().for_each(|seed| chunked(seed));
        seeds("proxied").iter().for_each(|seed| proxied(seed));
    }

    /// A seed with some bytes replaced, by others or by parts of another seed.
    fn damaged(target: &str) -> impl Strategy<Value = Vec<u8>> + use<> {
        let seeds = seeds(target);
        let part = prop_oneof![
            4 => proptest::collection::vec(prop::sample::select(&b"\r\n \t:;,0a%\0\x7f\xff"[..]), 0..3),
            1 => prop::sample::select(seeds.clone()),
        ];
        let change = (any::<prop::sample::Index>(), 0_usize..3, part);
        (prop::sample::select(seeds), proptest::collection::vec(change, 0..5)).prop_map(|(mut bytes, changes)| {
            for (place, length, part) in changes {
                let start = place.index(bytes.len() + 1);
                let end = (start + length).min(bytes.len());
                bytes.splice(start..end, part);
            }
            bytes
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        #[test]
        fn all_holds_for_damaged_heads(bytes in damaged("head")) {
            head(&bytes);
        }

        #[test]
        fn all_holds_for_damaged_proxy_headers(bytes in damaged("proxied")) {
            proxied(&bytes);
        }

        #[test]
        fn all_holds_for_damaged_chunks(bytes in damaged("chunked")) {
            chunked(&bytes);
        }
    }
}
