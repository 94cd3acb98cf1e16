//! The header lines that every answer of a call carries.

use super::write_number;
use crate::call::Call;
use crate::limit::{Micros, Rate};
use crate::plan::Grant;

/// The lines that every answer of a call carries: its id, and once it is matched those of its API and its limits.
///
/// They are written as soon as the call is admitted, while all that they tell of is at hand; when the backend has
/// answered, a call would find it cold in memory again. What they name is kept from then, too, for the access log.
#[derive(Debug, Default)]
pub struct CallLines {
    lines: Vec<u8>,
    /// The API, the key and the plan that the lines name, one behind the other.
    names: String,
    api_end: usize,
    key_end: usize,
}

impl CallLines {
    /// Forgets the call before.
    pub fn clear(&mut self) {
        self.lines.clear();
        self.names.clear();
        (self.api_end, self.key_end) = (0, 0);
    }

    /// Writes the lines of `call`, unless they are written: for a call that was refused before it was admitted.
    pub fn complete(&mut self, call: &Call<'_>) {
        if self.lines.is_empty() {
            self.write(call);
        }
    }

    /// Writes the lines of `call`. Nothing is written before.
    pub fn write(&mut self, call: &Call<'_>) {
        let Self { lines, names, .. } = self;
        lines.extend_from_slice(b"X-Api-RequestId: ");
        lines.extend_from_slice(&call.request_id);
        lines.extend_from_slice(b"\r\n");
        let (Some(environment), Some(entry)) = (call.environment, call.entry) else { return };
        let now = call.judged;
        lines.extend_from_slice(entry.api.head().as_bytes());
        lines.extend_from_slice(b"X-Service-RateLimit: ");
        write_rate(lines, environment.rate.as_deref(), now);
        lines.extend_from_slice(b"\r\nX-Api-RateLimit: ");
        write_rate(lines, entry.rate.as_deref(), now);
        lines.extend_from_slice(b"\r\n");
        names.push_str(entry.api.id());
        (self.api_end, self.key_end) = (names.len(), names.len());
        if let Some(grant) = call.grant {
            write_plan_lines(lines, grant, now);
            names.push_str(grant.key_id());
            self.key_end = names.len();
            names.push_str(grant.plan_id());
        }
    }

    /// The lines, each with its end.
    pub fn bytes(&self) -> &[u8] {
        &self.lines
    }

    /// The API that they name, or nothing.
    pub fn api(&self) -> &str {
        self.names.get(..self.api_end).unwrap_or_default()
    }

    /// The key that they name, or nothing.
    pub fn key(&self) -> &str {
        self.names.get(self.api_end..self.key_end).unwrap_or_default()
    }

    /// The usage plan that they name, or nothing.
    pub fn plan(&self) -> &str {
        self.names.get(self.key_end..).unwrap_or_default()
    }
}

/// `remaining/limit`, or `unlimited`.
fn write_rate(out: &mut Vec<u8>, rate: Option<&Rate>, now: Micros) {
    match rate {
        Some(rate) => {
            write_number(out, rate.remaining(now).into());
            out.push(b'/');
            write_number(out, rate.limit().into());
        }
        None => out.extend_from_slice(b"unlimited"),
    }
}

fn write_plan_lines(out: &mut Vec<u8>, grant: &Grant, now: Micros) {
    let [names, behind_rate, behind_quota, rest] = grant.lines();
    let rate = grant.rate.as_deref().map(|rate| (rate.remaining(now), rate.limit()));
    out.extend_from_slice(names);
    if let Some((left, _)) = rate {
        write_number(out, left.into());
    }
    out.extend_from_slice(behind_rate);
    if let Some((quota, limit)) = &grant.quota {
        write_number(out, limit.saturating_sub(quota.used()));
    }
    out.extend_from_slice(behind_quota);
    if let Some((left, limit)) = rate {
        write_number(out, limit.saturating_sub(left).into());
    }
    out.extend_from_slice(rest);
}
