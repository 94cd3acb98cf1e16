//! Looking for calls: from the newest file to the oldest, or the other way.

use std::io;
use std::str::FromStr;
use std::time::{Duration, Instant};

use memchr::memmem::Finder;
use model::{LogPage, LogQuestion, LoggedCall};

use super::condition::{meets_all, needles};
use super::segment::{Frame, Segment, unpack};
use crate::CallRecord;

/// How long one search looks before it says where to go on.
const PATIENCE: Duration = Duration::from_secs(2);

/// A place in the log: everything before it, in the order of the search, was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    segment: u64,
    /// Where the frame begins.
    frame: usize,
    /// Searching for the newest: calls of the frame before this one are left. For the oldest: from this one on.
    call: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:x}-{:x}-{:x}", self.segment, self.frame, self.call)
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split('-');
        let mut number = || u64::from_str_radix(parts.next().ok_or(())?, 16).map_err(drop);
        let (segment, frame, call) = (number()?, number()?, number()?);
        let size = |number| usize::try_from(number).map_err(drop);
        if parts.next().is_some() { Err(()) } else { Ok(Self { segment, frame: size(frame)?, call: size(call)? }) }
    }
}

/// Looks through `segments`, which are in their order. Blocks; may take two seconds.
pub(super) fn search(mut segments: Vec<Segment>, question: &LogQuestion, after: Option<Place>) -> LogPage {
    let mut search = Search {
        question,
        after,
        needles: needles(&question.conditions),
        until: Instant::now() + PATIENCE,
        page: LogPage::default(),
    };
    if !question.oldest_first {
        segments.reverse();
    }
    for segment in &segments {
        if segment.last < question.from.millis() || segment.first >= question.to.millis() {
            continue;
        }
        match search.look_into(segment) {
            Ok(None) => {}
            Ok(Some(place)) => {
                search.page.next = Some(place.to_string());
                break;
            }
            // Deleted meanwhile, for its age: like everything before it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                tracing::warn!(file = %segment.path.display(), %error, "a file of the call log cannot be read");
            }
        }
    }
    search.page
}

struct Search<'q> {
    question: &'q LogQuestion,
    after: Option<Place>,
    needles: Vec<Finder<'q>>,
    until: Instant,
    page: LogPage,
}

impl Search<'_> {
    /// Looks through one file. A place when the search ends there.
    fn look_into(&mut self, segment: &Segment) -> io::Result<Option<Place>> {
        let forward = self.question.oldest_first;
        let after = match self.after {
            Some(place) if place.segment == segment.number => Some(place),
            Some(place) if (place.segment < segment.number) != forward => return Ok(None),
            _ => None,
        };
        let (content, mut frames) = segment.load()?;
        if !forward {
            frames.reverse();
        }
        for (at, frame) in frames {
            if frame.last < self.question.from.millis() || frame.first >= self.question.to.millis() {
                continue;
            }
            let left = match after {
                Some(place) if place.frame == at => Some(place.call),
                Some(place) if (place.frame < at) != forward => continue,
                _ => None,
            };
            if Instant::now() >= self.until {
                // This frame was not looked at.
                let call = if forward { 0 } else { usize::MAX };
                return Ok(Some(Place { segment: segment.number, frame: at, call: left.unwrap_or(call) }));
            }
            if left.is_none() {
                self.page.not_kept += u64::from(frame.not_kept);
            }
            match self.look_at(&content, at, &frame, left) {
                Ok(None) => {}
                Ok(Some(call)) => return Ok(Some(Place { segment: segment.number, frame: at, call })),
                // What the disk spoilt does not hide what is around it.
                Err(error) => {
                    let file = segment.path.display();
                    tracing::warn!(%file, at, %error, "some calls of the call log cannot be read");
                }
            }
        }
        Ok(None)
    }

    /// Looks through one frame. A number when the page is full: that of the call where the rest begins or ends.
    fn look_at(&mut self, content: &[u8], at: usize, frame: &Frame, left: Option<usize>) -> io::Result<Option<usize>> {
        let bytes = unpack(content, at, frame)?;
        if self.needles.iter().any(|needle| needle.find(&bytes).is_none()) {
            return Ok(None);
        }
        let range = self.question.from..self.question.to;
        let mut found = Vec::new();
        let mut rest = bytes.as_slice();
        for number in 0..frame.calls as usize {
            let (call, behind) = postcard::take_from_bytes::<CallRecord<'_>>(rest).map_err(io::Error::other)?;
            rest = behind;
            let is_left = match left {
                None => true,
                Some(left) if self.question.oldest_first => number >= left,
                Some(left) => number < left,
            };
            if is_left && range.contains(&call.time) && meets_all(&self.question.conditions, &call) {
                found.push((number, call));
            }
        }
        if !self.question.oldest_first {
            found.reverse();
        }
        for (number, call) in found {
            if self.page.calls.len() >= self.question.limit {
                return Ok(Some(if self.question.oldest_first { number } else { number + 1 }));
            }
            self.page.calls.push(owned(&call));
        }
        Ok(None)
    }
}

/// The call with texts of its own.
pub(crate) fn owned(call: &CallRecord<'_>) -> LoggedCall {
    LoggedCall {
        time: call.time,
        request_id: String::from_utf8_lossy(call.request_id).into_owned(),
        service: call.service.to_owned(),
        environment: call.environment.to_owned(),
        api: call.api.to_owned(),
        key: call.key.to_owned(),
        plan: call.plan.to_owned(),
        method: call.method.to_owned(),
        scheme: call.scheme.to_owned(),
        host: call.host.to_owned(),
        path: call.path.to_owned(),
        peer: call.peer,
        local: call.local,
        status: call.status,
        backend_status: call.backend_status,
        backend: call.backend,
        bytes_in: call.bytes_in,
        bytes_out: call.bytes_out,
        duration_us: call.duration_us,
        connect_us: call.connect_us,
        backend_us: call.backend_us,
        backend_total_us: call.backend_total_us,
        refusal: call.refusal.to_owned(),
        message: call.message.to_owned(),
    }
}
