//! Where a request with a cookie may come from.
//!
//! A cookie is sent by the browser, whoever made the page. Three things keep pages of other sites out: the cookie is
//! `SameSite=Strict`, each change needs a token that only our page knows, and the request must be addressed to a name
//! that is ours. The last one is against names that suddenly mean this machine (DNS rebinding): an address, `localhost`
//! and the name in the setting `admin_url` are ours, any other name is not.

use http::{HeaderMap, Uri, header};

use crate::problem::{Kind, Problem};

/// The address that browsers reach the management side by, where something stands before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    /// TLS ends before us, but browsers see it: cookies are `Secure`.
    pub is_https: bool,
    /// `gateway.example.com` or `gateway.example.com:8443`, in lower case.
    pub authority: String,
}

impl TryFrom<&str> for PublicUrl {
    type Error = String;

    fn try_from(raw: &str) -> Result<Self, String> {
        let wrong = || format!("`{raw}` is no address of a site; `https://host[:port]` is allowed");
        let uri: Uri = raw.strip_suffix('/').unwrap_or(raw).parse().map_err(|_| wrong())?;
        let is_https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(wrong()),
        };
        let is_plain = uri.path_and_query().is_none_or(|rest| rest.as_str() == "/");
        let authority = uri.authority().filter(|authority| is_plain && !authority.as_str().contains('@'));
        Ok(Self { is_https, authority: authority.ok_or_else(wrong)?.as_str().to_ascii_lowercase() })
    }
}

/// Refuses a request that a page of another site may have made.
pub(crate) fn check(headers: &HeaderMap, public: Option<&PublicUrl>) -> Result<(), Problem> {
    let refuse = |detail: String| Err(Problem::new(Kind::ForeignOrigin, detail));
    let text = |name: header::HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let host = text(header::HOST).unwrap_or_default().to_ascii_lowercase();
    let is_public = public.is_some_and(|public| public.authority == host);
    if !is_public && !is_local(&host) {
        let known = "an IP address, `localhost` and the host of the setting `admin_url` are allowed";
        return refuse(format!("the host `{}` is not known here; {known}", host.escape_debug()));
    }
    let scheme = if is_public && public.is_some_and(|public| public.is_https) { "https" } else { "http" };
    let ours = |origin: &str| {
        origin.split_once("://").is_some_and(|(found, authority)| {
            let authority = authority.to_ascii_lowercase();
            // What stands before us may have another port, and says so in `admin_url`.
            let is_public =
                public.is_some_and(|public| public.authority == authority && (found == "https") == public.is_https);
            is_public || (found == scheme && authority == host)
        })
    };
    match text(header::ORIGIN) {
        Some(origin) if !ours(origin) => refuse(format!("the page's origin `{}` is not ours", origin.escape_debug())),
        _ => match headers.get("sec-fetch-site").map(|value| value.as_bytes()) {
            None | Some(b"same-origin" | b"none") => Ok(()),
            Some(_) => refuse("the browser says that another site asks".to_owned()),
        },
    }
}

/// True for an address or a name that always means this machine, with perhaps a port.
fn is_local(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => {
            return rest.split(']').next().is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok());
        }
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    name == "localhost" || name.ends_with(".localhost") || name.parse::<std::net::Ipv4Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn verdict(public: Option<&str>, pairs: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        let public = public.map(|raw| PublicUrl::try_from(raw).unwrap());
        check(&headers, public.as_ref()).is_ok()
    }

    #[test]
    fn only_names_that_are_ours_are_answered() {
        for host in ["127.0.0.1:9080", "localhost", "localhost:9080", "a.localhost:1", "[::1]:9080", "10.1.2.3"] {
            assert!(verdict(None, &[("host", host)]), "{host}");
        }
        for host in ["evil.example", "evil.example:9080", "127.0.0.1.evil.example", "", "localhost.evil.example"] {
            assert!(!verdict(None, &[("host", host)]), "{host}");
        }
        assert!(verdict(Some("https://gw.example"), &[("host", "GW.example")]));
        assert!(!verdict(Some("https://gw.example"), &[("host", "gw.example:81")]));
    }

    #[test]
    fn a_page_of_another_site_is_refused() {
        let host = ("host", "localhost:9080");
        assert!(verdict(None, &[host, ("origin", "http://localhost:9080")]));
        for origin in ["http://localhost:9081", "https://localhost:9080", "http://evil.example", "null"] {
            assert!(!verdict(None, &[host, ("origin", origin)]), "{origin}");
        }
        assert!(verdict(None, &[host, ("sec-fetch-site", "same-origin")]));
        assert!(!verdict(None, &[host, ("sec-fetch-site", "cross-site")]));
        assert!(!verdict(None, &[host, ("sec-fetch-site", "same-site")]));
        let public = Some("https://gw.example");
        assert!(verdict(public, &[("host", "gw.example"), ("origin", "https://gw.example")]));
        assert!(verdict(public, &[("host", "127.0.0.1:9080"), ("origin", "https://gw.example")]));
        assert!(!verdict(public, &[("host", "gw.example"), ("origin", "http://gw.example")]));
    }

    #[test]
    fn a_public_address_is_a_site_and_nothing_more() {
        assert!(PublicUrl::try_from("https://gw.example/").unwrap().is_https);
        for raw in ["gw.example", "ftp://a", "https://a/b", "https://u@a", "", "https://a?b"] {
            assert!(PublicUrl::try_from(raw).is_err(), "{raw}");
        }
    }
}
