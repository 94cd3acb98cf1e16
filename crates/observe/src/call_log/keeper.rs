//! The log thread's end: calls are gathered, packed and appended.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::ops::Range;
use std::os::unix::fs::OpenOptionsExt;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use zstd::bulk::Compressor;

use super::segment::{Frame, HEAD, OPENING, Segment};
use super::{Shared, lock};
use crate::access_log::Call;
use crate::clock::{is_new_second, second_of};

/// A frame is packed when so many bytes have gathered …
const FRAME: usize = 128 * 1024;
/// … or when its first call has waited so long: what a crash can lose.
pub(crate) const PATIENCE: Duration = Duration::from_secs(1);
/// The longest call: thirteen texts of 4,096 bytes, and some.
const LONGEST_CALL: usize = 64 * 1024;
/// A file is ended when it is so long …
const SEGMENT: u64 = 4 << 20;
/// … or was begun so long ago.
const SEGMENT_AGE: Duration = Duration::from_secs(3600);

/// The writing end. There is one.
pub(crate) struct Keeper {
    shared: Arc<Shared>,
    gathered: Vec<u8>,
    /// Each gathered call: when it came, and where it stands.
    places: Vec<(i64, Range<usize>)>,
    call: Box<[u8]>,
    frame: Frame,
    since: Option<Instant>,
    compressor: Compressor<'static>,
    open: Option<Open>,
    budget: Budget,
    complained: Option<Instant>,
}

struct Open {
    file: File,
    number: u64,
    bytes: u64,
    since: Instant,
}

/// How many calls of one second are kept.
#[derive(Debug, Default)]
struct Budget {
    second: i64,
    usual: u32,
    failed: u32,
}

impl Budget {
    /// Whether one more call is kept. Calls that failed have a share of their own, so that what one looks for is not
    /// lost among what went well.
    fn takes<'c>(&mut self, call: impl Call<'c>, rate: u32) -> bool {
        let call = call.figures();
        let second = second_of(&call);
        if is_new_second(second, self.second) {
            *self = Self { second, ..Self::default() };
        }
        let share = if call.status >= 400 { &mut self.failed } else { &mut self.usual };
        *share = share.saturating_add(1);
        *share <= rate
    }
}

const EMPTY: Frame = Frame { packed: 0, calls: 0, not_kept: 0, first: i64::MAX, last: i64::MIN };

impl Keeper {
    pub(super) fn new(shared: Arc<Shared>) -> io::Result<Self> {
        let mut compressor = Compressor::new(1)?;
        compressor.set_parameter(zstd::zstd_safe::CParameter::ChecksumFlag(true))?;
        Ok(Self {
            shared,
            gathered: Vec::with_capacity(FRAME + LONGEST_CALL),
            places: Vec::new(),
            call: vec![0; LONGEST_CALL].into(),
            frame: EMPTY,
            since: None,
            compressor,
            open: None,
            budget: Budget::default(),
            complained: None,
        })
    }

    /// Takes a call in, if it is not one too many.
    pub(crate) fn keep<'c>(&mut self, call: impl Call<'c>) {
        if !self.budget.takes(call, self.shared.bounds.per_second) {
            self.frame.not_kept = self.frame.not_kept.saturating_add(1);
            return;
        }
        let call = call.record();
        let Ok(bytes) = postcard::to_slice(&call, &mut self.call) else {
            self.frame.not_kept = self.frame.not_kept.saturating_add(1);
            return;
        };
        let start = self.gathered.len();
        self.gathered.extend_from_slice(bytes);
        self.places.push((call.time.millis(), start..self.gathered.len()));
        self.frame.calls += 1;
        self.frame.first = self.frame.first.min(call.time.millis());
        self.frame.last = self.frame.last.max(call.time.millis());
        self.since.get_or_insert_with(Instant::now);
        if self.gathered.len() >= FRAME {
            self.flush();
        }
    }

    /// How long gathered calls may wait; none when there are none.
    pub(crate) fn patience(&self) -> Option<Duration> {
        self.since.map(|since| PATIENCE.saturating_sub(since.elapsed()))
    }

    /// Writes what has waited long enough.
    pub(crate) fn flush_if_due(&mut self) {
        if self.patience().is_some_and(|left| left.is_zero()) {
            self.flush();
        }
    }

    /// Writes what has gathered.
    pub(crate) fn flush(&mut self) {
        self.since = None;
        if self.frame.calls == 0 {
            return;
        }
        if let Err(error) = self.append() {
            // What is half written is not looked at; the next goes into a file of its own.
            self.open = None;
            if self.complained.is_none_or(|last| last.elapsed() >= Duration::from_secs(60)) {
                self.complained = Some(Instant::now());
                tracing::warn!(folder = %self.shared.folder.display(), %error, "the call log cannot be written");
            }
        }
        self.frame = EMPTY;
        self.gathered.clear();
        self.places.clear();
    }

    /// Puts what was gathered in the order in which it came: each worker hands over its calls on its own, as they end.
    fn in_order(&mut self) {
        if self.places.is_sorted_by_key(|(time, _)| *time) {
            return;
        }
        self.places.sort_by_key(|(time, _)| *time);
        let ranges = self.places.iter().filter_map(|(_, place)| self.gathered.get(place.clone()));
        let mut ordered = Vec::with_capacity(FRAME + LONGEST_CALL);
        ranges.for_each(|call| ordered.extend_from_slice(call));
        self.gathered = ordered;
    }

    fn append(&mut self) -> io::Result<()> {
        self.in_order();
        let packed = self.compressor.compress(&self.gathered)?;
        self.frame.packed = u32::try_from(packed.len()).map_err(io::Error::other)?;
        if self.open.as_ref().is_some_and(|open| open.bytes >= SEGMENT || open.since.elapsed() >= SEGMENT_AGE) {
            self.open = None;
        }
        let open = match &mut self.open {
            Some(open) => open,
            None => {
                prune(&self.shared);
                self.open.insert(begin(&self.shared)?)
            }
        };
        let mut bytes = Vec::with_capacity(HEAD + packed.len());
        bytes.extend_from_slice(&self.frame.head());
        bytes.extend_from_slice(&packed);
        open.file.write_all(&bytes)?;
        open.bytes += bytes.len() as u64;
        let mut segments = lock(&self.shared.segments);
        if let Some(segment) = segments.iter_mut().rfind(|segment| segment.number == open.number) {
            segment.add(&self.frame, open.bytes);
        }
        Ok(())
    }
}

