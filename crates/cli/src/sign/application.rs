//! What an application signs of a call beside its headers.

use std::borrow::Cow;

use model::EnvironmentName;
use sign::application::{Signed, content_md5};

/// A call that an application signs.
pub(crate) struct Target<'t> {
    /// The method.
    pub(crate) method: &'t str,
    /// A URL, or a path with its query.
    pub(crate) url: &'t str,
    /// The headers that are sent.
    pub(crate) headers: &'t [(String, String)],
    /// The body.
    pub(crate) body: Option<&'t [u8]>,
}

impl Target<'_> {
    fn header(&self, wanted: &str) -> &str {
        let found = self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map_or("", |(_, value)| value)
    }

    fn is_form(&self) -> bool {
        let kind = self.header("content-type").split(';').next().unwrap_or_default();
        kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
    }

    /// The `Content-MD5` that goes with the body: the one that is sent, or the one that the vendor's demos make.
    pub(super) fn content_md5(&self) -> Cow<'_, str> {
        match (self.header("content-md5"), self.body) {
            ("", Some(body)) if !self.is_form() => content_md5(body).into(),
            (sent, _) => sent.into(),
        }
    }

    /// What is signed, with these headers.
    pub(super) fn signed<'s>(&'s self, headers: &'s [(&'s str, &'s [u8])], content_md5: &'s str) -> Signed<'s> {
        let (path, query) = without_environment(self.url);
        Signed {
            headers,
            method: self.method,
            accept: self.header("accept").as_bytes(),
            content_type: self.header("content-type").as_bytes(),
            content_md5: content_md5.as_bytes(),
            path,
            query: query.as_bytes(),
            form: self.body.filter(|_| self.is_form()).unwrap_or_default(),
        }
    }
}

/// A URL's path without the segment of an environment, and its query.
fn without_environment(url: &str) -> (&str, &str) {
    let from_path = match url.split_once("://") {
        Some((_, rest)) => rest.find(['/', '?', '#']).and_then(|at| rest.get(at..)).unwrap_or("/"),
        None => url,
    };
    let whole = from_path.split('#').next().unwrap_or_default();
    let (path, query) = whole.split_once('?').unwrap_or((whole, ""));
    let first = path.get(1..).unwrap_or_default().split('/').next().unwrap_or_default();
    let path =
        if EnvironmentName::NAMES.contains(&first) { path.get(1 + first.len()..).unwrap_or_default() } else { path };
    (if path.is_empty() { "/" } else { path }, query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_signed_without_its_environment() {
        for (url, expected) in [
            ("http://h/release/a?b=1#c", ("/a", "b=1")),
            ("http://h:80/test", ("/", "")),
            ("https://h", ("/", "")),
            ("https://h?a=1", ("/", "a=1")),
            ("/prepub/a/b", ("/a/b", "")),
            ("/testing/x", ("/testing/x", "")),
            ("/", ("/", "")),
        ] {
            assert_eq!(without_environment(url), expected, "{url}");
        }
    }
}
