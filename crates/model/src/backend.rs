//! Where a call goes: a closed set of backends.

use serde::{Deserialize, Serialize};

use crate::{BucketBackend, ConversationBackend, FunctionBackend, Invalid, Method, Text, UpstreamId};

/// What answers an API's calls.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Backend {
    /// An HTTP or HTTPS origin.
    Http(HttpBackend),
    /// A fixed answer, made by the gateway.
    Mock(MockBackend),
    /// A WebSocket origin.
    #[serde(rename = "websocket")]
    WebSocket(WebSocketBackend),
    /// A cloud function.
    Function(FunctionBackend),
    /// Functions that hear and answer a WebSocket's messages.
    Conversation(ConversationBackend),
    /// A bucket of an object store.
    Bucket(BucketBackend),
    /// The nodes of an upstream.
    Upstream(UpstreamBackend),
}

impl Backend {
    /// The upstream whose nodes answer.
    pub fn upstream(&self) -> Option<&UpstreamId> {
        match self {
            Self::Upstream(upstream) => Some(&upstream.upstream),
            Self::Http(_)
            | Self::WebSocket(_)
            | Self::Function(_)
            | Self::Conversation(_)
            | Self::Bucket(_)
            | Self::Mock(_) => None,
        }
    }
}

/// An HTTP or HTTPS origin and how a call's path becomes its path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct HttpBackend {
    /// Scheme, host and port.
    pub origin: Origin,
    /// The path there; what the frontend path did not match is appended to it.
    #[serde(default)]
    pub path: BackendPath,
    /// The method there.
    #[serde(default)]
    pub method: BackendMethod,
}

/// A WebSocket origin and how a call's path becomes its path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct WebSocketBackend {
    /// Scheme, host and port.
    pub origin: WebSocketOrigin,
    /// The path there; what the frontend path did not match is appended to it.
    #[serde(default)]
    pub path: BackendPath,
    /// The method of the handshake there: the caller's, or GET, which is the same.
    #[serde(default)]
    pub method: BackendMethod,
}

/// The nodes of an upstream and how a call's path becomes their path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct UpstreamBackend {
    /// The upstream, as it is when a call comes: it is no part of a release.
    pub upstream: UpstreamId,
    /// The path there; what the frontend path did not match is appended to it.
    #[serde(default)]
    pub path: BackendPath,
    /// The method there.
    #[serde(default)]
    pub method: BackendMethod,
}

/// A fixed answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MockBackend {
    /// 200–599; 200 unless said otherwise.
    #[serde(default = "ok")]
    pub status: u16,
    /// Header names and values, in order.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The answer's body.
    #[serde(default)]
    pub body: Text,
}

/// The status of a fixed answer that names none.
fn ok() -> u16 {
    200
}

/// The method of the request to a backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BackendMethod {
    /// The caller's.
    #[default]
    Same,
    /// This one, whatever the caller's was.
    Fixed(Method),
}

/// The two schemes that a backend may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Scheme {
    Http,
    Https,
}

/// `http://host[:port]` or `https://host[:port]`, without a path; `grpc://` and `grpcs://` where gRPC is spoken.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin {
    raw: String,
    scheme: Scheme,
    host: String,
    port: u16,
    is_grpc: bool,
}

impl Origin {
    /// The origin as it was written.
    pub fn as_str(&self) -> &str {
        &self.raw
    }

    /// Plain or TLS.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Whether gRPC is spoken there, which is HTTP/2 from the first byte.
    pub fn is_grpc(&self) -> bool {
        self.is_grpc
    }

    /// A name or an address; an IPv6 address is without its brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, 80 or 443 where none was written.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What stands in a `Host` header: the written host with its port if one was written.
    pub fn authority(&self) -> &str {
        self.raw.split_once("://").map_or("", |(_, authority)| authority)
    }
}

impl TryFrom<String> for Origin {
    type Error = Invalid;

