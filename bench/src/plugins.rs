//! The rows of plugins: the full pipeline with one API, and the same with each plugin on it and with all of them.
//!
//! One process serves all rows, each with an API of its own, so that they differ in nothing but the plugins.

use std::net::Ipv4Addr;
use std::rc::Rc;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::field::small;
use crate::lane::Lane;
use crate::options::Options;
use crate::origin::EDITOR;
use crate::peer::fresh;
use crate::policy::{Policy, load_keys};
use crate::probe;
use crate::report::say;
use crate::rounds::Row;
use crate::sheet::{Calls, origin_path};
use crate::tollgate::{Setup, Tollgate};

/// The row without plugins.
const NONE: &str = "tollgate-plugins-none";
/// Whom the address rule shuts out.
const SHUT_OUT: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 9);
/// The page that the calls of CORS come from.
const PAGE: &str = "Origin: https://page.example\r\n";
/// What a call says that comes once an hour at most.
const RARE: &str = "Rare: yes\r\n";
/// Where the route of the routing plugin leads.
const ROUTED: &str = "/routed/{id}";

/// The plugins measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Address,
    Parameter,
    Cors,
    Routing,
    CustomRequest,
}

const ALL: [Kind; 5] = [Kind::Address, Kind::Parameter, Kind::Cors, Kind::Routing, Kind::CustomRequest];

/// A row's name, title and plugins; its place is the number of its API.
const ROWS: [(&str, &str, &[Kind]); 7] = [
    (NONE, "full pipeline, 1 API, no plugin", &[]),
    ("tollgate-plugin-address", "with IPControl: 100 networks, none of them the caller's", &[Kind::Address]),
    ("tollgate-plugin-parameter", "with TrafficControlByParameter: by a header, two conditions", &[Kind::Parameter]),
    ("tollgate-plugin-cors", "with Cors: calls of an allowed page", &[Kind::Cors]),
    ("tollgate-plugin-routing", "with Routing: the second of two conditions holds", &[Kind::Routing]),
    ("tollgate-plugin-request", "with CustomReq: a function adds a header line", &[Kind::CustomRequest]),
    ("tollgate-plugins", "with all of them", &ALL),
];

/// Starts and probes Tollgate, if any of the rows was asked for.
pub(crate) fn line_up(lane: &mut Lane, options: &Options) -> Result<Vec<Row>> {
    if !ROWS.iter().any(|(name, _, _)| options.wants(name)) {
        return Ok(Vec::new());
    }
    let folder = fresh(&options.out.join("tollgate-plugins"))?;
    let log_file = folder.join("access.log");
    let log = lane.read_log(&log_file)?;
    let origin = lane.origin().address();
    let setup = Setup { access_log: Some(&log_file), certificate: None };
    let mut tollgate = Tollgate::start(&options.tollgate, &folder, origin, &setup)?;
    let service = tollgate.publish("plugins", &Policy::full(ROWS.len()), origin).context("plugins")?;
    for (api, (_, _, kinds)) in ROWS.iter().enumerate() {
        for kind in *kinds {
            let (name, data) = kind.plugin(&format!("http://{origin}"));
            tollgate.attach(&service, api, name, &data)?;
        }
    }
    let keys = load_keys();
    let calls = |api: usize, kinds: &[Kind]| Calls {
        host: &service.host,
        apis: api..api + 1,
        keys: &keys,
        lines: if kinds.contains(&Kind::Cors) { PAGE } else { "" },
    };
    for (api, (name, _, kinds)) in ROWS.iter().enumerate() {
        probe_row(lane, &tollgate, &calls(api, kinds), kinds).context(*name)?;
    }
    say("the plugins' gateway: configured and probed")?;
    let process = Rc::new(tollgate.process);
    let wanted = ROWS.iter().enumerate().filter(|(_, (name, _, _))| options.wants(name));
    let rows = wanted.map(|(api, (name, title, kinds))| {
        let title = format!("Tollgate, {title}");
        let mut row = Row::new((name, &title, NONE), &process, tollgate.address, small(&calls(api, kinds)));
        row.access_log = Some(Rc::clone(&log));
        row
    });
    Ok(rows.collect())
}

