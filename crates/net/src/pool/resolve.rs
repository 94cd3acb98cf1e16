//! Names to addresses, for as long as their answers say.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime};

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts};
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{IntoName, Name, RecordType};
use hickory_resolver::system_conf::read_system_conf;
use tokio::sync::OnceCell;

/// An address that no answer has named for so long has left. Longer than a few answers, because an answer may hold only some of the addresses.
const GONE_AFTER: Duration = Duration::from_secs(10);

/// How long old addresses are used on when nobody answers, before somebody is asked again (RFC 8767).
const STALE: Duration = Duration::from_secs(5);

/// How long one name server is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the system says of names; read anew when it changes.
const SYSTEM_FILES: [&str; 2] = ["/etc/resolv.conf", "/etc/hosts"];

/// How names are resolved.
#[derive(Clone, Debug)]
pub struct NameLimits {
    /// Whom to ask, in place of the name servers of the system. Default none.
    pub servers: Vec<SocketAddr>,
    /// An answer is used for at least so long, whatever it says. Default 1 s.
    pub least_ttl: Duration,
    /// An answer is used for at most so long, whatever it says. Default 300 s.
    pub most_ttl: Duration,
}

impl Default for NameLimits {
    fn default() -> Self {
        NameLimits { servers: Vec::new(), least_ttl: Duration::from_secs(1), most_ttl: Duration::from_secs(300) }
    }
}

/// Asks the name servers, and remembers an answer for as long as it may be used. Those who ask for one name at once wait for one answer.
#[derive(Debug)]
pub(super) struct Resolver {
    limits: NameLimits,
    client: RefCell<Option<Client>>,
    names: RefCell<HashMap<Box<str>, Entry>>,
    seen: RefCell<HashMap<Box<str>, Sightings>>,
}

/// When an answer last named each address of a host.
type Sightings = Vec<(IpAddr, Instant)>;

/// What asks, and how old what the system says was when it was made.
#[derive(Clone)]
struct Client {
    resolver: TokioResolver,
    /// What the system puts behind names that may be short ones, in the order in which to try it.
    suffixes: Rc<[Name]>,
    made_from: [Option<SystemTime>; 2],
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("made_from", &self.made_from).finish_non_exhaustive()
    }
}

#[derive(Clone, Debug, Default)]
struct Entry {
    answer: Rc<OnceCell<Answer>>,
    /// The answer before, for the case that nobody answers now.
    before: Option<Rc<[IpAddr]>>,
}

#[derive(Clone, Debug)]
struct Answer {
    addresses: Rc<[IpAddr]>,
    until: Instant,
}

/// Why there are no addresses.
#[derive(Debug)]
struct Failed {
    error: NetError,
    /// Whoever was asked has said that there are none, as opposed to nothing.
    is_absent: bool,
}

impl From<NetError> for Failed {
    fn from(error: NetError) -> Failed {
        Failed { error, is_absent: false }
    }
}

impl Entry {
    /// Whether it can be used, now or as soon as the answer comes.
    fn is_fresh(&self) -> bool {
        self.answer.get().is_none_or(|answer| Instant::now() < answer.until)
    }
}

impl Resolver {
    pub(super) fn new(limits: NameLimits) -> Resolver {
        Resolver { limits, client: RefCell::default(), names: RefCell::default(), seen: RefCell::default() }
    }

    /// The addresses of a host, at least one, in the order in which to try them: the families take turns (RFC 8305, 4).
    pub(super) async fn addresses(&self, host: &str) -> io::Result<Rc<[IpAddr]>> {
        let entry = self.entry(host);
        let found = entry.answer.get_or_try_init(|| async {
            match (self.ask(host).await, &entry.before) {
                (Ok((addresses, until)), _) => {
                    let addresses = taking_turns(addresses);
                    self.note(host, &addresses, Instant::now());
                    Ok(Answer { addresses: addresses.into(), until })
                }
                // Who says that there is no such name is believed; who says nothing is not.
                (Err(failed), Some(before)) if !failed.is_absent => {
                    Ok(Answer { addresses: Rc::clone(before), until: Instant::now() + STALE })
                }
                (Err(failed), _) => Err(io::Error::other(failed.error)),
            }
        });
        found.await.map(|answer| Rc::clone(&answer.addresses))
    }

    async fn ask(&self, host: &str) -> Result<(Vec<IpAddr>, Instant), Failed> {
        let client = self.client()?;
        let mut failed: Option<Failed> = None;
        for name in client.names(host)? {
            // Each family by itself: asked together, one that has no data would hide that the other could not be asked.
            let newer = client.resolver.lookup(name.clone(), RecordType::AAAA);
            let (newer, older) = tokio::join!(newer, client.resolver.lookup(name, RecordType::A));
            match both(newer, older) {
                Ok((addresses, until)) => {
                    let now = Instant::now();
                    let valid = until.saturating_duration_since(now);
                    return Ok((addresses, now + valid.clamp(self.limits.least_ttl, self.limits.most_ttl)));
                }
                // The host may be the one name of them that could not be asked for.
                Err(other) if failed.as_ref().is_none_or(|failed| failed.is_absent) => failed = Some(other),
                Err(_) => {}
            }
        }
        Err(failed.unwrap_or_else(|| NetError::from("there is no name to ask for").into()))
    }

