//! The header lines that every answer of a call carries.

use std::ops::Range;

use super::write_number;
use crate::call::Call;
use crate::limit::{Micros, Rate};
use crate::plan::Grant;

/// The lines that every answer of a call carries: its id, and once it is matched those of its API and its limits.
///
/// They are written as soon as the call is admitted, while all that they tell of is at hand; when the backend has
/// answered, a call would find it cold in memory again. What they name is also read from here for the access log.
#[derive(Debug, Default)]
pub struct CallLines {
    bytes: Vec<u8>,
    api: Range<usize>,
    key: Range<usize>,
    plan: Range<usize>,
}

impl CallLines {
    /// Forgets the call before.
    pub fn clear(&mut self) {
        self.bytes.clear();
        (self.api, self.key, self.plan) = (0..0, 0..0, 0..0);
    }

    /// Writes the lines of `call`, unless they are written: for a call that was refused before it was admitted.
    pub fn complete(&mut self, call: &Call<'_>) {
        if self.bytes.is_empty() {
            self.write(call);
        }
    }

    /// Writes the lines of `call`. Nothing is written before.
    pub fn write(&mut self, call: &Call<'_>) {
        const ID: &[u8] = b"X-Api-RequestId: ";
        let out = &mut self.bytes;
        out.extend_from_slice(ID);
        out.extend_from_slice(&call.request_id);
        out.extend_from_slice(b"\r\n");
        let (Some(environment), Some(entry)) = (call.environment, call.entry) else { return };
        let at = out.len();
        out.extend_from_slice(entry.api.head().as_bytes());
        self.api = shifted(entry.api.id_place(), at);
        let now = call.started;
        write_rate(out, b"X-Service-RateLimit: ", environment.rate.as_deref(), now);
        write_rate(out, b"X-Api-RateLimit: ", entry.rate.as_deref(), now);
        if let Some(grant) = call.grant {
            let at = out.len();
            write_plan_lines(out, grant, now);
            (self.key, self.plan) = (shifted(grant.key_place(), at), shifted(grant.plan_place(), at));
        }
    }

    /// The lines, each with its end.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The API that they name, or nothing.
    pub fn api(&self) -> &str {
        self.text(&self.api)
    }

    /// The key that they name, or nothing.
    pub fn key(&self) -> &str {
        self.text(&self.key)
    }

    /// The usage plan that they name, or nothing.
    pub fn plan(&self) -> &str {
        self.text(&self.plan)
    }

    fn text(&self, place: &Range<usize>) -> &str {
        self.bytes.get(place.clone()).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
    }
}

fn shifted(place: Range<usize>, by: usize) -> Range<usize> {
    place.start + by..place.end + by
}

/// `remaining/limit`, or `unlimited`; gives back what remains.
fn write_rate(out: &mut Vec<u8>, name: &[u8], rate: Option<&Rate>, now: Micros) -> u32 {
    out.extend_from_slice(name);
    let remaining = match rate {
        Some(rate) => {
            let remaining = rate.remaining(now);
            write_pair(out, remaining.into(), rate.limit().into());
            remaining
        }
        None => {
            out.extend_from_slice(b"unlimited");
            0
        }
    };
    out.extend_from_slice(b"\r\n");
    remaining
}

/// `a/b`.
fn write_pair(out: &mut Vec<u8>, a: u64, b: u64) {
    write_number(out, a);
    out.push(b'/');
    write_number(out, b);
}

fn write_plan_lines(out: &mut Vec<u8>, grant: &Grant, now: Micros) {
    out.extend_from_slice(grant.lines().as_bytes());
    let remaining = write_rate(out, b"X-UsagePlan-RateLimit: ", grant.rate.as_deref(), now);
    out.extend_from_slice(b"X-UsagePlan-Quota: ");
    match &grant.quota {
        Some((quota, limit)) => write_pair(out, limit.saturating_sub(quota.used()), *limit),
        None => out.extend_from_slice(b"unlimited"),
    }
    out.extend_from_slice(b"\r\n");
    // The older generation: the plan's rate, and how much of it the last second used.
    if let Some(rate) = grant.rate.as_deref() {
        let limit = rate.limit();
        out.extend_from_slice(b"X-RateLimit-Limit: ");
        write_number(out, limit.into());
        out.extend_from_slice(b"\r\nX-RateLimit-Used: ");
        write_pair(out, limit.saturating_sub(remaining).into(), limit.into());
        out.extend_from_slice(b"\r\n");
    }
}
