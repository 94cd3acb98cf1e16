//! The values that settings take: each type holds only what is allowed.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use tracing_subscriber::EnvFilter;

/// A value that is written as text: on the command line, in the environment, in the file.
pub(crate) trait Value: Sized {
    /// What stands for it in help texts.
    const STANDS_FOR: &'static str;

    /// True when a value must not be shown, not even a wrong one.
    const IS_SECRET: bool = false;

    /// What is allowed, for people; a phrase that can follow "allowed:".
    fn allowed() -> String;

    /// The value that `text` spells, or none.
    fn parse(text: &str) -> Option<Self>;
}

/// A setting that may be left empty.
impl<T: Value> Value for Option<T> {
    const STANDS_FOR: &'static str = T::STANDS_FOR;
    const IS_SECRET: bool = T::IS_SECRET;

    fn allowed() -> String {
        format!("{}, or empty", T::allowed())
    }

    fn parse(text: &str) -> Option<Self> {
        if text.is_empty() { Some(None) } else { T::parse(text).map(Some) }
    }
}

impl Value for PathBuf {
    const STANDS_FOR: &'static str = "DIR";

    fn allowed() -> String {
        "a path".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        if text.is_empty() { None } else { Some(PathBuf::from(text)) }
    }
}

/// The path of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FilePath(pub(crate) PathBuf);

impl Value for FilePath {
    const STANDS_FOR: &'static str = "FILE";

    fn allowed() -> String {
        "a file's path".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        PathBuf::parse(text).map(Self)
    }
}

/// A whole number from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Whole<const MIN: u64, const MAX: u64>(u64);

impl<const MIN: u64, const MAX: u64> Whole<MIN, MAX> {
    pub(crate) fn get(self) -> u64 {
        self.0
    }

    pub(crate) fn size(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }

    pub(crate) fn short(self) -> u32 {
        u32::try_from(self.0).unwrap_or(u32::MAX)
    }

    pub(crate) fn port(self) -> u16 {
        u16::try_from(self.0).unwrap_or(u16::MAX)
    }
}

impl<const MIN: u64, const MAX: u64> Value for Whole<MIN, MAX> {
    const STANDS_FOR: &'static str = "N";

    fn allowed() -> String {
        format!("a whole number from {MIN} to {MAX}")
    }

    fn parse(text: &str) -> Option<Self> {
        digits(text).filter(|number| (MIN..=MAX).contains(number)).map(Self)
    }
}

/// Whole seconds from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seconds<const MIN: u64, const MAX: u64>(u64);

impl<const MIN: u64, const MAX: u64> Seconds<MIN, MAX> {
    pub(crate) fn duration(self) -> Duration {
        Duration::from_secs(self.0)
    }
}

impl<const MIN: u64, const MAX: u64> Value for Seconds<MIN, MAX> {
    const STANDS_FOR: &'static str = "SECONDS";

    fn allowed() -> String {
        format!("{MIN} to {MAX} whole seconds")
    }

    fn parse(text: &str) -> Option<Self> {
        digits(text).filter(|seconds| (MIN..=MAX).contains(seconds)).map(Self)
    }
}

/// Bytes from `MIN` to `MAX`, written as a number or with `KiB`, `MiB`, `GiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size<const MIN: u64, const MAX: u64>(u64);

impl<const MIN: u64, const MAX: u64> Size<MIN, MAX> {
    pub(crate) fn bytes(self) -> u64 {
        self.0
    }

    pub(crate) fn size(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl<const MIN: u64, const MAX: u64> Value for Size<MIN, MAX> {
    const STANDS_FOR: &'static str = "BYTES";

    fn allowed() -> String {
        format!("{} to {} bytes, with or without `KiB`, `MiB` or `GiB`", in_units(MIN), in_units(MAX))
    }

    fn parse(text: &str) -> Option<Self> {
        let (number, unit) = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)]
            .iter()
            .find_map(|(name, unit)| Some((text.strip_suffix(name)?.trim_end(), *unit)))
            .unwrap_or((text, 1));
        digits(number)?.checked_mul(unit).filter(|bytes| (MIN..=MAX).contains(bytes)).map(Self)
    }
}

fn in_units(bytes: u64) -> String {
    match bytes {
        0 => "0".to_owned(),
        gib if gib % (1 << 30) == 0 => format!("{}GiB", gib >> 30),
        mib if mib % (1 << 20) == 0 => format!("{}MiB", mib >> 20),
        kib if kib % (1 << 10) == 0 => format!("{}KiB", kib >> 10),
        other => other.to_string(),
    }
}

