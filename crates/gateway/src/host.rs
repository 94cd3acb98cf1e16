//! Which service a `Host` header means.
//!
//! A service answers on its own default name, `{service id}-{app id}.{region}.{domain}`, and on the three families of
//! names that the vendor gave it over the years, whatever the account number and region in them, so that a caller
//! whose DNS is pointed here need not change (spec: hosts and URLs).

/// The suffixes of the vendor's default names, newest last.
pub const VENDOR_DOMAINS: [&str; 3] = ["apigateway.myqcloud.com", "apigw.tencentcs.com", "tencentapigw.com"];

/// Longest host name (RFC 1035).
const LONGEST: usize = 253;

/// The names that services answer on by default.
#[derive(Debug, Clone)]
pub struct DefaultNames {
    domains: Vec<String>,
}

impl DefaultNames {
    /// The vendor's families and `domain`, our own suffix without a leading dot.
    pub fn new(domain: &str) -> Self {
        let own = std::iter::once(domain.to_ascii_lowercase());
        Self { domains: own.chain(VENDOR_DOMAINS.map(str::to_owned)).collect() }
    }

    /// Calls `found` with the service id that `host` (with or without a port, any case) names, if it is a default name.
    pub fn service<T>(&self, host: &str, found: impl Fn(&str) -> Option<T>) -> Option<T> {
        let host = without_port(host);
        // Nearly every caller writes names in lower case, as identifiers are, so that is tried first.
        if let Some(service) = self.service_of(host).and_then(&found) {
            return Some(service);
        }
        if host.len() > LONGEST || !host.bytes().any(|b| b.is_ascii_uppercase()) {
            return None;
        }
        self.service_of(&host.to_ascii_lowercase()).and_then(found)
    }

    fn service_of<'h>(&self, host: &'h str) -> Option<&'h str> {
        let bytes = host.as_bytes();
        // `{service id}-{app id}`: the id itself holds one dash.
        let label = memchr::memchr(b'.', bytes)?;
        let dash = memchr::memrchr(b'-', &bytes[..label])?;
        let app = &bytes[dash + 1..label];
        if app.is_empty() || !app.iter().all(u8::is_ascii_digit) {
            return None;
        }
        // The region stands between the label and the domain; our own names and the vendor's have exactly one.
        let rest = &bytes[label + 1..];
        let domain = &rest[memchr::memchr(b'.', rest)? + 1..];
        let is_ours = self.domains.iter().any(|known| known.as_bytes() == domain);
        is_ours.then_some(&host[..dash])
    }
}

/// `host` without its port.
pub fn without_port(host: &str) -> &str {
    // A port ends in a digit.
    if host.ends_with(|last: char| last.is_ascii_alphabetic()) {
        return host;
    }
    // A port has at most five digits.
    let tail = host.len().saturating_sub(6);
    match memchr::memrchr(b':', &host.as_bytes()[tail..]) {
        Some(colon) if !host.ends_with(']') => &host[..tail + colon],
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(host: &str) -> Option<String> {
        let found = |id: &str| (id == "service-ab12cd34").then(|| id.to_owned());
        DefaultNames::new("apigateway.localhost").service(host, found)
    }

    #[test]
    fn own_and_vendor_names_lead_to_the_service() {
        for host in [
            "service-ab12cd34-1250000000.ap-guangzhou.apigateway.localhost",
            "service-ab12cd34-1250000000.ap-guangzhou.apigateway.localhost:8080",
            "service-ab12cd34-1251762227.ap-guangzhou.apigateway.myqcloud.com",
            "SERVICE-AB12CD34-1251006373.cq.apigw.tencentcs.com",
            "service-ab12cd34-1251006373.gz.tencentapigw.com:443",
        ] {
            assert_eq!(service(host).as_deref(), Some("service-ab12cd34"), "{host}");
        }
    }

    #[test]
    fn other_names_lead_nowhere() {
        for host in [
            "",
            "localhost",
            "127.0.0.1:8080",
            "service-ab12cd34.ap-guangzhou.apigateway.localhost",
            "service-ab12cd34-x.ap-guangzhou.apigateway.localhost",
            "service-ab12cd34-1.apigateway.localhost",
            "service-ab12cd34-1.a.b.apigateway.localhost",
            "service-ab12cd34-1.gz.example.com",
            "[::1]:8080",
        ] {
            assert_eq!(service(host), None, "{host}");
        }
    }
}
