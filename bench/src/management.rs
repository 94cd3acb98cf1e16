//! A client of Tollgate's management API, Tencent dialect: JSON over one keep-alive connection, signed with TC3.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use time::OffsetDateTime;

use crate::signing::{KeyPair, tc3};

/// How long one action may take; releasing a thousand APIs is the longest.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection to the management address and the operator's pair.
pub(crate) struct Management {
    stream: BufReader<TcpStream>,
    host: String,
    operator: KeyPair,
}

impl Management {
    /// Connects.
    pub(crate) fn connect(address: SocketAddr, operator: KeyPair) -> Result<Management> {
        let stream = TcpStream::connect(address).with_context(|| format!("no management at {address}"))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Management { stream: BufReader::new(stream), host: address.to_string(), operator })
    }

    /// Carries out one action; returns what stands in `Response`, and the API's own words when it refuses.
    pub(crate) fn act(&mut self, action: &str, request: &Value) -> Result<Value> {
        let body = serde_json::to_vec(request)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let date = OffsetDateTime::from_unix_timestamp(i64::try_from(now)?)?.date();
        let authorization = tc3(&self.operator, &self.host, "application/json", &body, now, &date.to_string());
        let head = format!(
            "POST / HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             X-TC-Action: {action}\r\nX-TC-Version: 2018-08-08\r\nX-TC-Timestamp: {now}\r\nX-TC-Region: ap-guangzhou\r\n\
             Authorization: {authorization}\r\n\r\n",
            self.host,
            body.len()
        );
        self.stream.get_mut().write_all(&[head.as_bytes(), &body].concat())?;
        let (status, body) = self.read_answer().with_context(|| format!("{action}: no answer"))?;
        ensure!(status == 200, "{action}: status {status}: {}", String::from_utf8_lossy(&body));
        let mut answer: Value = serde_json::from_slice(&body).with_context(|| format!("{action}: no JSON"))?;
        let response = answer["Response"].take();
        if let Some(error) = response.get("Error") {
            bail!("{action}: {error}");
        }
        Ok(response)
    }

    fn read_answer(&mut self) -> Result<(u16, Vec<u8>)> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|code| code.parse().ok()).context("no status line")?;
        let mut length = None;
        loop {
            line.clear();
            ensure!(self.stream.read_line(&mut line)? > 0, "the connection was closed");
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = Some(value.trim().parse::<usize>().context("Content-Length")?);
            }
        }
        let mut body = vec![0; length.context("an answer without Content-Length")?];
        self.stream.read_exact(&mut body)?;
        Ok((status, body))
    }
}
