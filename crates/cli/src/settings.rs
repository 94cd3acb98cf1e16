//! The settings of the process: what an administrator says before it starts.
//!
//! Each setting is one line of a group below: its name, its type, its default and its documentation. From that line come
//! the flag (`--head-size`), the key of the file (`head_size` or `head-size`), the environment variable
//! (`TOLLGATE_HEAD_SIZE`), the text of `--help` and the row of `docs/settings.md`. A flag wins over the environment,
//! the environment over the file, the file over the default. Every value is parsed once, here, into a type that holds
//! nothing but what is allowed.

pub(crate) mod acme;
mod cloud;
pub(crate) mod delivery;
pub(crate) mod issuer;
pub(crate) mod page;
mod source;
mod told;
pub(crate) mod value;

use std::path::PathBuf;

use acme::{ChallengeKinds, Contact, DirectoryUrl};
use cloud::{ApiOrigin, BucketTemplate, FunctionEndpoints, FunctionTemplate, PairId, PairSecret, SignatureForm};
use delivery::{Authorization, Brokers, PostUrl, SyslogPlace, Topic};
use issuer::{IssuerUrl, IssuerUrls};
use net::{Limits, NameLimits, PoolLimits, TunnelLimits};

pub(crate) use source::{SettingFault, Source, arguments};
use value::{
    AccessLogPlace, Address, Addresses, Domain, FilePath, LogFilter, LogFormat, Networks, Region, Seconds, SiteUrl,
    Size, StorePlace, Switch, Value, Whole,
};

/// What the page and the flags tell about one setting.
pub(crate) struct Row {
    /// `head_size`
    pub(crate) name: &'static str,
    /// What stands for a value in help texts: `BYTES`.
    pub(crate) stands_for: &'static str,
    /// What is allowed, for people.
    pub(crate) allowed: fn() -> String,
    /// The default, as it would be written.
    pub(crate) default: &'static str,
    /// What it means.
    pub(crate) help: &'static str,
    /// True when its value must not be shown.
    pub(crate) is_secret: bool,
}

/// A titled list of rows.
pub(crate) struct Group {
    pub(crate) title: &'static str,
    pub(crate) rows: &'static [Row],
}

