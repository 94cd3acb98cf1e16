//! Custom domains: host names of the operator's own that lead to a service.

use serde::{Deserialize, Serialize};

use crate::{CertificateId, EnvironmentName, Invalid, Network, ServiceId, ServiceProtocol, Timestamp};

/// A host name that leads to a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domain {
    /// The name; unique among all services.
    pub name: DomainName,
    /// The name as its operator wrote it.
    pub spelled: String,
    /// The service.
    pub service: ServiceId,
    /// Which schemes its callers may use; the service's own protocol does not matter here.
    pub protocol: ServiceProtocol,
    /// The network that it is for.
    pub network: Network,
    /// What it proves its name with; always there where callers may use https.
    pub certificate: Option<DomainCertificate>,
    /// How its paths lead to environments.
    pub mapping: DomainMapping,
    /// A call over http is sent to https.
    pub force_https: bool,
    /// The oldest version of TLS that callers may use.
    #[serde(default)]
    pub min_tls: TlsVersion,
    /// The authorities whose certificates callers must show, in PEM; `None` asks for none.
    #[serde(default)]
    pub client_ca: Option<String>,
    /// When it was bound.
    pub created: Timestamp,
    /// When it last changed.
    pub modified: Timestamp,
}

/// What a domain proves its name with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DomainCertificate {
    /// This certificate.
    Stored(CertificateId),
    /// The one that an authority issues for the domain over ACME.
    Acme,
}

/// A version of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[allow(missing_docs)]
pub enum TlsVersion {
    #[default]
    #[serde(rename = "1.2")]
    Tls12,
    #[serde(rename = "1.3")]
    Tls13,
}

/// How the paths of a domain lead to environments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DomainMapping {
    /// As on a service's own host name: the first segment names the environment, `release` where it names none.
    Default,
    /// By these alone: 1 to 3, no path and no environment twice.
    Paths(Vec<PathMapping>),
}

/// A part of a domain that leads to an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[allow(missing_docs)]
pub struct PathMapping {
    pub path: MappingPath,
    pub environment: EnvironmentName,
}

impl DomainMapping {
    /// The most mappings of one domain: one for each environment.
    pub const MOST: usize = EnvironmentName::NAMES.len();

    /// The mappings; none for the default.
    pub fn paths(&self) -> &[PathMapping] {
        match self {
            Self::Default => &[],
            Self::Paths(paths) => paths,
        }
    }
}

/// Where a mapping begins: `/`, or segments of letters, digits and `-_.~`, at most 128 bytes, with no slash at the end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MappingPath(String);

impl MappingPath {
    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for MappingPath {
    type Error = Invalid;

    fn try_from(raw: String) -> Result<Self, Invalid> {
        let refuse = |reason: &str| Err(Invalid::new("mapping path", reason));
        let Some(rest) = raw.strip_prefix('/') else { return refuse("must begin with `/`") };
        if raw.len() > 128 {
            return refuse("is longer than 128 bytes");
        }
        if rest.is_empty() {
            return Ok(Self("/".to_owned()));
        }
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let is_fit = |segment: &str| {
            let signs = segment.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~'));
            !segment.is_empty() && segment != "." && segment != ".." && signs
        };
        if !rest.split('/').all(is_fit) {
            return refuse("holds an empty segment or a character other than letters, digits and `-_.~`");
        }
        Ok(Self(format!("/{rest}")))
    }
}

impl TryFrom<&str> for MappingPath {
    type Error = Invalid;

    fn try_from(raw: &str) -> Result<Self, Invalid> {
        Self::try_from(raw.to_owned())
    }
}

impl From<MappingPath> for String {
    fn from(path: MappingPath) -> Self {
        path.0
    }
}

/// The name of a custom domain in the form in which it stands in DNS: lower case, other scripts as `xn--` labels; at
/// least two labels; `*.` in front stands for exactly one label.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DomainName(String);

impl DomainName {
    /// Longest name (RFC 1035).
    pub const MAX: usize = 253;

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What follows `*.`; `None` for a name that stands for itself alone.
    pub fn wildcard(&self) -> Option<&str> {
        self.0.strip_prefix("*.")
    }

