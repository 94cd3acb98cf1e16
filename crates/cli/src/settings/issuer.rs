//! Settings of the issuers whose tokens are taken.

use super::value::Value;

/// The address of an OpenID issuer: what its tokens tell in `iss`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IssuerUrl(pub(crate) String);

const ALLOWED: &str = "`https://` or `http://`, a host, perhaps a port and a path, at most 512 characters";

impl Value for IssuerUrl {
    const STANDS_FOR: &'static str = "URL";

    fn allowed() -> String {
        ALLOWED.to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        let url: http::Uri = text.parse().ok()?;
        let is_fit = matches!(url.scheme_str(), Some("http" | "https"))
            && url.host().is_some_and(|host| !host.is_empty())
            && url.query().is_none()
            && !url.authority().is_some_and(|authority| authority.as_str().contains('@'));
        (is_fit && text.len() <= 512).then(|| Self(text.to_owned()))
    }
}

/// The addresses of issuers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IssuerUrls(pub(crate) Vec<IssuerUrl>);

impl Value for IssuerUrls {
    const STANDS_FOR: &'static str = "URL,…";

    fn allowed() -> String {
        format!("{ALLOWED}; several are separated by commas; or `off`")
    }

    fn parse(text: &str) -> Option<Self> {
        if text == "off" {
            return Some(Self(Vec::new()));
        }
        text.split(',').map(|one| IssuerUrl::parse(one.trim())).collect::<Option<_>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_an_address_without_a_query() {
        for text in ["https://id.example.com", "https://id.example.com/", "http://127.0.0.1:9000/realms/shop"] {
            assert_eq!(IssuerUrl::parse(text), Some(IssuerUrl(text.to_owned())));
        }
        for text in
            ["", "id.example.com", "ftp://id.example.com", "https://", "https://a?b", "https://me@id.example.com"]
        {
            assert_eq!(IssuerUrl::parse(text), None, "{text}");
        }
        assert_eq!(IssuerUrls::parse("off"), Some(IssuerUrls(Vec::new())));
        assert_eq!(IssuerUrls::parse("https://a, http://b").map(|urls| urls.0.len()), Some(2));
        assert_eq!(IssuerUrls::parse("https://a,"), None);
    }
}