macro_rules! groups {
    ($(
        $(#[doc = $about:literal])+
        $field:ident: $group:ident = $title:literal {
            $( $(#[doc = $help:literal])+ $name:ident: $kind:ty = $default:literal; )+
        }
    )+) => {
        $(
            $(#[doc = $about])+
            #[derive(Debug, Clone)]
            pub(crate) struct $group {
                $( $(#[doc = $help])+ pub(crate) $name: $kind, )+
            }
        )+

        /// All settings of the process.
        #[derive(Debug, Clone)]
        pub(crate) struct Settings {
            $( $(#[doc = $about])+ pub(crate) $field: $group, )+
        }

        /// Every setting, in the order of the page.
        pub(crate) const GROUPS: &[Group] = &[$(
            Group { title: $title, rows: &[$(
                Row {
                    name: stringify!($name),
                    stands_for: <$kind as Value>::STANDS_FOR,
                    allowed: <$kind as Value>::allowed,
                    default: $default,
                    help: concat!($($help),+),
                    is_secret: <$kind as Value>::IS_SECRET,
                },
            )+] },
        )+];

        impl Settings {
            /// The settings that `source` says, defaults for the rest.
            ///
            /// # Errors
            /// The first value that is not allowed, or a key of the file that is no setting.
            pub(crate) fn read(source: &Source) -> Result<Self, SettingFault> {
                source.refuse_unknown()?;
                Ok(Self { $(
                    $field: $group { $( $name: source.value(stringify!($name), $default)?, )+ },
                )+ })
            }
        }
    };
}

groups! {
    /// Where things are kept and what this installation plays.
    installation: InstallationSettings = "Installation" {
        /// The data folder: the store, the key that seals its secrets, and the files that `serve` writes
        /// (`operator.json`, `addresses.json`). Made with mode 0700 if it is not there.
        data: PathBuf = "./data";
        /// Where the configuration is stored. Empty: SQLite in the data folder.
        store: Option<StorePlace> = "";
        /// A service's own host name is `{service id}-{app id}.{region}.{domain}`.
        domain: Domain = "apigateway.localhost";
        /// The account number that stands in host names and answers.
        app_id: Whole<1, 9_999_999_999> = "1250000000";
        /// The region that stands in host names and answers.
        region: Region = "ap-guangzhou";
        /// Loads a demo service at the first start and prints how to call it.
        demo: Switch = "false";
    }
    /// What is listened on.
    listen: ListenSettings = "Addresses" {
        /// Where calls come in over HTTP; several are separated by commas, `off` is none. Port 0 picks a free one.
        http: Addresses = "0.0.0.0:8080";
        /// Where calls come in over HTTPS; several are separated by commas, `off` is none.
        https: Addresses = "0.0.0.0:8443";
        /// Further addresses for HTTP, for a load balancer that begins each connection with the PROXY protocol (version 1 or
        /// 2): the address in it is the caller's. Nobody else may reach them.
        http_proxied: Addresses = "off";
        /// Further addresses for HTTPS, for a load balancer that begins each connection with the PROXY protocol.
        https_proxied: Addresses = "off";
        /// The proxies whose `X-Forwarded-For` is believed: networks or addresses, separated by commas. The caller's address is
        /// the last one in it that is no trusted proxy.
        trusted_proxies: Networks = "off";
        /// The certificate chain for names that have none of their own, a PEM file. Empty: a self-signed one, made at the
        /// first start and kept. A file that changes is read anew, without a restart.
        tls_certificate: Option<FilePath> = "";
        /// The private key of that certificate, a PEM file.
        tls_key: Option<FilePath> = "";
        /// A folder with certificates for custom domains: `NAME.pem` (or `.crt`, `.cer`) with `NAME.key` is the
        /// certificate `NAME`, with a dash for each dot. What changes there is read anew, without a restart.
        tls_folder: Option<PathBuf> = "";
        /// Answers TLS handshakes that name no host with the default certificate; otherwise they are refused.
        tls_without_sni: Switch = "false";
        /// The port at which callers find HTTPS: where a domain sends calls that came over HTTP.
        https_public_port: Whole<1, 65_535> = "443";
        /// Where management, health and metrics are served.
        admin: Address = "127.0.0.1:9080";
        /// The address by which browsers reach the management side through a proxy, such as
        /// `https://gateway.example.com`. Its host is then answered there beside addresses and `localhost`, and with
        /// `https` cookies are `Secure`. Empty: there is none.
        admin_url: Option<SiteUrl> = "";
    }
    /// Custom domains.
    domains: DomainSettings = "Custom domains" {
        /// A custom domain is bound only when it leads to an address of the service's own host name, as a CNAME makes it.
        domain_check: Switch = "false";
    }
    /// The authority that certificates are got from over ACME.
    acme: AcmeSettings = "Certificates over ACME" {
        /// The directory of an authority that issues certificates over ACME, such as
        /// `https://acme-v02.api.letsencrypt.org/directory`, for domains whose certificate is `acme`. Naming it agrees to
        /// the authority's terms of service.
        acme_directory: Option<DirectoryUrl> = "";
        /// Whom the authority may write to.
        acme_contact: Option<Contact> = "";
        /// How names are proved, the preferred way first; the next one is tried after a failure. `http-01` needs callers to
        /// find the gateway at port 80, `tls-alpn-01` at port 443.
        acme_challenges: ChallengeKinds = "http-01,tls-alpn-01";
        /// The authorities that the directory's own certificate is checked against, a PEM file. Empty: the system's.
        acme_ca: Option<FilePath> = "";
        /// How long to wait after a failure; twice as long after each further one, up to a day.
        acme_retry: Seconds<1, 86_400> = "60";
    }
    /// How the process runs.
    process: ProcessSettings = "Process" {
        /// Threads that answer calls; 0 is one per core.
        workers: Whole<0, 1024> = "0";
        /// How long calls in flight may take after SIGTERM or SIGINT.
        drain: Seconds<0, 86_400> = "30";
        /// What the process logs on standard error: a level, or a filter such as `info,gateway=debug`.
        log: LogFilter = "info";
        /// The form of those lines.
        log_format: LogFormat = "json";
        /// How long a session of the console may rest before it ends.
        session_idle: Seconds<60, 86_400> = "1800";
        /// How long a session of the console lasts at most.
        session_lifetime: Seconds<60, 2_592_000> = "43200";
        /// Where a JSON line for each call goes. The file is opened anew on SIGHUP and SIGUSR1, for rotation.
        access_log: AccessLogPlace = "off";
    }
    /// Where the lines of the access log are delivered to, besides `access_log`, and how that file is rotated.
    delivery: DeliverySettings = "Delivery of access records" {
        /// The file of `access_log` gives way to a fresh one before it is longer than this; 0: never.
        access_log_rotate_size: Size<0, 1_099_511_627_776> = "0";
        /// The file of `access_log` gives way to a fresh one when it is as old as this; 0: never.
        access_log_rotate_age: Seconds<0, 31_536_000> = "0";
        /// How many old files stay: `access.log.1` is the youngest.
        access_log_keep: Whole<1, 1000> = "10";
        /// A collector of syslog that gets each line as a message (RFC 5424).
        log_syslog: Option<SyslogPlace> = "";
        /// Where lines are posted to, as JSON lines (`application/x-ndjson`); 408, 429 and 5xx are tried again.
        log_http: Option<PostUrl> = "";
        /// The header `Authorization` of those requests.
        log_http_authorization: Option<Authorization> = "";
        /// The authorities that the certificate there is checked against, a PEM file. Empty: the system's.
        log_http_ca: Option<FilePath> = "";
        /// The brokers of a Kafka cluster whose topic gets each line as a record.
        log_kafka: Option<Brokers> = "";
        /// The topic; it must be there.
        log_kafka_topic: Topic = "tollgate-access";
        /// How many lines may wait for each of these; more are dropped and counted in `tollgate_log_dropped_total`.
        log_queue: Size<65_536, 1_073_741_824> = "8MiB";
        /// How long the same lines are tried before they are dropped and counted.
        log_patience: Seconds<1, 86_400> = "60";
    }
    /// What is kept of the calls that were answered.
    record: RecordSettings = "What is kept of calls" {
        /// Days that series of traffic are kept, in a file of their own in the data folder: by minute for one day, by ten
        /// minutes for seven, by the hour for the rest. 0: no series.
        traffic_days: Whole<0, 366> = "30";
        /// How much of the disk the searchable call log may take in the data folder; the oldest goes. Its files have up
        /// to 4 MiB each, and one is there in any case. 0: no call log.
        call_log_size: Size<0, 1_099_511_627_776> = "256MiB";
        /// Days that a call is kept in it.
        call_log_days: Whole<1, 366> = "7";
        /// Calls of each second that it keeps, and again as many that failed; more are counted and not kept.
        call_log_rate: Whole<1, 1_000_000> = "1000";
    }
    /// What one caller may take of the gateway.
    caller: CallerSettings = "Limits on callers" {
        /// The longest request line and headers together; more is answered with 431.
        head_size: Size<1024, 1_048_576> = "32KiB";
        /// The longest request target (path and query); more is answered with 414.
        target_size: Size<256, 1_048_576> = "8KiB";
        /// The most header lines; more is answered with 431.
        header_count: Whole<8, { Limits::MOST_HEADERS as u64 }> = "100";
        /// The longest request body; more is answered with 413. 0 is no limit.
        body_size: Size<0, 1_099_511_627_776> = "16MiB";
        /// The longest form body that is read for its parameters; more is answered with 413.
        form_size: Size<1024, 67_108_864> = "1MiB";
        /// How far the `X-Date` of a signed call may be from the gateway's clock, either way; then 401.
        signature_skew: Seconds<1, 86_400> = "900";
        /// How long a TLS handshake may take.
        handshake_timeout: Seconds<1, 600> = "10";
        /// How long a request head may take from its first byte, and a new connection until its first byte; then 408.
        head_timeout: Seconds<1, 3600> = "10";
        /// How long a connection may stay open between two requests.
        idle_timeout: Seconds<1, 86_400> = "75";
        /// How long a request body may pause.
        body_timeout: Seconds<1, 3600> = "30";
        /// How long a caller may take nothing of its answer.
        write_timeout: Seconds<1, 3600> = "30";
        /// Open connections of callers, over all workers, each of which may have an equal share; more wait to be accepted.
        connections: Whole<1, 10_000_000> = "65536";
        /// Requests on one connection before it is closed; 0 is no limit.
        requests_per_connection: Whole<0, 4_294_967_295> = "0";
        /// Calls that one HTTP/2 connection may have open at once; more are refused with REFUSED_STREAM.
        http2_streams: Whole<1, 10_000> = "128";
        /// How much of one request's body may come over HTTP/2 before the backend takes it.
        http2_stream_window: Size<65_535, 16_777_216> = "64KiB";
        /// How much of all bodies on one HTTP/2 connection may come before backends take them.
        http2_connection_window: Size<65_535, 268_435_456> = "1MiB";
        /// The longest frame of HTTP/2 that is taken.
        http2_frame_size: Size<16_384, 16_777_215> = "16KiB";
    }
    /// Connections to backends.
    backend: BackendSettings = "Connections to backends" {
        /// How long connecting to one address may take, the TLS handshake with it.
        backend_connect_timeout: Seconds<1, 600> = "5";
        /// How long an unused connection is kept; should be less than backends keep theirs.
        backend_idle_timeout: Seconds<1, 3600> = "55";
        /// Unused connections that each worker keeps for one backend.
        backend_idle_connections: Whole<0, 100_000> = "128";
        /// Backends that each worker keeps unused connections for.
        backend_targets: Whole<1, 1_000_000> = "10000";
        /// How long a backend may pause within an answer that it has begun. Empty: the API's timeout.
        backend_read_timeout: Option<Seconds<1, 86_400>> = "";
        /// The name servers that backends' names are asked of, separated by commas; `off` are the system's.
        backend_dns_servers: Addresses = "off";
        /// The addresses of a backend's name are used for as long as the answer says, but at least for so long.
        backend_dns_ttl_min: Seconds<0, 86_400> = "1";
        /// The addresses of a backend's name are used for as long as the answer says, but at most for so long.
        backend_dns_ttl_max: Seconds<0, 86_400> = "300";
        /// The longest body that becomes a message of gRPC, more is answered with 413; and the longest answer of gRPC that
        /// becomes JSON, more is answered with 502.
        grpc_message_size: Size<1024, 268_435_456> = "4MiB";
        /// Whether the certificates of https backends are checked.
        backend_tls_verify: Switch = "true";
        /// The roots that the certificates of https backends must come from, a PEM file. Empty: the system's.
        backend_tls_ca: Option<FilePath> = "";
        /// The certificate chain that the gateway shows to backends which ask for one, a PEM file.
        backend_tls_certificate: Option<FilePath> = "";
        /// The private key of that certificate, a PEM file.
        backend_tls_key: Option<FilePath> = "";
    }
    /// Answers that are given again.
    cache: CacheSettings = "Answers that are kept" {
        /// Memory for the answers that ProxyCache plugins keep, all together; what is asked for least goes. 0: none is kept.
        cache_size: Size<0, 1_099_511_627_776> = "64MiB";
        /// The longest body of an answer that is kept.
        cache_answer_size: Size<1024, 1_073_741_824> = "1MiB";
    }
    /// How long a WebSocket may last.
    websocket: WebSocketSettings = "WebSocket" {
        /// How long a WebSocket may be silent, both ways; then both ends get a Close frame (1001).
        websocket_idle_timeout: Seconds<1, 86_400> = "600";
        /// How long a WebSocket may last in all; then both ends get a Close frame (1001). 0 is no limit.
        websocket_lifetime: Seconds<0, 31_536_000> = "86400";
        /// How long both ends may take to answer a Close frame, and one of them to end when the other has ended.
        websocket_close_timeout: Seconds<1, 600> = "5";
        /// The longest message of a WebSocket that functions hear and answer, each way; a longer one of the caller ends it with
        /// a Close frame (1009).
        websocket_message_size: Size<1024, 16_777_216> = "256KiB";
        /// Where functions find the gateway's HTTP or HTTPS listeners to push to WebSockets, such as `http://10.0.0.5:8080`:
        /// told as `InternalDomain`. Its host must be no service's and no domain's. Empty: `push.{region}.{domain}` at the
        /// port of the first HTTP listener.
        websocket_push_url: Option<SiteUrl> = "";
    }
    /// What stands behind the names of functions and buckets.
    cloud: CloudSettings = "Functions and buckets" {
        /// Where functions are: events are posted to this URL as JSON, and the calls of web functions go to paths below
        /// it. `{namespace}`, `{function}` and `{qualifier}` in it stand for the parts of a function's name.
        function_endpoint: Option<FunctionTemplate> = "";
        /// Functions that are elsewhere: `namespace/function=URL`, or `namespace/function:qualifier=URL` for one version.
        function_endpoints: FunctionEndpoints = "";
        /// The cloud's API that event functions are invoked through where no endpoint is said.
        function_api: Option<ApiOrigin> = "";
        /// The longest request body that a function is told, after Base64; more is answered with 413.
        function_body_size: Size<1024, 67_108_864> = "6MiB";
        /// The longest result of a function; more is answered with 502.
        function_result_size: Size<1024, 67_108_864> = "6MiB";
        /// Where buckets are. `{bucket}` and `{region}` in it stand for the bucket's name and the cloud's region.
        bucket_endpoint: BucketTemplate = "https://{bucket}.cos.{region}.myqcloud.com";
        /// How requests to buckets are signed: `cos` as the cloud does, `s3` for S3-compatible stores.
        bucket_signature: SignatureForm = "cos";
        /// The region of functions and buckets. Empty: the installation's.
        cloud_region: Option<Region> = "";
        /// The pair that calls to functions through the cloud's API and to buckets are signed with: its id.
        cloud_secret_id: Option<PairId> = "";
        /// The secret of that pair; best said in the environment.
        cloud_secret_key: Option<PairSecret> = "";
    }
    /// The issuers whose tokens are taken.
    issuer: IssuerSettings = "Issuers of tokens" {
        /// OpenID issuers: an API with OAuth 2.0 may name one of them instead of a key, and takes the tokens that the
        /// issuer's published keys signed for. They are fetched from where the issuer says: at its own host, or at
        /// another one over https. No other address is ever asked for keys.
        issuers: IssuerUrls = "off";
        /// The OpenID issuer that plays the pools of users (`AuthType` EIAM).
        pool_issuer: Option<IssuerUrl> = "";
        /// The authorities that the certificates of issuers are checked against, a PEM file. Empty: the system's.
        issuer_ca: Option<FilePath> = "";
        /// How often keys are fetched anew.
        issuer_refresh: Seconds<1, 86_400> = "300";
        /// The least pause between two looks at an issuer's keys that calls with unknown keys cause.
        issuer_pause: Seconds<1, 3600> = "10";
        /// How long an issuer may take to answer.
        issuer_timeout: Seconds<1, 60> = "5";
    }
    /// How much may be configured. The defaults are those of the compatible service.
    quotas: QuotaSettings = "Quotas of the configuration" {
        /// Services in all.
        max_services: Whole<1, 1_000_000> = "50";
        /// APIs in one service.
        max_apis_per_service: Whole<1, 1_000_000> = "200";
        /// Custom domains of one service.
        max_domains_per_service: Whole<1, 1_000_000> = "5";
        /// Usage plans in all.
        max_usage_plans: Whole<1, 1_000_000> = "200";
        /// IP strategies of one service.
        max_ip_strategies_per_service: Whole<1, 100_000> = "50";
        /// API documents in all.
        max_api_documents: Whole<1, 1_000_000> = "200";
        /// Plugins in all.
        max_plugins: Whole<1, 1_000_000> = "1000";
        /// Services whose APIs one plugin may be attached to.
        max_services_per_plugin: Whole<1, 1_000_000> = "50";
        /// Applications in all.
        max_applications: Whole<1, 100_000> = "1000";
        /// Applications that may call one API in one environment.
        max_applications_per_api: Whole<1, 100_000> = "1000";
        /// Upstreams in all.
        max_upstreams: Whole<1, 1_000_000> = "1000";
        /// Key pairs in all.
        max_keys: Whole<1, 10_000_000> = "400";
        /// Key pairs in one usage plan.
        max_keys_per_plan: Whole<1, 1_000_000> = "50";
        /// Usage plans that one key pair may be in.
        max_plans_per_key: Whole<1, 1_000_000> = "10";
        /// Operators in all.
        max_operators: Whole<1, 1_000_000> = "100";
        /// Access keys that one operator may have.
        max_keys_per_operator: Whole<1, 1_000> = "10";
        /// Calls per second of an environment that has no throttle of its own.
        service_rate_default: Whole<1, 100_000_000> = "5000";
        /// The highest throttle of an environment or an API, in calls per second.
        service_rate_max: Whole<1, 100_000_000> = "5000";
        /// The highest rate of a usage plan, in calls per second for each key.
        plan_rate_max: Whole<1, 100_000_000> = "2000";
        /// The highest quota of a usage plan, in calls.
        plan_quota_max: Whole<1, 1_000_000_000_000_000> = "99999999";
    }
}

/// In seconds.
const DAY: u64 = 24 * 60 * 60;

impl Settings {
    /// The data plane's threads.
    pub(crate) fn workers(&self) -> usize {
        match usize::try_from(self.process.workers.get()).unwrap_or(usize::MAX) {
            0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            workers => workers,
        }
    }

    /// How long series of traffic are kept; none when there are none.
    pub(crate) fn traffic_kept(&self) -> Option<std::time::Duration> {
        let days = self.record.traffic_days.get();
        (days > 0).then(|| std::time::Duration::from_secs(days * DAY))
    }

    /// The bounds of the call log; none when there is none.
    pub(crate) fn call_log(&self) -> Option<observe::CallLogBounds> {
        let record = &self.record;
        (record.call_log_size.bytes() > 0).then(|| observe::CallLogBounds {
            bytes: record.call_log_size.bytes(),
            age: std::time::Duration::from_secs(record.call_log_days.get() * DAY),
            per_second: record.call_log_rate.short(),
        })
    }

    /// The bounds on callers, for each worker.
    pub(crate) fn limits(&self) -> Limits {
        let caller = &self.caller;
        Limits {
            head_bytes: caller.head_size.size(),
            target_bytes: caller.target_size.size(),
            header_count: caller.header_count.size(),
            body_bytes: caller.body_size.bytes(),
            head_timeout: caller.head_timeout.duration(),
            idle_timeout: caller.idle_timeout.duration(),
            body_idle_timeout: caller.body_timeout.duration(),
            write_idle_timeout: caller.write_timeout.duration(),
            handshake_timeout: caller.handshake_timeout.duration(),
            max_connections: caller.connections.size().div_ceil(self.workers()),
            requests_per_connection: caller.requests_per_connection.get(),
            http2: net::http2::Bounds {
                streams: caller.http2_streams.short(),
                stream_window: short(caller.http2_stream_window.bytes()),
                connection_window: short(caller.http2_connection_window.bytes()),
                frame_bytes: short(caller.http2_frame_size.bytes()),
                ..net::http2::Bounds::default()
            },
            ..Limits::default()
        }
    }

    /// The bounds on connections to backends, for each worker.
    pub(crate) fn pool(&self) -> PoolLimits {
        let backend = &self.backend;
        PoolLimits {
            idle_per_target: backend.backend_idle_connections.size(),
            idle_timeout: backend.backend_idle_timeout.duration(),
            max_targets: backend.backend_targets.size(),
            connect_timeout: backend.backend_connect_timeout.duration(),
            names: NameLimits {
                servers: backend.backend_dns_servers.0.clone(),
                least_ttl: backend.backend_dns_ttl_min.duration().min(backend.backend_dns_ttl_max.duration()),
                most_ttl: backend.backend_dns_ttl_max.duration(),
            },
        }
    }

    /// Where functions push to WebSockets.
    pub(crate) fn push_url(&self) -> String {
        if let Some(SiteUrl(url)) = &self.websocket.websocket_push_url {
            let scheme = if url.is_https { "https" } else { "http" };
            return format!("{scheme}://{}", url.authority);
        }
        let port = self.listen.http.0.first().map(std::net::SocketAddr::port);
        let port = port.filter(|port| !matches!(port, 0 | 80)).map_or_else(String::new, |port| format!(":{port}"));
        format!("http://push.{}.{}{port}", self.installation.region.0, self.installation.domain.0)
    }

    /// How long a WebSocket may last.
    pub(crate) fn tunnel(&self) -> TunnelLimits {
        let websocket = &self.websocket;
        TunnelLimits {
            idle: websocket.websocket_idle_timeout.duration(),
            total: websocket.websocket_lifetime.duration(),
            goodbye: websocket.websocket_close_timeout.duration(),
        }
    }

    /// How long sessions last.
    pub(crate) fn sessions(&self) -> control::SessionLimits {
        let seconds = |duration: std::time::Duration| u32::try_from(duration.as_secs()).unwrap_or(u32::MAX);
        control::SessionLimits {
            idle: seconds(self.process.session_idle.duration()),
            absolute: seconds(self.process.session_lifetime.duration()),
            ..control::SessionLimits::default()
        }
    }

    /// When the file of the access log gives way to a fresh one.
    pub(crate) fn rotation(&self) -> observe::Rotation {
        let delivery = &self.delivery;
        observe::Rotation {
            size: Some(delivery.access_log_rotate_size.bytes()).filter(|size| *size > 0),
            age: Some(delivery.access_log_rotate_age.duration()).filter(|age| !age.is_zero()),
            keep: delivery.access_log_keep.short(),
        }
    }

    /// The addresses of all issuers, each once.
    pub(crate) fn issuers(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for IssuerUrl(address) in self.issuer.issuers.0.iter().chain(&self.issuer.pool_issuer) {
            if !all.contains(address) {
                all.push(address.clone());
            }
        }
        all
    }

    /// Where the store's database is, if not in the data folder.
    pub(crate) fn store_url(&self) -> Option<&str> {
        self.installation.store.as_ref().map(|place| place.0.as_str())
    }

    /// The quotas as the rules take them.
    pub(crate) fn quotas(&self) -> control::Quotas {
        let quotas = &self.quotas;
        control::Quotas {
            services: quotas.max_services.size(),
            apis_per_service: quotas.max_apis_per_service.size(),
            domains_per_service: quotas.max_domains_per_service.size(),
            ip_strategies_per_service: quotas.max_ip_strategies_per_service.size(),
            plugins: quotas.max_plugins.size(),
            api_documents: quotas.max_api_documents.size(),
            services_per_plugin: quotas.max_services_per_plugin.size(),
            applications: quotas.max_applications.size(),
            applications_per_api: quotas.max_applications_per_api.size(),
            usage_plans: quotas.max_usage_plans.size(),
            upstreams: quotas.max_upstreams.size(),
            keys: quotas.max_keys.size(),
            keys_per_plan: quotas.max_keys_per_plan.size(),
            plans_per_key: quotas.max_plans_per_key.size(),
            operators: quotas.max_operators.size(),
            keys_per_operator: quotas.max_keys_per_operator.size(),
            service_rate_default: quotas.service_rate_default.short(),
            service_rate_max: quotas.service_rate_max.short(),
            plan_rate_max: quotas.plan_rate_max.short(),
            plan_quota_max: quotas.plan_quota_max.get(),
            issuers: self.issuers(),
            pool_issuer: self.issuer.pool_issuer.as_ref().map(|issuer| issuer.0.clone()),
        }
    }
}

/// A size whose setting allows nothing that would not fit.
fn short(bytes: u64) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