/// The good call comes back, and each plugin of the row does what it is there for; nothing else does.
fn probe_row(lane: &mut Lane, tollgate: &Tollgate, calls: &Calls<'_>, kinds: &[Kind]) -> Result<()> {
    let address = tollgate.address;
    let (sent, answered) = probe::good_call(lane, address, calls)?;
    let routed = sent.starts_with(&format!("GET {} ", ROUTED.replace("{id}", "7")));
    let direct = sent.starts_with(&format!("GET {} ", origin_path(calls.apis.start).replace("{id}", "7")));
    let seen = [
        (Kind::Cors, answered.to_ascii_lowercase().contains("access-control-allow-origin: https://page.example")),
        (Kind::Routing, routed && !direct),
        (Kind::CustomRequest, sent.contains("x-bench: edited")),
    ];
    for (kind, seen) in seen {
        ensure!(seen == kinds.contains(&kind), "{kind:?}: the origin got\n{sent}\nand the caller\n{answered}");
    }
    if kinds.contains(&Kind::Address) {
        probe::refused_call(lane, address, calls, Some(SHUT_OUT), 403)?;
    }
    if kinds.contains(&Kind::Parameter) {
        let rare = Calls { lines: &format!("{}{RARE}", calls.lines), apis: calls.apis.clone(), ..*calls };
        probe::good_call(lane, address, &rare)?;
        probe::refused_call(lane, address, &rare, None, 429)?;
    }
    Ok(())
}

impl Kind {
    /// The plugin's type and data.
    fn plugin(self, origin: &str) -> (&'static str, Value) {
        match self {
            Kind::Address => {
                let networks = (0..99).map(|number| format!("10.{number}.0.0/16"));
                let blocks: Vec<String> = networks.chain([SHUT_OUT.to_string()]).collect();
                ("IPControl", json!({ "type": "black_list", "blocks": blocks.join(";") }))
            }
            Kind::Parameter => {
                let by_source = |name: &str, weight: u32, limit: u32, window: u32, condition: &str| {
                    json!({
                        "name": name, "strategy_weight": weight, "rate_limit": limit, "window": window,
                        "parameters": [{ "type": "header", "name": "Source" }], "condition": condition,
                    })
                };
                let often = "sysparam.httpScheme = 'http' and exists(header.Source)";
                let strategies =
                    [by_source("rare", 1, 1, 3600, "header.Rare = 'yes'"), by_source("often", 0, 100_000, 1, often)];
                let data = json!({ "default_window": 1, "default_rate_limit": 500_000, "strategies": strategies });
                ("TrafficControlByParameter", data)
            }
            Kind::Cors => {
                let data = json!({
                    "allow_origin": ["https://other.example", "https://page.example"], "allow_methods": ["GET", "POST"],
                    "allow_headers": ["*"], "expose_headers": ["X-Api-ID"], "allow_credentials": true, "max_age": 600,
                });
                ("Cors", data)
            }
            Kind::Routing => {
                let route = |name: &str, weight: u32, condition: &str, path: &str| {
                    let config = json!({
                        "ServiceType": "HTTP", "ServiceConfig": { "Url": origin, "Path": path, "Method": "GET" },
                    });
                    json!({
                        "strategy_name": name, "strategy_weight": weight, "condition": condition, "backend_type": "HTTP",
                        "backend_config": config,
                    })
                };
                let somebody = "header.Source = 'nobody' or regex(sysparam.clientUa, 'mobile|tablet')";
                let bench = "sysparam.clientUa = 'bench'";
                ("Routing", json!([route("some", 9, somebody, "/some/{id}"), route("bench", 1, bench, ROUTED)]))
            }
            Kind::CustomRequest => {
                let data = json!({
                    "func_name": EDITOR, "func_namespace": "default", "func_qualifier": "$LATEST",
                    "endpoint_timeout": 15, "is_base64_encoded": false, "is_send_req_body": false,
                    "is_send_req_headers": true, "is_send_req_querys": true,
                });
                ("CustomReq", data)
            }
        }
    }
}
