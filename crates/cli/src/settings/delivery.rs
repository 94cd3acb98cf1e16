//! Settings of where access records are delivered to.

use std::net::ToSocketAddrs;
use std::path::PathBuf;

use super::value::Value;

/// Where a collector of syslog messages is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SyslogPlace {
    /// A datagram for each message.
    Udp(HostPort),
    /// A stream of messages, each after its length (RFC 6587).
    Tcp(HostPort),
    /// A datagram for each message, to a socket of this machine.
    Unix(PathBuf),
}

/// A host with a port, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HostPort(pub(crate) String);

impl HostPort {
    fn parse(text: &str) -> Option<Self> {
        let (host, port) = text.rsplit_once(':')?;
        let is_port = port.parse::<u16>().is_ok_and(|port| port > 0);
        let is_host = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._[]:".contains(&b));
        (is_host && is_port && text.len() <= 255).then(|| Self(text.to_owned()))
    }

    /// The addresses that it stands for now.
    pub(crate) fn addresses(&self) -> std::io::Result<Vec<std::net::SocketAddr>> {
        self.0.to_socket_addrs().map(Iterator::collect)
    }
}

impl Value for SyslogPlace {
    const STANDS_FOR: &'static str = "WHERE";

    fn allowed() -> String {
        "`udp://host:port`, `tcp://host:port`, or `unix:PATH` such as `unix:/dev/log`".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        let place = |scheme: &str| text.strip_prefix(scheme);
        if let Some(rest) = place("udp://") {
            return HostPort::parse(rest).map(Self::Udp);
        }
        if let Some(rest) = place("tcp://") {
            return HostPort::parse(rest).map(Self::Tcp);
        }
        place("unix:").filter(|path| path.starts_with('/')).map(|path| Self::Unix(PathBuf::from(path)))
    }
}

/// Where records are posted to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PostUrl(pub(crate) String);

impl Value for PostUrl {
    const STANDS_FOR: &'static str = "URL";

    fn allowed() -> String {
        "`https://` or `http://`, a host, perhaps a port, a path and a query, at most 2048 characters".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        let url: http::Uri = text.parse().ok()?;
        let is_fit =
            matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some_and(|host| !host.is_empty());
        (is_fit && text.len() <= 2048).then(|| Self(text.to_owned()))
    }
}

/// The value of the header `Authorization`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Authorization(pub(crate) String);

impl std::fmt::Debug for Authorization {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl Value for Authorization {
    const STANDS_FOR: &'static str = "TEXT";
    const IS_SECRET: bool = true;

    fn allowed() -> String {
        "1 to 4096 visible ASCII characters and blanks".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        let is_fit = (1..=4096).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
        is_fit.then(|| Self(text.to_owned()))
    }
}

/// Brokers of Kafka that are asked first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Brokers(pub(crate) Vec<String>);

impl Value for Brokers {
    const STANDS_FOR: &'static str = "HOST:PORT,…";

    fn allowed() -> String {
        "hosts with ports, separated by commas, such as `kafka-1:9092,kafka-2:9092`".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        text.split(',').map(|one| HostPort::parse(one.trim()).map(|one| one.0)).collect::<Option<_>>().map(Self)
    }
}

/// The name of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Topic(pub(crate) String);

impl Value for Topic {
    const STANDS_FOR: &'static str = "NAME";

    fn allowed() -> String {
        "1 to 249 letters, digits, `.`, `_` and `-`".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        let is_fit = (1..=249).contains(&text.len())
            && !matches!(text, "." | "..")
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        is_fit.then(|| Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_is_told_by_its_form() {
        let at = |text: &str| HostPort(text.to_owned());
        assert_eq!(SyslogPlace::parse("udp://[::1]:514"), Some(SyslogPlace::Udp(at("[::1]:514"))));
        assert_eq!(SyslogPlace::parse("tcp://logs.local:601"), Some(SyslogPlace::Tcp(at("logs.local:601"))));
        assert_eq!(SyslogPlace::parse("unix:/dev/log"), Some(SyslogPlace::Unix("/dev/log".into())));
        for text in ["", "udp://logs", "udp://logs:0", "udp://:514", "unix:dev/log", "tls://a:1", "udp://a b:1"] {
            assert_eq!(SyslogPlace::parse(text), None, "{text}");
        }
        assert_eq!(Brokers::parse("a:1, b:2"), Some(Brokers(vec!["a:1".to_owned(), "b:2".to_owned()])));
        assert_eq!(Brokers::parse("a:1,"), None);
        assert!(Topic::parse("tollgate.access-1").is_some());
        assert!(Topic::parse("a b").is_none() && Topic::parse("..").is_none());
        assert!(PostUrl::parse("https://logs.example.com/in?x=1").is_some());
        assert!(PostUrl::parse("logs.example.com").is_none());
        assert!(Authorization::parse("Bearer a b").is_some() && Authorization::parse("a\nb").is_none());
    }
}
