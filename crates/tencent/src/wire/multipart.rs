//! `multipart/form-data` bodies as the vendor's SDKs write them (RFC 7578).

use crate::code::Code;
use crate::refusal::Fault;

/// Most parts in a body.
const MOST_PARTS: usize = 1024;

/// One part.
#[derive(Debug, PartialEq)]
pub(crate) struct Part<'a> {
    /// The parameter's name.
    pub(crate) name: String,
    /// The content is JSON; else it is the value itself.
    pub(crate) is_json: bool,
    /// What stands between the part's headers and the next boundary.
    pub(crate) content: &'a [u8],
}

/// The boundary in a `Content-Type`; `None` when it is another type.
pub(crate) fn boundary(content_type: &str) -> Option<Result<&str, Fault>> {
    let mut parameters = content_type.split(';');
    if !parameters.next()?.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let value = parameters.find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then(|| value.trim().trim_matches('"'))
    });
    Some(match value {
        Some(boundary) if (1..=70).contains(&boundary.len()) => Ok(boundary),
        _ => Err(malformed("its Content-Type has no boundary of 1 to 70 characters")),
    })
}

/// The parts of `body` in order.
pub(crate) fn parts<'a>(body: &'a [u8], boundary: &str) -> Result<Vec<Part<'a>>, Fault> {
    let first = format!("--{boundary}");
    let next = format!("\r\n--{boundary}");
    if body.is_empty() {
        return Ok(Vec::new());
    }
    let mut rest = body
        .strip_prefix(first.as_bytes())
        .ok_or_else(|| malformed("it does not begin with the boundary of its Content-Type"))?;
    let mut parts = Vec::new();
    loop {
        if rest.starts_with(b"--") {
            return Ok(parts);
        }
        rest = rest.strip_prefix(b"\r\n").ok_or_else(|| malformed("a boundary is not at the end of its line"))?;
        let end = find(rest, next.as_bytes()).ok_or_else(|| malformed("its closing boundary is missing"))?;
        parts.push(part(&rest[..end])?);
        if parts.len() > MOST_PARTS {
            return Err(malformed(&format!("it has more than {MOST_PARTS} parts")));
        }
        rest = &rest[end + next.len()..];
    }
}

fn part(bytes: &[u8]) -> Result<Part<'_>, Fault> {
    let (head, content) = match find(bytes, b"\r\n\r\n") {
        Some(end) => (&bytes[..end], &bytes[end + 4..]),
        None => return Err(malformed("a part has no empty line after its headers")),
    };
    let head = std::str::from_utf8(head).map_err(|_| malformed("a part's headers are not valid UTF-8"))?;
    let mut name = None;
    let mut is_json = false;
    for line in head.split("\r\n") {
        let Some((header, value)) = line.split_once(':') else { continue };
        if header.eq_ignore_ascii_case("content-disposition") {
            name = value.split(';').find_map(|parameter| {
                let quoted = parameter.trim().strip_prefix("name=")?;
                Some(quoted.trim_matches('"').to_owned())
            });
        } else if header.eq_ignore_ascii_case("content-type") {
            is_json = value.trim().starts_with("application/json");
        }
    }
    match name {
        Some(name) if !name.is_empty() => Ok(Part { name, is_json, content }),
        _ => Err(malformed("a part has no name")),
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let (first, _) = needle.split_first()?;
    let mut from = 0;
    while let Some(at) = haystack[from..].iter().position(|b| b == first) {
        let at = from + at;
        if haystack[at..].starts_with(needle) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

fn malformed(reason: &str) -> Fault {
    Fault::new(Code::InvalidRequest, format!("The multipart body cannot be read: {reason}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_boundary_is_found_in_the_content_type() {
        assert_eq!(boundary("multipart/form-data; boundary=ab").unwrap().unwrap(), "ab");
        assert_eq!(boundary("Multipart/Form-Data; charset=x; Boundary=\"ab\"").unwrap().unwrap(), "ab");
        assert!(boundary("multipart/form-data").unwrap().is_err());
        assert!(boundary("application/json").is_none());
    }

    #[test]
    fn parts_keep_their_bytes() {
        let body = b"--b\r\nContent-Disposition: form-data; name=\"A\"\r\n\r\n1\r\n--x\r\n\r\n--b--\r\n";
        assert_eq!(parts(body, "b").unwrap(), [Part { name: "A".into(), is_json: false, content: b"1\r\n--x\r\n" }]);
        assert_eq!(parts(b"", "b").unwrap(), []);
    }

    #[test]
    fn a_body_that_is_cut_or_nameless_is_refused() {
        for body in [
            "x",
            "--b",
            "--bx",
            "--b\r\n",
            "--b\r\nContent-Disposition: form-data; name=\"A\"\r\n\r\n1",
            "--b\r\nno\r\n--b--",
            "--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--",
        ] {
            assert_eq!(parts(body.as_bytes(), "b").expect_err(body).code, Code::InvalidRequest);
        }
    }
}
