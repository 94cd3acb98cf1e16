//! Calls from browsers on other sites (spec: CORS).

use net::Request;

use crate::plan::{ApiEntry, CrossOriginRule};
use crate::plugin::CrossOriginPlan;

/// The header names that the vendor's gateway allows and exposes, to the letter.
const HEADERS: &str = "X-Api-ID,X-Service-RateLimit,X-UsagePlan-RateLimit,X-UsagePlan-Quota,Cache-Control,Connection,\
Content-Disposition,Date,Keep-Alive,Pragma,Via,Accept,Accept-Charset,Accept-Encoding,Accept-Language,Authorization,\
Cookie,Expect,From,Host,If-Match,If-Modified-Since,If-None-Match,If-Range,If-Unmodified-Since,Range,Origin,Referer,\
User-Agent,X-Forwarded-For,X-Forwarded-Host,X-Forwarded-Proto,Accept-Range,Age,Content-Range,Content-Security-Policy,\
ETag,Expires,Last-Modified,Location,Server,Set-Cookie,Trailer,Transfer-Encoding,Vary,Allow,Content-Encoding,\
Content-Language,Content-Length,Content-Location,Content-Type";

/// The lines of the answer to a preflight for `entry`, which allows such calls.
pub fn write_preflight(out: &mut Vec<u8>, entry: &ApiEntry, request: &Request) {
    match plugin(entry) {
        Some(plan) => plan.write_preflight(out, request.header("origin")),
        None => write_open_preflight(out),
    }
}

/// The lines that other answers of `entry` carry.
pub fn write_lines(out: &mut Vec<u8>, rule: CrossOriginRule, entry: &ApiEntry, request: &Request) {
    match rule {
        CrossOriginRule::Closed => {}
        CrossOriginRule::Open => write_open(out),
        CrossOriginRule::Plugin => {
            if let Some(plan) = plugin(entry) {
                plan.write_simple(out, request.header("origin"));
            }
        }
    }
}

/// True when the page that calls, where one does, may do so.
pub fn allows(entry: &ApiEntry, origin: &[u8]) -> bool {
    match entry.rules.cors {
        CrossOriginRule::Closed => false,
        CrossOriginRule::Open => true,
        CrossOriginRule::Plugin => plugin(entry).is_some_and(|plan| plan.allows(origin)),
    }
}

fn plugin(entry: &ApiEntry) -> Option<&CrossOriginPlan> {
    match entry.rules.cors {
        CrossOriginRule::Plugin => entry.plugins.as_ref()?.cross_origin.as_deref(),
        CrossOriginRule::Closed | CrossOriginRule::Open => None,
    }
}

fn write_open_preflight(out: &mut Vec<u8>) {
    out.extend_from_slice(
        b"Access-Control-Allow-Origin: *\r\n\
        Access-Control-Allow-Methods: GET,POST,PUT,DELETE,HEAD,OPTIONS,PATCH\r\n\
        Access-Control-Allow-Credentials: true\r\n\
        Access-Control-Max-Age: 86400\r\n\
        Access-Control-Allow-Headers: ",
    );
    out.extend_from_slice(HEADERS.as_bytes());
    out.extend_from_slice(b"\r\nAccess-Control-Expose-Headers: ");
    out.extend_from_slice(HEADERS.as_bytes());
    out.extend_from_slice(b"\r\n");
}

fn write_open(out: &mut Vec<u8>) {
    out.extend_from_slice(b"Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: ");
    out.extend_from_slice(HEADERS.as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// True when `origin` (the header's value) is another site than `host` (the call's).
pub fn is_cross_origin(origin: &[u8], host: &str) -> bool {
    let Ok(origin) = std::str::from_utf8(origin) else { return true };
    match origin.split_once("://") {
        Some((_, authority)) => !authority.eq_ignore_ascii_case(host),
        // `null`: a sandboxed page or a file.
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_site_is_no_other_site() {
        assert!(!is_cross_origin(b"http://a.example:8080", "A.example:8080"));
        assert!(is_cross_origin(b"http://b.example", "a.example"));
        assert!(is_cross_origin(b"null", "a.example"));
        assert!(is_cross_origin(b"\xff", "a.example"));
    }

    #[test]
    fn the_documented_list_is_on_one_line() {
        assert!(HEADERS.bytes().all(|b| b.is_ascii_graphic()));
        assert_eq!(HEADERS.split(',').count(), 51);
    }
}