/// A fresh file.
fn begin(shared: &Shared) -> io::Result<Open> {
    let mut segments = lock(&shared.segments);
    let mut number = segments.last().map_or(1, |last| last.number + 1).max(shared.free_from);
    let (path, mut file) = loop {
        let path = shared.folder.join(super::file_name(number));
        match OpenOptions::new().create_new(true).append(true).mode(0o600).open(&path) {
            Ok(file) => break (path, file),
            // Left over from a beginning that failed, or somebody else's: the next number is as good.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(error),
        }
    };
    if let Err(error) = file.write_all(&OPENING) {
        // Nobody knows of it, so nobody would ever delete it. A folder that takes no bytes mostly lets them go.
        let _stays_if_not = fs::remove_file(&path);
        return Err(error);
    }
    let bytes = OPENING.len() as u64;
    segments.push(Segment { number, path, bytes, first: i64::MAX, last: i64::MIN });
    Ok(Open { file, number, bytes, since: Instant::now() })
}

/// Deletes the oldest files until what is left is within the bounds, with room for one more.
fn prune(shared: &Shared) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    let age = i64::try_from(shared.bounds.age.as_millis()).unwrap_or(i64::MAX);
    let oldest = i64::try_from(now).unwrap_or(i64::MAX).saturating_sub(age);
    let mut segments = lock(&shared.segments);
    let mut bytes: u64 = segments.iter().map(|segment| segment.bytes).sum();
    let room = shared.bounds.bytes.saturating_sub(SEGMENT);
    segments.retain(|segment| {
        let goes = bytes > room || segment.last < oldest;
        if goes {
            bytes -= segment.bytes;
            if let Err(error) = fs::remove_file(&segment.path) {
                tracing::warn!(file = %segment.path.display(), %error, "an old file of the call log cannot be deleted");
            }
        }
        !goes
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CallRecord;
    use crate::access_log::a_call;

    #[test]
    fn calls_that_failed_have_a_share_of_their_own() {
        let mut budget = Budget::default();
        let (fine, failed) = (a_call(), CallRecord { status: 404, ..a_call() });
        let taken = |budget: &mut Budget, call| (0..5).filter(|_| budget.takes(call, 3)).count();
        assert_eq!(taken(&mut budget, &fine), 3);
        assert_eq!(taken(&mut budget, &failed), 3);
        let later = CallRecord { time: model::Timestamp::from_millis(fine.time.millis() + 1000), ..fine };
        assert_eq!(taken(&mut budget, &later), 3);
    }

    #[test]
    fn a_clock_that_is_set_back_stops_nothing() {
        let mut budget = Budget::default();
        let at = |seconds: i64| CallRecord { time: model::Timestamp::from_millis(seconds * 1000), ..a_call() };
        let taken = |budget: &mut Budget, seconds: i64| (0..5).filter(|_| budget.takes(&at(seconds), 3)).count();
        assert_eq!(taken(&mut budget, 10_000), 3);
        // Workers hand over calls of the seconds before: those do not begin a second anew.
        assert_eq!(taken(&mut budget, 9_999), 0);
        assert_eq!(taken(&mut budget, 6400), 3);
        assert_eq!(taken(&mut budget, 6400), 0);
        assert_eq!(taken(&mut budget, 6401), 3);
        // A call that took long was begun long ago, but ended now.
        let slow = CallRecord { duration_us: 100_000_000, ..at(6301) };
        assert!(!budget.takes(&slow, 3));
    }
}