    /// What asks; a new one when the system's files are not what they were.
    fn client(&self) -> Result<Client, NetError> {
        let made_from = SYSTEM_FILES.map(|file| std::fs::metadata(file).and_then(|file| file.modified()).ok());
        let mut client = self.client.borrow_mut();
        match &*client {
            Some(client) if client.made_from == made_from => Ok(client.clone()),
            _ => {
                let (resolver, suffixes) = self.new_client()?;
                Ok(client.insert(Client { resolver, suffixes, made_from }).clone())
            }
        }
    }

    fn new_client(&self) -> Result<(TokioResolver, Rc<[Name]>), NetError> {
        let (config, mut options) = if self.limits.servers.is_empty() {
            // A system without name servers still has its file of hosts.
            read_system_conf().unwrap_or_default()
        } else {
            let servers = self.limits.servers.iter().map(name_server).collect();
            (ResolverConfig::from_name_servers(servers), ResolverOpts::default())
        };
        let suffixes = config.domain().into_iter().chain(config.search()).cloned().collect();
        (options.timeout, options.attempts) = (PATIENCE, 2);
        // This file remembers for itself.
        options.cache_size = 0;
        options.use_hosts_file = ResolveHosts::Always;
        let builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
        Ok((builder.with_options(options).build()?, suffixes))
    }

    fn entry(&self, host: &str) -> Entry {
        let mut names = self.names.borrow_mut();
        let before = match names.get(host) {
            Some(entry) if entry.is_fresh() => return entry.clone(),
            Some(entry) => entry.answer.get().map(|answer| Rc::clone(&answer.addresses)),
            None => None,
        };
        let entry = Entry { answer: Rc::default(), before };
        names.insert(host.into(), entry.clone());
        entry
    }

    fn note(&self, host: &str, addresses: &[IpAddr], now: Instant) {
        let mut seen = self.seen.borrow_mut();
        let of_host = seen.entry(host.into()).or_default();
        of_host.retain(|(address, last)| !addresses.contains(address) && now.duration_since(*last) < GONE_AFTER);
        of_host.extend(addresses.iter().map(|address| (*address, now)));
    }

    /// Whether the last answer is too old to be used.
    pub(super) fn is_due(&self, host: &str) -> bool {
        self.names.borrow().get(host).is_none_or(|entry| !entry.is_fresh())
    }

    /// Whether answers have stopped naming an address that they once named. Without any answer nothing has left.
    pub(super) fn has_left(&self, host: &str, address: IpAddr) -> bool {
        self.seen.borrow().get(host).is_some_and(|of_host| of_host.iter().all(|(seen, _)| *seen != address))
    }

    /// Forgets hosts for which `in_use` says false and whose answer is old.
    pub(super) fn forget(&self, in_use: impl Fn(&str) -> bool) {
        self.names
            .borrow_mut()
            .retain(|host, entry| in_use(host) || entry.is_fresh() || Rc::strong_count(&entry.answer) > 1);
        self.seen.borrow_mut().retain(|host, _| in_use(host));
    }
}

impl Client {
    /// The names that a host may stand for, in the order in which to try them (resolv.conf(5), `ndots`).
    fn names(&self, host: &str) -> Result<Vec<Name>, NetError> {
        let name = host.into_name()?;
        if name.is_fqdn() {
            return Ok(vec![name]);
        }
        let mut whole = name.clone();
        whole.set_fqdn(true);
        let is_long = usize::from(name.num_labels()) > self.resolver.options().ndots || name.is_localhost();
        let mut names: Vec<Name> = Vec::new();
        for suffix in self.suffixes.iter() {
            // Together they may be longer than a name can be.
            if let Ok(longer) = name.clone().append_domain(suffix)
                && !names.contains(&longer)
            {
                names.push(longer);
            }
        }
        names.insert(if is_long { 0 } else { names.len() }, whole);
        Ok(names)
    }
}

/// What the answers to both questions of a name come to: its addresses, and until when they may be used.
fn both(newer: Result<Lookup, NetError>, older: Result<Lookup, NetError>) -> Result<(Vec<IpAddr>, Instant), Failed> {
    let mut addresses: Vec<IpAddr> = Vec::new();
    let mut until: Option<Instant> = None;
    let mut errors: Vec<NetError> = Vec::new();
    for answer in [newer, older] {
        match answer {
            Ok(found) => {
                for address in found.answers().iter().filter_map(|record| record.data.ip_addr()) {
                    if !addresses.contains(&address) {
                        addresses.push(address);
                    }
                }
                let its = found.valid_until();
                until = Some(until.map_or(its, |until| until.min(its)));
            }
            Err(error) => errors.push(error),
        }
    }
    if let Some(until) = until
        && !addresses.is_empty()
    {
        return Ok((addresses, until));
    }
    // That there is no such name is said of both families; that there is no data, of the one that was asked for.
    let is_absent = errors.iter().any(NetError::is_nx_domain)
        || (errors.len() == 2 && errors.iter().all(NetError::is_no_records_found));
    let telling = errors.iter().position(|error| !error.is_no_records_found()).unwrap_or(0);
    let error = errors.into_iter().nth(telling).unwrap_or_else(|| NetError::from("the name has no address"));
    Err(Failed { error, is_absent })
}

