//! The PROXY protocol, versions 1 and 2: the first bytes of a connection say where it really comes from.
//! (<https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt>)

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// What every header of version 2 begins with.
const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
/// The longest header of version 1, with its CR LF.
const LONGEST_LINE: usize = 107;
/// The longest that a header of version 2 says of itself, addresses and all; there is nothing in it that needs more.
const LONGEST_REST: usize = 4096;

/// Both ends of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// Who connected.
    pub peer: SocketAddr,
    /// What was connected to.
    pub local: SocketAddr,
}

/// A connection does not begin as the PROXY protocol wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no header of the PROXY protocol: {0}")]
pub struct InvalidHeader(&'static str);

/// Reads the header that `stream` begins with, and no byte more, within `limit`. `None`: the load balancer speaks for itself, or of what
/// has no address.
pub async fn read(stream: &mut TcpStream, limit: Duration) -> io::Result<Option<Ends>> {
    let header = tokio::time::timeout(limit, read_header(stream)).await;
    header.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}

async fn read_header(stream: &mut TcpStream) -> io::Result<Option<Ends>> {
    let invalid = |fault: InvalidHeader| io::Error::new(io::ErrorKind::InvalidData, fault);
    let mut header = vec![0; SIGNATURE.len()];
    stream.read_exact(&mut header).await?;
    if header != SIGNATURE {
        while !header.ends_with(b"\n") {
            // Only as much as belongs to the line is taken; the next byte is somebody else's.
            let mut there = [0; LONGEST_LINE];
            let room = LONGEST_LINE.saturating_sub(header.len());
            let count = stream.peek(there.get_mut(..room).unwrap_or_default()).await?;
            if count == 0 {
                return Err(invalid(InvalidHeader("the line does not end")));
            }
            let there = there.get(..count).unwrap_or_default();
            let taken = memchr::memchr(b'\n', there).map_or(count, |end| end + 1);
            let before = header.len();
            header.resize(before + taken, 0);
            stream.read_exact(header.get_mut(before..).unwrap_or_default()).await?;
        }
        return line(&header).map_err(invalid);
    }
    let mut fixed = [0; 4];
    stream.read_exact(&mut fixed).await?;
    let [command, family, high, low] = fixed;
    let length = usize::from(u16::from_be_bytes([high, low]));
    if length > LONGEST_REST {
        return Err(invalid(InvalidHeader("it is too long")));
    }
    let mut rest = vec![0; length];
    stream.read_exact(&mut rest).await?;
    binary(command, family, &rest).map_err(invalid)
}

/// A whole header, of either version, and how many bytes it takes. `Ok(None)`: more is needed.
pub fn parse(bytes: &[u8]) -> Result<Option<(Option<Ends>, usize)>, InvalidHeader> {
    let seen = bytes.len().min(SIGNATURE.len());
    if bytes.get(..seen) == SIGNATURE.get(..seen) {
        let Some([command, family, high, low]) = bytes.get(12..16).and_then(|fixed| fixed.first_chunk()) else {
            return Ok(None);
        };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        if length > LONGEST_REST {
            return Err(InvalidHeader("it is too long"));
        }
        let Some(rest) = bytes.get(16..16 + length) else { return Ok(None) };
        return binary(*command, *family, rest).map(|ends| Some((ends, 16 + length)));
    }
    match memchr::memchr(b'\n', bytes.get(..bytes.len().min(LONGEST_LINE)).unwrap_or_default()) {
        Some(end) => line(bytes.get(..end + 1).unwrap_or_default()).map(|ends| Some((ends, end + 1))),
        None if bytes.len() >= LONGEST_LINE => Err(InvalidHeader("the line does not end")),
        None => Ok(None),
    }
}

/// Version 1: `PROXY TCP4 192.0.2.1 192.0.2.2 50000 443` and CR LF.
fn line(line: &[u8]) -> Result<Option<Ends>, InvalidHeader> {
    let text = line.strip_suffix(b"\r\n").and_then(|line| std::str::from_utf8(line).ok());
    let mut words = text.ok_or(InvalidHeader("the line does not end with CR LF"))?.split(' ');
    if words.next() != Some("PROXY") {
        return Err(InvalidHeader("it does not begin with PROXY"));
    }
    let family = words.next();
    if family == Some("UNKNOWN") {
        return Ok(None);
    }
    let (Some(peer), Some(local), Some(peer_port), Some(local_port), None) =
        (words.next(), words.next(), words.next(), words.next(), words.next())
    else {
        return Err(InvalidHeader("the line has not six words"));
    };
    let address = |text: &str| match family {
        Some("TCP4") => text.parse().map(IpAddr::V4).ok(),
        Some("TCP6") => text.parse().map(IpAddr::V6).ok(),
        _ => None,
    };
    let port = |text: &str| {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
        if is_plain { text.parse().ok() } else { None }
    };
    let end = |ip: &str, number: &str| {
        let (ip, number) = address(ip).zip(port(number)).ok_or(InvalidHeader("an address or port is none"))?;
        Ok(SocketAddr::new(ip, number))
    };
    Ok(Some(Ends { peer: end(peer, peer_port)?, local: end(local, local_port)? }))
}

/// Version 2, after the signature; `rest` is what the length counts. Whatever follows the addresses in it is passed over.
fn binary(command: u8, family: u8, rest: &[u8]) -> Result<Option<Ends>, InvalidHeader> {
    match command {
        0x20 => return Ok(None),
        0x21 => {}
        _ => return Err(InvalidHeader("another version or command")),
    }
    let short = InvalidHeader("the addresses are cut off");
    match family {
        // TCP over IPv4.
        0x11 => {
            let ends = rest.first_chunk::<12>().ok_or(short)?;
            let [a, b, c, d, e, f, g, h, p, q, r, s] = *ends;
            Ok(Some(Ends {
                peer: SocketAddr::new(Ipv4Addr::new(a, b, c, d).into(), u16::from_be_bytes([p, q])),
                local: SocketAddr::new(Ipv4Addr::new(e, f, g, h).into(), u16::from_be_bytes([r, s])),
            }))
        }
        // TCP over IPv6.
        0x21 => {
            let (peer, rest) = rest.split_first_chunk::<16>().ok_or(short)?;
            let (local, rest) = rest.split_first_chunk::<16>().ok_or(short)?;
            let [p, q, r, s] = *rest.first_chunk::<4>().ok_or(short)?;
            Ok(Some(Ends {
                peer: SocketAddr::new(Ipv6Addr::from(*peer).into(), u16::from_be_bytes([p, q])),
                local: SocketAddr::new(Ipv6Addr::from(*local).into(), u16::from_be_bytes([r, s])),
            }))
        }
        // Not told, datagrams, or a path in the file system: nothing that a caller over TCP can be.
        0x00 | 0x12 | 0x22 | 0x31 | 0x32 => Ok(None),
        _ => Err(InvalidHeader("another family of addresses")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncWriteExt;

    fn version_2(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
        [&SIGNATURE[..], &[command, family], &(rest.len() as u16).to_be_bytes(), rest].concat()
    }

    fn ends(peer: &str, local: &str) -> Option<Ends> {
        Some(Ends { peer: peer.parse().unwrap(), local: local.parse().unwrap() })
    }

    fn good() -> Vec<(Vec<u8>, Option<Ends>)> {
        let v4 = [192, 0, 2, 1, 192, 0, 2, 2, 0xc3, 0x50, 1, 187];
        let mut v6 = [0; 36];
        (v6[15], v6[31], v6[33], v6[35]) = (1, 2, 80, 90);
        let extended = [&v4[..], &[3, 0, 4, 1, 2, 3, 4]].concat();
        vec![
            (b"PROXY TCP4 192.0.2.1 192.0.2.2 50000 443\r\n".into(), ends("192.0.2.1:50000", "192.0.2.2:443")),
            (b"PROXY TCP6 ::1 2001:db8::2 1 0\r\n".into(), ends("[::1]:1", "[2001:db8::2]:0")),
            (b"PROXY UNKNOWN\r\n".into(), None),
            (b"PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n".into(), None),
            (version_2(0x21, 0x11, &v4), ends("192.0.2.1:50000", "192.0.2.2:443")),
            (version_2(0x21, 0x11, &extended), ends("192.0.2.1:50000", "192.0.2.2:443")),
            (version_2(0x21, 0x21, &v6), ends("[::1]:80", "[::2]:90")),
            (version_2(0x20, 0x11, &v4), None),
            (version_2(0x20, 0x00, &[]), None),
            (version_2(0x21, 0x31, &[0; 216]), None),
        ]
    }

    #[test]
    fn good_headers_tell_both_ends_however_they_are_cut() {
        for (header, expected) in good() {
            let mut more = header.clone();
            more.extend_from_slice(b"\nGET / HTTP/1.1\r\n");
            assert_eq!(parse(&more), Ok(Some((expected, header.len()))), "{}", header.escape_ascii());
            for cut in 0..header.len() {
                assert_eq!(parse(&header[..cut]), Ok(None), "{} cut at {cut}", header.escape_ascii());
            }
        }
    }

    fn bad() -> Vec<Vec<u8>> {
        let texts = [
            "GET / HTTP/1.1\r\n",
            "PROXY TCP4 192.0.2.1 192.0.2.2 50000 443\n",
            "PROXY TCP4 192.0.2.1 192.0.2.2 50000\r\n",
            "PROXY TCP4 192.0.2.1 192.0.2.2 50000 443 1\r\n",
            "PROXY TCP4  192.0.2.1 192.0.2.2 50000 443\r\n",
            "PROXY TCP4 ::1 ::2 50000 443\r\n",
            "PROXY TCP6 192.0.2.1 192.0.2.2 50000 443\r\n",
            "PROXY TCP4 192.0.2.1 192.0.2.2 50000 65536\r\n",
            "PROXY TCP4 192.0.2.1 192.0.2.2 050 443\r\n",
            "PROXY TCP4 192.0.2.1 192.0.2.2 +5 443\r\n",
            "PROXY UDP4 192.0.2.1 192.0.2.2 50000 443\r\n",
            "PROXY  UNKNOWN\r\n",
            "proxy UNKNOWN\r\n",
        ];
        let mut bad: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().into()).collect();
        bad.push([b"PROXY UNKNOWN ".as_slice(), &[b'x'; 100]].concat());
        bad.push(version_2(0x11, 0x11, &[0; 12]));
        bad.push(version_2(0x22, 0x11, &[0; 12]));
        bad.push(version_2(0x21, 0x41, &[0; 12]));
        bad.push(version_2(0x21, 0x11, &[0; 11]));
        bad.push(version_2(0x21, 0x21, &[0; 35]));
        bad.push(version_2(0x21, 0x11, &[0; LONGEST_REST + 1]));
        bad
    }

    #[test]
    fn bad_headers_are_refused() {
        for header in bad() {
            assert!(parse(&header).is_err(), "{}", header.escape_ascii());
        }
    }

    #[test]
    fn a_stream_is_read_to_the_end_of_the_header_and_no_further() {
        crate::listen::worker_runtime().unwrap().block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let patience = Duration::from_secs(20);
            for (header, expected) in good() {
                for size in [1, 7, 1000] {
                    let mut peer = TcpStream::connect(address).await.unwrap();
                    peer.set_nodelay(true).unwrap();
                    let (mut stream, _) = listener.accept().await.unwrap();
                    let text = [header.as_slice(), b"\x16\x03rest"].concat();
                    tokio::task::spawn_local(async move {
                        for piece in text.chunks(size) {
                            peer.write_all(piece).await.unwrap();
                            tokio::task::yield_now().await;
                        }
                    });
                    assert_eq!(read(&mut stream, patience).await.unwrap(), expected);
                    let mut rest = String::new();
                    stream.read_to_string(&mut rest).await.unwrap();
                    assert_eq!(rest, "\x16\x03rest");
                }
            }
            for header in bad() {
                let mut peer = TcpStream::connect(address).await.unwrap();
                let (mut stream, _) = listener.accept().await.unwrap();
                peer.write_all(&header).await.unwrap();
                drop(peer);
                assert!(read(&mut stream, patience).await.is_err(), "{}", header.escape_ascii());
            }
        });
    }
}
