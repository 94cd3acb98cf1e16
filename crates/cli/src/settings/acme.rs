//! Settings of the authority that issues certificates over ACME.

use super::value::Value;

/// The URL of an authority's directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DirectoryUrl(pub(crate) String);

impl Value for DirectoryUrl {
    const STANDS_FOR: &'static str = "URL";

    fn allowed() -> String {
        "`https://` with a host and a path, at most 512 characters".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        let url: http::Uri = text.parse().ok()?;
        let is_fit = url.scheme_str() == Some("https") && url.host().is_some_and(|host| !host.is_empty());
        (is_fit && text.len() <= 512).then(|| Self(text.to_owned()))
    }
}

/// Whom an authority may write to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contact(pub(crate) String);

impl Value for Contact {
    const STANDS_FOR: &'static str = "ADDRESS";

    fn allowed() -> String {
        "an e-mail address, such as `ops@example.com`".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        let (name, host) = text.split_once('@')?;
        let is_plain =
            |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic() && b != b'@' && b != b',');
        (is_plain(name) && is_plain(host) && text.len() <= 254).then(|| Self(text.to_owned()))
    }
}

/// A way to prove that a name is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChallengeKind {
    /// By an answer over http (RFC 8555, 8.3).
    Http01,
    /// By a TLS handshake (RFC 8737).
    TlsAlpn01,
}

/// The ways to prove that a name is ours, the preferred one first; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChallengeKinds(pub(crate) Vec<ChallengeKind>);

impl Value for ChallengeKinds {
    const STANDS_FOR: &'static str = "WAY,…";

    fn allowed() -> String {
        "`http-01`, `tls-alpn-01`, or both separated by a comma".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        let read = |word: &str| match word.trim() {
            "http-01" => Some(ChallengeKind::Http01),
            "tls-alpn-01" => Some(ChallengeKind::TlsAlpn01),
            _ => None,
        };
        let kinds: Vec<_> = text.split(',').map(read).collect::<Option<_>>()?;
        let is_repeated = kinds.iter().enumerate().any(|(index, kind)| kinds[..index].contains(kind));
        (!kinds.is_empty() && !is_repeated).then_some(Self(kinds))
    }
}
