//! Custom domains as calls find them: by name, and by the label below a wildcard.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use rustls::ServerConfig;

/// The custom domains of all services, and how TLS handshakes are answered.
#[derive(Debug, Default)]
pub struct Hosts {
    /// By the name itself.
    pub(crate) exact: FxHashMap<Box<str>, Arc<DomainPlan>>,
    /// By what follows `*.` in a wildcard.
    pub(crate) below: FxHashMap<Box<str>, Arc<DomainPlan>>,
    /// How a handshake is answered whose name has no certificate of its own; `None` before there is a default
    /// certificate.
    pub default_tls: Option<Arc<ServerConfig>>,
}

/// A custom domain.
#[derive(Debug)]
pub struct DomainPlan {
    /// The service's identifier.
    pub service: Box<str>,
    /// Callers may use http.
    pub allows_http: bool,
    /// Callers may use https.
    pub allows_https: bool,
    /// A call over http is sent to https.
    pub force_https: bool,
    /// The mappings, longest path first. `None` where the path's first segment names the environment.
    pub mappings: Option<Box<[MappingPlan]>>,
    /// How handshakes for the name are answered; `None` is like any other name.
    pub tls: Option<Arc<ServerConfig>>,
    /// TLS 1.2 is refused.
    pub only_tls13: bool,
    /// Callers must have shown a certificate.
    pub asks_certificate: bool,
}

/// A part of a domain that leads to an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingPlan {
    /// Where it begins; no slash at its end but for `/`.
    pub path: Box<str>,
    /// The place of its environment in [`model::EnvironmentName::NAMES`].
    pub environment: usize,
}

impl Hosts {
    /// The domain that `host`, in lower case and without a port, stands for.
    pub fn find(&self, host: &str) -> Option<&Arc<DomainPlan>> {
        match self.exact.get(host) {
            Some(domain) => Some(domain),
            None if self.below.is_empty() => None,
            None => self.below.get(host.split_once('.')?.1),
        }
    }

    /// How a handshake for `name` is answered.
    pub fn tls(&self, name: &str) -> Option<&Arc<ServerConfig>> {
        self.find(name).and_then(|domain| domain.tls.as_ref()).or(self.default_tls.as_ref())
    }
}

impl DomainPlan {
    /// Where the mapping that `path` is under ends in it, and the place of its environment; `None` where it is under
    /// none.
    pub fn mapped(mappings: &[MappingPlan], path: &str) -> Option<(usize, usize)> {
        mappings.iter().find_map(|mapping| {
            if &*mapping.path == "/" {
                return Some((0, mapping.environment));
            }
            let rest = path.strip_prefix(&*mapping.path)?;
            (rest.is_empty() || rest.starts_with('/')).then_some((mapping.path.len(), mapping.environment))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain(service: &str) -> Arc<DomainPlan> {
        Arc::new(DomainPlan {
            service: service.into(),
            allows_http: true,
            allows_https: false,
            force_https: false,
            mappings: None,
            tls: None,
            only_tls13: false,
            asks_certificate: false,
        })
    }

    #[test]
    fn a_name_goes_before_a_wildcard_and_a_wildcard_is_one_label() {
        let hosts = Hosts {
            exact: [("a.example.com".into(), domain("exact"))].into_iter().collect(),
            below: [("example.com".into(), domain("wild"))].into_iter().collect(),
            default_tls: None,
        };
        let service = |host| hosts.find(host).map(|domain| &*domain.service);
        assert_eq!(service("a.example.com"), Some("exact"));
        assert_eq!(service("b.example.com"), Some("wild"));
        for host in ["example.com", "a.b.example.com", "", "com", "example.org"] {
            assert_eq!(service(host), None, "{host}");
        }
    }

    #[test]
    fn the_longest_mapping_on_whole_segments_wins() {
        let mappings = [("/v1/beta", 0), ("/v1", 1), ("/", 2)]
            .map(|(path, environment)| MappingPlan { path: path.into(), environment });
        for (path, mapped) in [
            ("/v1/beta/x", (8, 0)),
            ("/v1/beta", (8, 0)),
            ("/v1/betas", (3, 1)),
            ("/v1", (3, 1)),
            ("/v10", (0, 2)),
            ("/", (0, 2)),
        ] {
            assert_eq!(DomainPlan::mapped(&mappings, path), Some(mapped), "{path}");
        }
        assert_eq!(DomainPlan::mapped(&mappings[..2], "/v2"), None);
    }
}
