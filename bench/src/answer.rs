//! Judging the bytes that a gateway sent back.

use crate::origin::BODY;

/// What the bytes read so far amount to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Not whole yet.
    Partial,
    /// Status 200 and exactly the origin's body.
    Good,
    /// A whole answer that is not the one that was due.
    Wrong(u16),
    /// Bytes that cannot be followed any further: the connection is of no more use.
    Broken(&'static str),
}

/// Judges `bytes`, everything that came since the request was sent. The good answer is recognised without parsing.
pub(crate) fn judge(bytes: &[u8]) -> Answer {
    if bytes.starts_with(b"HTTP/1.1 200 ")
        && let Some(head) = bytes.strip_suffix(BODY)
        && head.ends_with(b"\r\n\r\n")
    {
        return Answer::Good;
    }
    parse(bytes)
}

fn parse(bytes: &[u8]) -> Answer {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    let head = match response.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Answer::Partial,
        Err(_) => return Answer::Broken("not an HTTP answer"),
    };
    let length = response
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-length"))
        .and_then(|header| std::str::from_utf8(header.value).ok()?.trim().parse::<usize>().ok());
    let Some(length) = length else { return Answer::Broken("an answer without Content-Length") };
    if bytes.len() < head + length {
        return Answer::Partial;
    }
    if bytes.len() > head + length {
        return Answer::Broken("bytes after the answer");
    }
    Answer::Wrong(response.code.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: &str, body: &[u8]) -> Vec<u8> {
        let head = format!("HTTP/1.1 {status}\r\nServer: x\r\ncontent-length: {}\r\n\r\n", body.len());
        [head.as_bytes(), body].concat()
    }

    #[test]
    fn only_a_200_with_the_origins_body_is_good() {
        assert_eq!(judge(&answer("200 OK", BODY)), Answer::Good);
        assert_eq!(judge(&answer("429 Too Many Requests", BODY)), Answer::Wrong(429));
        assert_eq!(judge(&answer("200 OK", b"{}")), Answer::Wrong(200));
    }

    #[test]
    fn every_cut_of_an_answer_is_partial() {
        let whole = answer("200 OK", BODY);
        for end in 0..whole.len() {
            assert_eq!(judge(&whole[..end]), Answer::Partial, "cut at {end}");
        }
    }

    #[test]
    fn bytes_that_do_not_belong_are_noticed() {
        let whole = answer("200 OK", BODY);
        assert_eq!(judge(&[&whole[..], b"H"].concat()), Answer::Broken("bytes after the answer"));
        assert!(matches!(judge(b"SSH-2.0-x\r\n"), Answer::Broken(_)));
    }
}
