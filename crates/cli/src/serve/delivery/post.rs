//! Records over HTTP: a block is a POST of JSON lines.
//!
//! Taken is a block that is answered with 2xx. 408, 429 and 5xx are tried again, as is no answer at all; everything else
//! says that these lines will never be taken. A block may arrive twice: when its answer is lost.

use std::time::Duration;

use observe::{Block, Carrier, Trouble};

use crate::call::exchange::{Outgoing, TlsTrust, send};
use crate::failure::Failure;
use crate::settings::DeliverySettings;
use crate::settings::delivery::PostUrl;

/// The longest answer that is read: nobody looks at it.
const LONGEST: u64 = 1 << 16;

/// How long one block may take.
const TIMEOUT: Duration = Duration::from_secs(10);

pub(super) struct Post {
    url: String,
    headers: Vec<(String, String)>,
    trust: TlsTrust,
}

impl Post {
    pub(super) fn new(url: &PostUrl, settings: &DeliverySettings) -> Result<Self, Failure> {
        let mut headers = vec![("content-type".to_owned(), "application/x-ndjson".to_owned())];
        headers.extend(
            settings.log_http_authorization.as_ref().map(|value| ("authorization".to_owned(), value.0.clone())),
        );
        let trust = settings.log_http_ca.as_ref().map_or(Ok(TlsTrust::System), |file| TlsTrust::file(&file.0))?;
        Ok(Self { url: url.0.clone(), headers, trust })
    }
}

impl Carrier for Post {
    fn carry(&mut self, block: &Block) -> Result<(), Trouble> {
        let answer = send(Outgoing {
            method: "POST".to_owned(),
            url: self.url.clone(),
            headers: self.headers.clone(),
            body: Some(block.lines.clone()),
            connect_to: None,
            trust: self.trust.clone(),
            timeout: TIMEOUT,
            longest: LONGEST,
        })
        .map_err(|failure| Trouble::Later(failure.line().unwrap_or_default().to_owned()))?;
        let reason = || format!("answered with {}", answer.status);
        match answer.status {
            200..=299 => Ok(()),
            408 | 429 | 500..=599 => Err(Trouble::Later(reason())),
            _ => Err(Trouble::Never(reason())),
        }
    }
}
