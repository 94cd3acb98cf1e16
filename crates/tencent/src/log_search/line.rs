//! A call as one line of the vendor's access log (spec: access log).

use std::fmt::Write as _;
use std::net::SocketAddr;

use model::LoggedCall;
use time::macros::format_description;

use super::on_the_vendors_clock;
use crate::call::Call;

/// What was not there, or is not known.
const NOTHING: &str = "-";

/// The line of `logged`.
pub(super) fn written(call: &Call, logged: &LoggedCall) -> String {
    line(call.control.installation().app_id, logged)
}

fn line(app_id: u64, logged: &LoggedCall) -> String {
    let texts = [&logged.environment, &logged.service, &logged.host, &logged.api, &logged.path, &logged.scheme];
    let mut line = format!("[{app_id}]");
    for text in texts {
        line.push('[');
        put(&mut line, text);
        line.push(']');
    }
    let times = [
        ("req_t", Some(logged.duration_us)),
        ("ups_rsp_t", logged.backend_total_us),
        ("ups_conn_t", logged.connect_us),
        ("ups_head_t", logged.backend_us),
    ];
    let backend_status = logged.backend_status.map_or_else(|| NOTHING.to_owned(), |status| status.to_string());
    let backend = logged.backend.map_or_else(|| NOTHING.to_owned(), |backend| canonical(backend).to_string());
    // Writing to a text does not fail.
    let _written = write!(
        line,
        "[rsp_st:{}][ups_st:{backend_status}][cip:{}][uip:{backend}][vip:{}][rsp_len:{}][req_len:{}]",
        logged.status,
        canonical(logged.peer).ip(),
        canonical(logged.local).ip(),
        logged.bytes_out,
        logged.bytes_in,
    );
    for (name, us) in times {
        let _written = match us {
            Some(us) => write!(line, "[{name}:{}.{:03}]", us / 1_000_000, us / 1000 % 1000),
            None => write!(line, "[{name}:{NOTHING}]"),
        };
    }
    line.push_str("[err_msg:");
    put(&mut line, &logged.message);
    let form = format_description!("[day]/[month repr:short]/[year]:[hour]:[minute]:[second] +0800");
    let time = on_the_vendors_clock(logged.time).format(form).unwrap_or_else(|_| NOTHING.to_owned());
    let _written = write!(line, "][tcp_rtt:{NOTHING}][{NOTHING}][{time}][req_id:");
    put(&mut line, &logged.request_id);
    line.push(']');
    line
}

/// An IPv4 caller of an IPv6 listener is an IPv4 caller.
fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// A text of the call on one line.
fn put(line: &mut String, text: &str) {
    if text.is_empty() {
        return line.push_str(NOTHING);
    }
    for sign in text.chars() {
        if sign.is_control() { line.extend(sign.escape_default()) } else { line.push(sign) }
    }
}

#[cfg(test)]
mod tests {
    use model::Timestamp;

    use super::*;

    fn logged() -> LoggedCall {
        LoggedCall {
            time: Timestamp::from_millis(1_590_676_962_123),
            request_id: "5f3e".into(),
            service: "service-1".into(),
            environment: "release".into(),
            api: "api-1".into(),
            key: "AKID".into(),
            plan: "usagePlan-1".into(),
            method: "GET".into(),
            scheme: "http".into(),
            host: "a.example".into(),
            path: "/x".into(),
            peer: "[::ffff:10.0.0.1]:4000".parse().unwrap(),
            local: "10.0.0.2:80".parse().unwrap(),
            status: 200,
            backend_status: Some(201),
            backend: Some("10.0.0.3:8080".parse().unwrap()),
            bytes_in: 5,
            bytes_out: 7,
            duration_us: 12_345,
            connect_us: Some(999),
            backend_us: Some(10_000),
            backend_total_us: Some(1_011_000),
            refusal: String::new(),
            message: String::new(),
        }
    }

    #[test]
    fn a_line_has_the_documented_fields_in_their_order() {
        assert_eq!(
            line(1_250_000_000, &logged()),
            "[1250000000][release][service-1][a.example][api-1][/x][http][rsp_st:200][ups_st:201][cip:10.0.0.1]\
             [uip:10.0.0.3:8080][vip:10.0.0.2][rsp_len:7][req_len:5][req_t:0.012][ups_rsp_t:1.011][ups_conn_t:0.000]\
             [ups_head_t:0.010][err_msg:-][tcp_rtt:-][-][28/May/2020:22:42:42 +0800][req_id:5f3e]"
        );
    }

    #[test]
    fn what_was_not_there_is_a_dash() {
        let refused = LoggedCall {
            api: String::new(),
            backend: None,
            backend_status: None,
            backend_us: None,
            backend_total_us: None,
            connect_us: None,
            status: 404,
            message: "There is no api match uri[/x\n]".into(),
            ..logged()
        };
        let line = line(1, &refused);
        assert!(line.contains("[a.example][-][/x]"), "{line}");
        assert!(line.contains("[ups_st:-]") && line.contains("[uip:-]") && line.contains("[ups_rsp_t:-]"), "{line}");
        assert!(line.contains("[err_msg:There is no api match uri[/x\\n]]"), "{line}");
    }
}