/// Digits alone: no sign, no blank. `_` may part them, as in TOML.
fn digits(text: &str) -> Option<u64> {
    let plain = text.replace('_', "");
    if plain.is_empty() || !plain.bytes().all(|byte| byte.is_ascii_digit()) { None } else { plain.parse().ok() }
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Switch(pub(crate) bool);

impl Value for Switch {
    const STANDS_FOR: &'static str = "BOOL";

    fn allowed() -> String {
        "`true` or `false`".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        match text {
            "true" | "1" | "on" | "yes" => Some(Self(true)),
            "false" | "0" | "off" | "no" => Some(Self(false)),
            _ => None,
        }
    }
}

/// An address with a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Address(pub(crate) SocketAddr);

impl Value for Address {
    const STANDS_FOR: &'static str = "ADDR";

    fn allowed() -> String {
        "an IP address with a port, such as `127.0.0.1:9080` or `[::1]:9080`".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
}

/// Addresses with ports, perhaps none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Addresses(pub(crate) Vec<SocketAddr>);

impl Value for Addresses {
    const STANDS_FOR: &'static str = "ADDR,…";

    fn allowed() -> String {
        "IP addresses with ports, separated by commas, such as `0.0.0.0:8080,[::]:8080`; or `off`".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        if text == "off" {
            return Some(Self(Vec::new()));
        }
        text.split(',').map(|address| address.trim().parse().ok()).collect::<Option<_>>().map(Self)
    }
}

/// Networks and single addresses, perhaps none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Networks(pub(crate) Vec<IpNet>);

impl Value for Networks {
    const STANDS_FOR: &'static str = "NET,…";

    fn allowed() -> String {
        "networks and IP addresses, separated by commas, such as `10.0.0.0/8,192.168.1.5,fd00::/8`; or `off`".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        if text == "off" {
            return Some(Self(Vec::new()));
        }
        let network = |text: &str| text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).ok();
        text.split(',').map(|one| network(one.trim())).collect::<Option<_>>().map(Self)
    }
}

/// The domain under which services have their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Domain(pub(crate) String);

impl Value for Domain {
    const STANDS_FOR: &'static str = "SUFFIX";

    fn allowed() -> String {
        "a DNS name in lower case of at most 150 characters".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        (text.len() <= 150 && text.split('.').all(is_label)).then(|| Self(text.to_owned()))
    }
}

/// The region that an installation plays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Region(pub(crate) String);

impl Value for Region {
    const STANDS_FOR: &'static str = "R";

    fn allowed() -> String {
        "letters in lower case, digits and `-`".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        is_label(text).then(|| Self(text.to_owned()))
    }
}

fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Where the configuration is stored: `sqlite:PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StorePlace(pub(crate) String);

impl Value for StorePlace {
    const STANDS_FOR: &'static str = "URL";

    fn allowed() -> String {
        "`sqlite:PATH`".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        text.strip_prefix("sqlite:").filter(|path| !path.is_empty()).map(|_| Self(text.to_owned()))
    }
}

/// The address of a site as browsers see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SiteUrl(pub(crate) native::PublicUrl);

impl Value for SiteUrl {
    const STANDS_FOR: &'static str = "URL";

    fn allowed() -> String {
        "`https://host[:port]` or `http://host[:port]`".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        native::PublicUrl::try_from(text).ok().map(Self)
    }
}

/// What is logged: a filter that parses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogFilter(String);

impl LogFilter {
    /// The filter itself.
    pub(crate) fn filter(&self) -> EnvFilter {
        EnvFilter::new(&self.0)
    }
}

impl Value for LogFilter {
    const STANDS_FOR: &'static str = "FILTER";

    fn allowed() -> String {
        "`error`, `warn`, `info`, `debug`, `trace`, `off`, or those for parts: `info,gateway=debug`".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        // A bare word that is no level would be taken for a part's name, and silence everything else.
        let levels = ["error", "warn", "info", "debug", "trace", "off"];
        let plain = text.split(',').all(|part| levels.contains(&part) || part.contains('='));
        (plain && EnvFilter::try_new(text).is_ok()).then(|| Self(text.to_owned()))
    }
}

/// The form of the process's own log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Json,
    Plain,
}

impl Value for LogFormat {
    const STANDS_FOR: &'static str = "FORMAT";

    fn allowed() -> String {
        "`json` or `plain`".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        match text {
            "json" => Some(Self::Json),
            "plain" => Some(Self::Plain),
            _ => None,
        }
    }
}

/// Where the access log goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AccessLogPlace(pub(crate) observe::AccessLogTarget);

impl Value for AccessLogPlace {
    const STANDS_FOR: &'static str = "WHERE";

    fn allowed() -> String {
        "`off`, `stdout`, or a file's path".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        match text {
            "" => None,
            "off" => Some(Self(observe::AccessLogTarget::Off)),
            "stdout" => Some(Self(observe::AccessLogTarget::Stdout)),
            path => Some(Self(observe::AccessLogTarget::File(PathBuf::from(path)))),
        }
    }
}
