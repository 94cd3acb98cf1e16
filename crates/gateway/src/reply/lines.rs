//! The header lines that every answer of a call carries.

use std::ops::Range;

use crate::call::Call;
use crate::limit::{Micros, Rate};
use crate::plan::Grant;

/// The lines that every answer of a call carries: its id, and once it is matched those of its API and its limits.
///
/// They are written as soon as the call is admitted, while all that they tell of is at hand; when the backend has
/// answered, a call would find it cold in memory again. What they name is also read from here for the access log.
#[derive(Debug, Default)]
pub struct CallLines {
    text: String,
    api: Range<usize>,
    key: Range<usize>,
    plan: Range<usize>,
}

impl CallLines {
    /// Forgets the call before.
    pub fn clear(&mut self) {
        self.text.clear();
        (self.api, self.key, self.plan) = (0..0, 0..0, 0..0);
    }

    /// Writes the lines of `call`, unless they are written: for a call that was refused before it was admitted.
    pub fn complete(&mut self, call: &Call<'_>) {
        if self.text.is_empty() {
            self.write(call);
        }
    }

    /// Writes the lines of `call`. Nothing is written before.
    pub fn write(&mut self, call: &Call<'_>) {
        let out = &mut self.text;
        out.push_str("X-Api-RequestId: ");
        // Hexadecimal digits.
        out.push_str(std::str::from_utf8(&call.request_id).unwrap_or_default());
        out.push_str("\r\n");
        let (Some(environment), Some(entry)) = (call.environment, call.entry) else { return };
        let at = out.len();
        out.push_str(entry.api.head());
        self.api = shifted(entry.api.id_place(), at);
        let now = call.judged;
        out.push_str("X-Service-RateLimit: ");
        write_rate(out, environment.rate.as_deref(), now);
        out.push_str("\r\nX-Api-RateLimit: ");
        write_rate(out, entry.rate.as_deref(), now);
        out.push_str("\r\n");
        if let Some(grant) = call.grant {
            let at = out.len();
            write_plan_lines(out, grant, now);
            (self.key, self.plan) = (shifted(grant.key_place(), at), shifted(grant.plan_place(), at));
        }
    }

    /// The lines, each with its end.
    pub fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// The API that they name, or nothing.
    pub fn api(&self) -> &str {
        self.part(&self.api)
    }

    /// The key that they name, or nothing.
    pub fn key(&self) -> &str {
        self.part(&self.key)
    }

    /// The usage plan that they name, or nothing.
    pub fn plan(&self) -> &str {
        self.part(&self.plan)
    }

    fn part(&self, place: &Range<usize>) -> &str {
        self.text.get(place.clone()).unwrap_or_default()
    }
}

fn shifted(place: Range<usize>, by: usize) -> Range<usize> {
    place.start + by..place.end + by
}

/// `remaining/limit`, or `unlimited`.
fn write_rate(out: &mut String, rate: Option<&Rate>, now: Micros) {
    match rate {
        Some(rate) => {
            write_number(out, rate.remaining(now).into());
            out.push('/');
            write_number(out, rate.limit().into());
        }
        None => out.push_str("unlimited"),
    }
}

/// A number in decimal. Not in place of its calls: there are many, and a call finds the code, too, cold.
#[inline(never)]
fn write_number(out: &mut String, number: u64) {
    out.push_str(itoa::Buffer::new().format(number));
}

fn write_plan_lines(out: &mut String, grant: &Grant, now: Micros) {
    let [names, behind_rate, behind_quota, rest] = grant.lines();
    let rate = grant.rate.as_deref().map(|rate| (rate.remaining(now), rate.limit()));
    out.push_str(names);
    if let Some((left, _)) = rate {
        write_number(out, left.into());
    }
    out.push_str(behind_rate);
    if let Some((quota, limit)) = &grant.quota {
        write_number(out, limit.saturating_sub(quota.used()));
    }
    out.push_str(behind_quota);
    if let Some((left, limit)) = rate {
        write_number(out, limit.saturating_sub(left).into());
    }
    out.push_str(rest);
}