fn name_server(address: &SocketAddr) -> NameServerConfig {
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
        connection.port = address.port();
        connection
    });
    NameServerConfig::new(address.ip(), true, connections.into())
}

/// The addresses in their order, but IPv6 and IPv4 in turn, IPv6 first (RFC 8305, 4).
fn taking_turns(addresses: Vec<IpAddr>) -> Vec<IpAddr> {
    let (newer, older): (Vec<_>, Vec<_>) = addresses.into_iter().partition(IpAddr::is_ipv6);
    let (mut newer, mut older) = (newer.into_iter(), older.into_iter());
    let mut ordered = Vec::new();
    loop {
        match (newer.next(), older.next()) {
            (None, None) => return ordered,
            (first, second) => ordered.extend(first.into_iter().chain(second)),
        }
    }
}

#[cfg(test)]
mod tests {
    use hickory_resolver::net::{DnsError, NoRecords};
    use hickory_resolver::proto::op::{Query, ResponseCode};
    use hickory_resolver::proto::rr::RData;

    use super::*;

    fn found(address: &str) -> Result<Lookup, NetError> {
        let address: IpAddr = address.parse().unwrap();
        Ok(Lookup::from_rdata(Query::default(), RData::from(address)))
    }

    fn nothing(code: ResponseCode) -> Result<Lookup, NetError> {
        Err(NoRecords::new(Query::default(), code).into())
    }

    fn fault() -> Result<Lookup, NetError> {
        Err(DnsError::ResponseCode(ResponseCode::ServFail).into())
    }

    #[test]
    fn a_name_is_absent_only_when_that_was_said_of_both_families() {
        use ResponseCode::{NXDomain, NoError};
        for (newer, older, is_absent) in [
            (nothing(NoError), nothing(NoError), true),
            (nothing(NXDomain), nothing(NXDomain), true),
            (fault(), nothing(NXDomain), true),
            (nothing(NoError), fault(), false),
            (fault(), nothing(NoError), false),
            (fault(), fault(), false),
        ] {
            let told = format!("{newer:?} {older:?}");
            assert_eq!(both(newer, older).unwrap_err().is_absent, is_absent, "{told}");
        }
        let one: [IpAddr; 1] = [[10, 0, 0, 1].into()];
        assert_eq!(both(nothing(NoError), found("10.0.0.1")).unwrap().0, one);
        assert_eq!(both(found("10.0.0.1"), found("10.0.0.1")).unwrap().0, one, "none twice");
    }

    #[tokio::test]
    async fn a_short_name_is_looked_for_behind_the_systems_suffixes() {
        let resolver =
            Resolver::new(NameLimits { servers: vec!["127.0.0.1:53".parse().unwrap()], ..NameLimits::default() });
        let mut client = resolver.client().unwrap();
        client.suffixes = ["a.test", "b.test"].map(|name| Name::from_utf8(name).unwrap()).into();
        let names = |host: &str| client.names(host).unwrap().iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(names("db"), ["db.a.test.", "db.b.test.", "db."]);
        assert_eq!(names("db.shop"), ["db.shop.", "db.shop.a.test.", "db.shop.b.test."]);
        assert_eq!(names("db.shop."), ["db.shop."]);
    }

    #[test]
    fn an_address_leaves_when_answers_no_longer_name_it() {
        let resolver = Resolver::new(NameLimits::default());
        let [one, two]: [IpAddr; 2] = [[10, 0, 0, 1].into(), [10, 0, 0, 2].into()];
        let start = Instant::now();
        assert!(!resolver.has_left("h", one), "nothing is known");
        resolver.note("h", &[one], start);
        resolver.note("h", &[two], start + GONE_AFTER / 2);
        assert!(!resolver.has_left("h", one), "one answer may hold only some addresses");
        resolver.note("h", &[two], start + GONE_AFTER);
        assert!(resolver.has_left("h", one));
        assert!(!resolver.has_left("h", two));
    }

    #[test]
    fn the_families_take_turns() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let mixed = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "fd00::1", "fd00::2"].map(address);
        let turns = ["fd00::1", "10.0.0.1", "fd00::2", "10.0.0.2", "10.0.0.3"].map(address);
        assert_eq!(taking_turns(mixed.to_vec()), turns);
        assert!(taking_turns(vec![]).is_empty());
    }
}