    fn try_from(raw: String) -> Result<Self, Invalid> {
        let refuse = |reason: &str| Invalid::new("origin", format!("`{raw}` {reason}"));
        let (scheme, is_grpc, authority) = match raw.split_once("://") {
            Some(("http", rest)) => (Scheme::Http, false, rest),
            Some(("https", rest)) => (Scheme::Https, false, rest),
            Some(("grpc", rest)) => (Scheme::Http, true, rest),
            Some(("grpcs", rest)) => (Scheme::Https, true, rest),
            _ => return Err(refuse("must begin with http://, https://, grpc:// or grpcs://")),
        };
        if authority.contains(['/', '?', '#']) {
            return Err(refuse("must end after the host and port: no path, no query, no closing slash"));
        }
        if authority.contains('@') {
            return Err(refuse("must not hold a user name"));
        }
        let (host, port) = match authority.strip_prefix('[') {
            Some(rest) => {
                let (address, after) = rest.split_once(']').ok_or_else(|| refuse("has a `[` without a `]`"))?;
                if address.parse::<std::net::Ipv6Addr>().is_err() {
                    return Err(refuse("has no IPv6 address between its brackets"));
                }
                match after.strip_prefix(':') {
                    Some(port) => (address, Some(port)),
                    None if after.is_empty() => (address, None),
                    None => return Err(refuse("has text after its `]`")),
                }
            }
            None => authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port))),
        };
        let is_name = !host.is_empty()
            && host.len() <= 253
            && (host.contains(':')
                || host.split('.').all(|label| {
                    !label.is_empty()
                        && label.len() <= 63
                        && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
                }));
        if !is_name {
            return Err(refuse("has no valid host: a DNS name, an IPv4 address or an IPv6 address in brackets"));
        }
        let numeric = host.split('.').all(|label| label.bytes().all(|b| b.is_ascii_digit()));
        if numeric && host.parse::<std::net::Ipv4Addr>().is_err() {
            return Err(refuse("has a host that looks like an IPv4 address and is none"));
        }
        let port = match (port, scheme) {
            (None, Scheme::Http) => 80,
            (None, Scheme::Https) => 443,
            (Some(digits), _) => match digits.parse::<u16>() {
                Ok(port) if port > 0 && digits.bytes().all(|b| b.is_ascii_digit()) => port,
                _ => {
                    return Err(Invalid::new("port", format!("`{digits}` is no port; 1 to 65535 are allowed")));
                }
            },
        };
        let host = host.to_owned();
        Ok(Self { scheme, host, port, is_grpc, raw })
    }
}

impl TryFrom<&str> for Origin {
    type Error = Invalid;

    fn try_from(raw: &str) -> Result<Self, Invalid> {
        Self::try_from(raw.to_owned())
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.raw
    }
}

/// `ws://host[:port]` or `wss://host[:port]`, without a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WebSocketOrigin {
    raw: String,
    handshake: Origin,
}

impl WebSocketOrigin {
    /// The origin as it was written.
    pub fn as_str(&self) -> &str {
        &self.raw
    }

    /// Where the handshake goes, which is a call over HTTP or HTTPS.
    pub fn handshake(&self) -> &Origin {
        &self.handshake
    }
}

impl TryFrom<String> for WebSocketOrigin {
    type Error = Invalid;

    fn try_from(raw: String) -> Result<Self, Invalid> {
        if !raw.starts_with("ws://") && !raw.starts_with("wss://") {
            return Err(Invalid::new("origin", format!("`{raw}` must begin with ws:// or wss://")));
        }
        let handshake = Origin::try_from(format!("http{}", raw.strip_prefix("ws").unwrap_or_default())).map_err(
            // Told in the words that were sent.
            |invalid| Invalid::new(invalid.field, invalid.reason.replacen("`http", "`ws", 1)),
        )?;
        Ok(Self { raw, handshake })
    }
}

impl TryFrom<&str> for WebSocketOrigin {
    type Error = Invalid;

    fn try_from(raw: &str) -> Result<Self, Invalid> {
        Self::try_from(raw.to_owned())
    }
}

impl From<WebSocketOrigin> for String {
    fn from(origin: WebSocketOrigin) -> Self {
        origin.raw
    }
}

/// A path at the backend; empty, or beginning with `/`. `{name}` stands for a mapped path parameter.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BackendPath {
    raw: String,
    parts: Vec<PathPart>,
}

/// A part of a backend path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PathPart {
    /// These bytes.
    Literal(String),
    /// The value of the path parameter that is mapped to this name.
    Variable(String),
}

impl BackendPath {
    /// The path as it was written.
    pub fn as_str(&self) -> &str {
        &self.raw
    }

    /// Its parts in order.
    pub fn parts(&self) -> &[PathPart] {
        &self.parts
    }

    /// The names of its variables.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            PathPart::Variable(name) => Some(name.as_str()),
            PathPart::Literal(_) => None,
        })
    }
}

impl TryFrom<String> for BackendPath {
    type Error = Invalid;

