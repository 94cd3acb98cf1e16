//! One form of a path for matching, for judging and for sending on.
//!
//! A gateway that judges one form of a path and sends another on can be talked around. So a call's path is made
//! canonical once, before anything looks at it (RFC 3986, 6.2.2): escaped letters, digits and `-._~` are unescaped,
//! the hex digits of other escapes are upper case, and `.` and `..` segments are resolved. An escaped slash stays
//! escaped. Doubled slashes stay as they are.

use std::borrow::Cow;

/// `path` in canonical form; borrowed where it already was. `None` where an escape is broken or `..` leads above the
/// root.
pub fn canonical(path: &str) -> Option<Cow<'_, str>> {
    let bytes = path.as_bytes();
    // Nearly every path has neither escapes nor dots.
    if memchr::memchr2(b'%', b'.', bytes).is_none() {
        return Some(Cow::Borrowed(path));
    }
    let has_escape = memchr::memchr(b'%', bytes).is_some();
    let has_dots = memchr::memchr_iter(b'.', bytes).any(|at| at > 0 && bytes[at - 1] == b'/');
    if !has_escape && !has_dots {
        return Some(Cow::Borrowed(path));
    }
    let unescaped = if has_escape { unescape(path)? } else { path.to_owned() };
    resolve(&unescaped).map(Cow::Owned)
}

fn unescape(path: &str) -> Option<String> {
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let digits = rest.get(at + 1..at + 3)?;
        // `from_str_radix` alone would accept a sign.
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let byte = u8::from_str_radix(digits, 16).ok()?;
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.extend(digits.chars().map(|c| c.to_ascii_uppercase()));
        }
        rest = &rest[at + 3..];
    }
    out.push_str(rest);
    Some(out)
}

fn resolve(path: &str) -> Option<String> {
    let mut out = String::with_capacity(path.len());
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    out.truncate(out.rfind('/')?);
                }
                if is_last {
                    out.push('/');
                }
            }
            segment => {
                out.push('/');
                out.push_str(segment);
            }
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn paths_have_one_form() {
        for (sent, expected) in [
            ("/", Some("/")),
            ("/a/b", Some("/a/b")),
            ("/a//b/", Some("/a//b/")),
            ("/%61/b%2fc", Some("/a/b%2Fc")),
            ("/a/./b/../c", Some("/a/c")),
            ("/a/%2e%2E/b", Some("/b")),
            ("/a/..", Some("/")),
            ("/a/b/..", Some("/a/")),
            ("/a/.", Some("/a/")),
            ("/.well-known/x", Some("/.well-known/x")),
            ("/a/...", Some("/a/...")),
            ("/%E4%BD%A0", Some("/%E4%BD%A0")),
            ("/..", None),
            ("/a/../../b", None),
            ("/%", None),
            ("/%4", None),
            ("/%zz", None),
            ("/%+1", None),
        ] {
            assert_eq!(canonical(sent).as_deref(), expected, "{sent}");
        }
    }
}
