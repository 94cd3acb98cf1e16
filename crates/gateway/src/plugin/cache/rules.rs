//! What HTTP lets a cache do (RFC 9111), as far as a plugin wants it done.

use model::AnswerCache;
use net::Request;

/// What a call wants of what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wish {
    /// Its answer may be kept.
    pub(super) may_keep: bool,
    /// How old an answer may be that is kept, in seconds.
    oldest: u64,
    /// How long it must still be good, in seconds.
    left: u64,
}

/// An answer may be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Permit {
    /// For so many seconds, from now on.
    pub(super) lifetime: u64,
    /// How old it is already, in seconds.
    pub(super) age: u64,
    /// For calls that have the same in these headers; their names in lower case and in order.
    pub(super) varies: Vec<String>,
}

/// Longest that an answer is kept, whatever it says, in seconds: a day.
const LONGEST: u64 = 86_400;

/// Calls for a part of an answer, or for one that is not what they know: the backend answers them.
const CONDITIONS: [&str; 6] =
    ["range", "if-range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since"];

impl Wish {
    /// What a call wants; `None` where it has nothing to do with what is kept.
    pub(super) fn of(rules: &AnswerCache, request: &Request) -> Option<Self> {
        let is_one = rules.methods.iter().any(|method| method.as_str() == request.method());
        let is_plain = CONDITIONS.iter().all(|name| request.header(name).is_none());
        if !is_one || !is_plain || request.wants_upgrade().is_some() {
            return None;
        }
        let mut wish = Self { may_keep: true, oldest: u64::MAX, left: 0 };
        let mut has_control = false;
        for value in request.header_values("cache-control") {
            has_control = true;
            for (name, argument) in directives(value) {
                match name.as_str() {
                    "no-store" => wish.may_keep = false,
                    "no-cache" if rules.obeys => wish.oldest = 0,
                    "max-age" if rules.obeys => wish.oldest = wish.oldest.min(seconds(argument).unwrap_or(0)),
                    "min-fresh" if rules.obeys => wish.left = wish.left.max(seconds(argument).unwrap_or(u64::MAX)),
                    _ => {}
                }
            }
        }
        let is_old_no_cache = |value: &[u8]| directives(value).any(|(name, _)| name == "no-cache");
        if rules.obeys && !has_control && request.header_values("pragma").any(is_old_no_cache) {
            wish.oldest = 0;
        }
        Some(wish)
    }

    /// True when it takes an answer that is so old and will be good for so long, in seconds.
    pub(super) fn takes(self, age: u64, left: u64) -> bool {
        self.oldest > 0 && age <= self.oldest && left >= self.left
    }
}