    fn try_from(raw: String) -> Result<Self, Invalid> {
        let refuse = |reason: String| Invalid::new("backend path", reason);
        if raw.len() > 1024 {
            return Err(refuse(format!("is {} bytes long; at most 1024 are allowed", raw.len())));
        }
        // A console that copies the frontend's hint lets its users write these marks; they mean nothing here.
        let path = raw.strip_prefix("^~").or_else(|| raw.strip_prefix('=')).unwrap_or(&raw);
        if !path.is_empty() && !path.starts_with('/') {
            return Err(refuse("must begin with `/`".to_owned()));
        }
        if let Some(bad) = path.chars().find(|c| !c.is_ascii_graphic() || "\"<>\\^`|#?".contains(*c)) {
            return Err(refuse(format!(
                "holds {bad:?}; letters, digits, `{{name}}` and the signs of a URL path are allowed"
            )));
        }
        let mut parts = Vec::new();
        let mut rest = path;
        while let Some(open) = rest.find(['{', '}']) {
            let inside =
                rest[open..].strip_prefix('{').ok_or_else(|| refuse("holds a `}` without a `{`".to_owned()))?;
            let close = inside.find('}').ok_or_else(|| refuse("holds a `{` without a `}`".to_owned()))?;
            if open > 0 {
                parts.push(PathPart::Literal(rest[..open].to_owned()));
            }
            let name = &inside[..close];
            if name.is_empty() || name.len() > 128 || name.contains(['{', '/']) {
                return Err(refuse(format!("`{{{name}}}` is no variable")));
            }
            parts.push(PathPart::Variable(name.to_owned()));
            rest = &inside[close + 1..];
        }
        if !rest.is_empty() {
            parts.push(PathPart::Literal(rest.to_owned()));
        }
        parts.shrink_to_fit();
        Ok(Self { raw, parts })
    }
}

impl TryFrom<&str> for BackendPath {
    type Error = Invalid;

    fn try_from(raw: &str) -> Result<Self, Invalid> {
        Self::try_from(raw.to_owned())
    }
}

impl From<BackendPath> for String {
    fn from(path: BackendPath) -> Self {
        path.raw
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_a_scheme_a_host_and_a_port() {
        for (raw, scheme, host, port) in [
            ("http://127.0.0.1", Scheme::Http, "127.0.0.1", 80),
            ("https://api.example.com", Scheme::Https, "api.example.com", 443),
            ("http://my_host:8080", Scheme::Http, "my_host", 8080),
            ("http://[::1]:81", Scheme::Http, "::1", 81),
            ("https://[::1]", Scheme::Https, "::1", 443),
            ("grpc://a:50051", Scheme::Http, "a", 50051),
            ("grpcs://a", Scheme::Https, "a", 443),
        ] {
            let origin = Origin::try_from(raw).expect(raw);
            assert_eq!((origin.scheme(), origin.host(), origin.port()), (scheme, host, port), "{raw}");
            assert_eq!(origin.is_grpc(), raw.starts_with("grpc"), "{raw}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for raw in [
            "",
            "127.0.0.1",
            "ftp://a",
            "grpc+x://a",
            "http://",
            "http://a/",
            "http://a/b",
            "http://a?b",
            "http://u@a",
            "http://a:0",
            "http://a:65536",
            "http://a:",
            "http://a:+1",
            "http://[::1",
            "http://[zz]",
            "http://300.1.1.1",
            "http://a b",
            "http://a..b",
            "http://[::1]x",
        ] {
            assert!(Origin::try_from(raw).is_err(), "{raw}");
        }
    }

    #[test]
    fn a_websocket_origin_is_an_origin_of_its_own_schemes() {
        for (raw, scheme, port) in [
            ("ws://chat.example.com", Scheme::Http, 80),
            ("wss://[::1]", Scheme::Https, 443),
            ("ws://a:81", Scheme::Http, 81),
        ] {
            let origin = WebSocketOrigin::try_from(raw).expect(raw);
            assert_eq!((origin.handshake().scheme(), origin.handshake().port()), (scheme, port), "{raw}");
            assert_eq!(origin.as_str(), raw);
        }
        for raw in ["http://a", "https://a", "ws:/a", "ws://", "wss://a/", "w://a", "ws", "wsx://a"] {
            let invalid = WebSocketOrigin::try_from(raw).expect_err(raw);
            assert!(
                invalid.reason.starts_with(&format!("`{raw}` ")),
                "told in the words that were sent: {}",
                invalid.reason
            );
        }
    }

    #[test]
    fn a_backend_path_is_empty_or_absolute() {
        assert_eq!(BackendPath::try_from("").unwrap().parts(), []);
        assert_eq!(BackendPath::try_from("/a/{b}").unwrap().variables().collect::<Vec<_>>(), ["b"]);
        for raw in ["a", "/a?b", "/{", "/}", "/{}", "/a b", "/#"] {
            assert!(BackendPath::try_from(raw).is_err(), "{raw}");
        }
    }
}