    /// True when `wildcard`, as `*.b.example`, stands for this name among others.
    pub fn is_under(&self, wildcard: &str) -> bool {
        match (wildcard.strip_prefix("*."), self.0.split_once('.')) {
            (Some(above), Some((label, rest))) => label != "*" && rest == above,
            _ => false,
        }
    }
}

impl TryFrom<String> for DomainName {
    type Error = Invalid;

    fn try_from(raw: String) -> Result<Self, Invalid> {
        Self::try_from(raw.as_str())
    }
}

impl TryFrom<&str> for DomainName {
    type Error = Invalid;

    fn try_from(raw: &str) -> Result<Self, Invalid> {
        let refuse = |reason: &str| Err(Invalid::new("domain", reason));
        let (star, plain) = match raw.strip_prefix("*.") {
            Some(plain) => ("*.", plain),
            None => ("", raw),
        };
        // IDNA would let a label of other characters pass as long as it is ASCII; DNS names hold letters, digits and `-`.
        let Ok(name) = idna::domain_to_ascii_strict(plain) else {
            return refuse("is no DNS name: labels of letters, digits and `-`, 1 to 63 long, are allowed");
        };
        if star.len() + name.len() > Self::MAX {
            return refuse("is longer than 253 characters");
        }
        let Some((_, last)) = name.rsplit_once('.') else { return refuse("has one label; at least two are needed") };
        if last.is_empty() {
            return refuse("ends with a dot");
        }
        if last.bytes().all(|b| b.is_ascii_digit()) {
            return refuse("is an address, not a name");
        }
        Ok(Self(format!("{star}{name}")))
    }
}

impl From<DomainName> for String {
    fn from(name: DomainName) -> Self {
        name.0
    }
}

impl std::fmt::Display for DomainName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_take_the_form_of_dns() {
        for (raw, name) in [
            ("api.example.com", "api.example.com"),
            ("API.Example.COM", "api.example.com"),
            ("*.example.com", "*.example.com"),
            ("例子.测试", "xn--fsqu00a.xn--0zwm56d"),
            ("*.bücher.example", "*.xn--bcher-kva.example"),
        ] {
            assert_eq!(DomainName::try_from(raw).unwrap().as_str(), name, "{raw}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let long = format!("{}.example", "a.".repeat(130));
        for raw in [
            "",
            "localhost",
            "a..b",
            "a.b.",
            "-a.example",
            "a_b.example",
            "a b.example",
            "*",
            "*.",
            "*.com",
            "a.*.com",
            "*a.example",
            "127.0.0.1",
            "[::1]",
            "a.example:80",
            "a.example/x",
            "xn--\u{1F4A9}-.example",
            &long,
        ] {
            assert_eq!(DomainName::try_from(raw).unwrap_err().field, "domain", "{raw}");
        }
    }

    #[test]
    fn a_wildcard_stands_for_one_label() {
        let name = |raw: &str| DomainName::try_from(raw).unwrap();
        assert!(name("a.example.com").is_under("*.example.com"));
        assert!(!name("a.b.example.com").is_under("*.example.com"));
        assert!(!name("example.com").is_under("*.example.com"));
        assert!(!name("*.example.com").is_under("*.example.com"));
        assert_eq!(name("*.example.com").wildcard(), Some("example.com"));
    }

    #[test]
    fn mapping_paths_are_segments() {
        for (raw, path) in [("/", "/"), ("/v1", "/v1"), ("/v1/", "/v1"), ("/a/b-c_d.e~f", "/a/b-c_d.e~f")] {
            assert_eq!(MappingPath::try_from(raw).unwrap().as_str(), path, "{raw}");
        }
        for raw in ["", "v1", "//", "/a//b", "/a b", "/..", "/a/./b", "/a?b", "/%41", &format!("/{}", "a".repeat(128))]
        {
            assert_eq!(MappingPath::try_from(raw).unwrap_err().field, "mapping path", "{raw}");
        }
    }
}