impl Permit {
    /// Whether an answer may be kept.
    pub(super) fn of<'h, I: Iterator<Item = (&'h str, &'h [u8])>>(
        rules: &AnswerCache,
        status: u16,
        headers: impl Fn() -> I,
    ) -> Option<Self> {
        // A part of a body, or none at all, answers only who asked for that.
        let is_one =
            rules.statuses.iter().any(|listed| listed.get() == u32::from(status)) && !matches!(status, 206 | 304);
        if !is_one {
            return None;
        }
        let mut varies: Vec<String> = Vec::new();
        let (mut has_control, mut no_cache, mut max_age, mut shared_max_age) = (false, false, None, None);
        let mut age = 0;
        for (name, value) in headers() {
            match name.to_ascii_lowercase().as_str() {
                // It belongs to one caller, to one part, or to a message that is not the same without it.
                "set-cookie" | "set-cookie2" | "content-range" | "trailer" => return None,
                // It does not end, or not soon.
                "content-type" if is_stream(value) => return None,
                "content-encoding" => varies.push("accept-encoding".to_owned()),
                "age" => age = seconds(Some(value)).unwrap_or(u64::MAX),
                "vary" => {
                    let text = std::str::from_utf8(value).ok()?;
                    for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
                        if name == "*" {
                            return None;
                        }
                        varies.push(name.to_ascii_lowercase());
                    }
                }
                "cache-control" => {
                    has_control = true;
                    for (name, argument) in directives(value) {
                        // Of two times the shorter one; one that is none is no time at all.
                        let shorter = |known: Option<u64>| {
                            let said = seconds(argument).unwrap_or(0);
                            Some(known.map_or(said, |known| known.min(said)))
                        };
                        match name.as_str() {
                            // Nobody else may see it, whatever the plugin says of time.
                            "private" | "no-store" => return None,
                            "no-cache" => no_cache = true,
                            "max-age" => max_age = shorter(max_age),
                            "s-maxage" => shared_max_age = shorter(shared_max_age),
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        let own = u64::from(rules.lifetime.get());
        let lifetime = match shared_max_age.or(max_age) {
            _ if !rules.obeys || !has_control => own,
            _ if no_cache => 0,
            Some(said) => said.saturating_sub(age).min(LONGEST),
            None => own,
        };
        varies.sort();
        varies.dedup();
        (lifetime > 0).then_some(Self { lifetime, age, varies })
    }
}

fn is_stream(content_type: &[u8]) -> bool {
    let kind = content_type.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    kind.eq_ignore_ascii_case(b"text/event-stream") || kind.get(..16).is_some_and(|kind| kind == b"application/grpc")
}

/// The directives of one line: names in lower case, with what stands behind `=`. Commas within quotation marks part them too:
/// what is seen in them by mistake forbids more, not less.
fn directives(value: &[u8]) -> impl Iterator<Item = (String, Option<&[u8]>)> {
    value.split(|byte| *byte == b',').map(|directive| {
        let at = directive.iter().position(|byte| *byte == b'=');
        let (name, argument) = match at {
            Some(at) => (directive.get(..at).unwrap_or_default(), directive.get(at + 1..)),
            None => (directive, None),
        };
        (String::from_utf8_lossy(name.trim_ascii()).to_ascii_lowercase(), argument)
    })
}

/// A number of seconds, with or without quotation marks. One too large to count is a very long time.
fn seconds(argument: Option<&[u8]>) -> Option<u64> {
    let digits = argument?.trim_ascii();
    let digits = digits.strip_prefix(b"\"").and_then(|digits| digits.strip_suffix(b"\"")).unwrap_or(digits);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(std::str::from_utf8(digits).ok()?.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use model::{Method, Whole};
    use net::{Limits, Response};

    use super::*;

    fn rules(obeys: bool, lifetime: u32) -> AnswerCache {
        let statuses = [200, 206, 304, 404].map(|status| Whole::try_from(status).unwrap()).to_vec();
        let lifetime = Whole::try_from(lifetime).unwrap();
        AnswerCache { parameters: vec![], methods: vec![Method::Get], statuses, obeys, lifetime }
    }

    fn permit(rules: &AnswerCache, status: u16, lines: &str) -> Option<Permit> {
        let head = format!("HTTP/1.1 {status} X\r\n{lines}\r\n");
        let response = Response::parse(head.as_bytes(), false).unwrap().unwrap().0;
        Permit::of(rules, response.status(), || response.headers())
    }

    fn lifetime(obeys: bool, lines: &str) -> Option<u64> {
        permit(&rules(obeys, 300), 200, lines).map(|permit| permit.lifetime)
    }

    fn wish(obeys: bool, head: &str) -> Option<Wish> {
        let head = format!("{head}\r\n\r\n").replacen("\r\n", "\r\nHost: h\r\n", 1);
        let request = Request::parse(head.as_bytes(), &Limits::default()).unwrap().unwrap().0;
        Wish::of(&rules(obeys, 300), &request)
    }

    #[test]
    fn what_is_for_one_caller_is_never_kept() {
        for lines in [
            "Set-Cookie: a=b\r\n",
            "Cache-Control: private\r\n",
            "Cache-Control: max-age=60, PRIVATE=\"x-a\"\r\n",
            "Cache-Control: public\r\nCache-Control: no-store\r\n",
            "Vary: *\r\n",
            "Vary: Accept, *\r\n",
            "Content-Range: bytes 0-1/2\r\n",
            "Trailer: Sum\r\n",
            "Content-Type: text/event-stream; charset=utf-8\r\n",
            "Content-Type: application/grpc+proto\r\n",
        ] {
            assert_eq!((lifetime(false, lines), lifetime(true, lines)), (None, None), "{lines}");
        }
        assert_eq!(permit(&rules(false, 300), 206, ""), None);
        assert_eq!(permit(&rules(false, 300), 304, ""), None);
        assert_eq!(permit(&rules(false, 300), 500, ""), None, "no status of the plugin's");
    }

    #[test]
    fn the_time_is_the_plugins_unless_the_answer_is_obeyed() {
        for (lines, ignored, obeyed) in [
            ("", Some(300), Some(300)),
            ("Cache-Control: max-age=60\r\n", Some(300), Some(60)),
            ("Cache-Control: max-age=60, s-maxage=\"90\"\r\n", Some(300), Some(90)),
            ("Cache-Control: max-age=60\r\nAge: 20\r\n", Some(300), Some(40)),
            ("Cache-Control: max-age=60\r\nAge: 60\r\n", Some(300), None),
            ("Cache-Control: max-age=60\r\nCache-Control: max-age=5\r\n", Some(300), Some(5)),
            ("Cache-Control: max-age=99999999999999999999\r\n", Some(300), Some(86_400)),
            ("Cache-Control: max-age=soon\r\n", Some(300), None),
            ("Cache-Control: no-cache, max-age=60\r\n", Some(300), None),
            ("Cache-Control: public\r\n", Some(300), Some(300)),
        ] {
            assert_eq!((lifetime(false, lines), lifetime(true, lines)), (ignored, obeyed), "{lines}");
        }
        assert_eq!(permit(&rules(false, 0), 200, ""), None);
    }

    #[test]
    fn an_answer_varies_with_what_it_says_and_with_its_coding() {
        let varies = |lines| permit(&rules(false, 1), 200, lines).unwrap().varies;
        assert_eq!(varies("Vary: Accept-Language, accept\r\nVary: Accept\r\n"), ["accept", "accept-language"]);
        assert_eq!(varies("Content-Encoding: br\r\n"), ["accept-encoding"]);
    }

    #[test]
    fn calls_say_what_they_take() {
        assert!(wish(true, "POST / HTTP/1.1").is_none(), "no method of the plugin's");
        for condition in ["Range: bytes=0-1", "If-None-Match: \"a\"", "If-Modified-Since: x", "If-Range: \"a\""] {
            assert!(wish(true, &format!("GET / HTTP/1.1\r\n{condition}")).is_none(), "{condition}");
        }
        for (lines, obeys, age, left, takes, keeps) in [
            ("", true, 9, 1, true, true),
            ("\r\nCache-Control: no-cache", true, 0, 9, false, true),
            ("\r\nCache-Control: no-cache", false, 9, 1, true, true),
            ("\r\nPragma: no-cache", true, 0, 9, false, true),
            ("\r\nPragma: no-cache\r\nCache-Control: x", true, 0, 9, true, true),
            ("\r\nCache-Control: max-age=0", true, 0, 9, false, true),
            ("\r\nCache-Control: max-age=5", true, 5, 9, true, true),
            ("\r\nCache-Control: max-age=5", true, 6, 9, false, true),
            ("\r\nCache-Control: min-fresh=5", true, 0, 4, false, true),
            ("\r\nCache-Control: min-fresh=5", true, 0, 5, true, true),
            ("\r\nCache-Control: no-store", false, 9, 1, true, false),
        ] {
            let wish = wish(obeys, &format!("GET / HTTP/1.1{lines}")).unwrap();
            assert_eq!((wish.takes(age, left), wish.may_keep), (takes, keeps), "{lines} {obeys}");
        }
    }
}
