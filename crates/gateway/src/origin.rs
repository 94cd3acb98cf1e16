//! Who calls: one answer for the log, the headers to backends and the limits.
//!
//! The other end of the connection is the caller. A load balancer that speaks the PROXY protocol has been taken out of the
//! way before ([`net::proxied`]). Proxies that add themselves to `X-Forwarded-For` are believed only when they are trusted:
//! read from its end, the first address that is no trusted proxy is the caller's. What stands before that, anybody may have
//! written.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use net::Request;

/// The caller's address; with port 0 where only the address is known.
pub fn of(trusted: &[IpNet], peer: SocketAddr, request: &Request) -> SocketAddr {
    if trusted.is_empty() || !is_trusted(trusted, peer.ip()) {
        return peer;
    }
    let lines: Vec<&[u8]> = request.header_values("x-forwarded-for").collect();
    told(trusted, peer, &lines)
}

/// The caller that a trusted `peer` tells of in these lines.
fn told(trusted: &[IpNet], peer: SocketAddr, lines: &[&[u8]]) -> SocketAddr {
    let mut last = peer;
    for hop in lines.iter().rev().flat_map(|line| line.rsplit(|byte| *byte == b',')) {
        // What cannot be read tells nothing of what stands before it either.
        let Some(address) = address(hop.trim_ascii()) else { return last };
        last = address;
        if !is_trusted(trusted, address.ip()) {
            return last;
        }
    }
    last
}

fn is_trusted(trusted: &[IpNet], address: IpAddr) -> bool {
    let address = address.to_canonical();
    trusted.iter().any(|network| network.contains(&address))
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:4711`.
fn address(text: &[u8]) -> Option<SocketAddr> {
    let text = std::str::from_utf8(text).ok()?;
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    match bare.parse::<IpAddr>() {
        Ok(address) => Some(SocketAddr::new(address, 0)),
        Err(_) => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told_by(peer: &str, lines: &[&str]) -> String {
        let trusted: Vec<IpNet> = ["10.0.0.0/8", "fd00::/8"].map(|network| network.parse().unwrap()).into();
        let peer: SocketAddr = peer.parse().unwrap();
        let lines: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
        if is_trusted(&trusted, peer.ip()) { told(&trusted, peer, &lines).to_string() } else { peer.to_string() }
    }

    #[test]
    fn the_last_address_that_is_no_trusted_proxy_is_the_callers() {
        for (lines, caller) in [
            (&[][..], "10.0.0.1:50"),
            (&["192.0.2.9"], "192.0.2.9:0"),
            (&["198.51.100.1, 192.0.2.9"], "192.0.2.9:0"),
            (&["192.0.2.9, 10.1.1.1,10.2.2.2"], "192.0.2.9:0"),
            (&["198.51.100.1", "192.0.2.9", "10.1.1.1"], "192.0.2.9:0"),
            (&["192.0.2.9:4711, fd00::1"], "192.0.2.9:4711"),
            (&["[2001:db8::1]:4711"], "[2001:db8::1]:4711"),
            (&["2001:db8::1"], "[2001:db8::1]:0"),
            (&["[2001:db8::1]"], "[2001:db8::1]:0"),
            (&["10.3.3.3, 10.1.1.1"], "10.3.3.3:0"),
            (&["192.0.2.9, nonsense, 10.1.1.1"], "10.1.1.1:0"),
            (&["192.0.2.9,"], "10.0.0.1:50"),
            (&["192.0.2.9, 10.1.1.1\u{7f}"], "10.0.0.1:50"),
        ] {
            assert_eq!(told_by("10.0.0.1:50", lines), caller, "{lines:?}");
        }
    }

    #[test]
    fn who_is_not_trusted_tells_nothing() {
        assert_eq!(told_by("192.0.2.1:50", &["198.51.100.1"]), "192.0.2.1:50");
        assert_eq!(told_by("[::ffff:10.0.0.1]:50", &["198.51.100.1"]), "198.51.100.1:0", "the same address in IPv6");
    }
}
