//! Time on the path of a call: one reading of a monotonic clock, nothing else.

use std::cell::Cell;
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use model::Timestamp;

use crate::limit::Micros;

/// When the process began to measure; all workers count from the same moment, so that they can share limits.
static START: OnceLock<Instant> = OnceLock::new();

/// A worker's clock.
#[derive(Debug)]
pub struct Clock {
    start: Instant,
    /// The wall clock at `start`, in nanoseconds since the Unix epoch; looked at anew now and then, for the wall clock
    /// may be corrected while the process runs.
    wall_at_start: Cell<i64>,
}

impl Default for Clock {
    /// A clock that counts from the process's start.
    fn default() -> Self {
        let clock = Self { start: *START.get_or_init(Instant::now), wall_at_start: Cell::new(0) };
        clock.adjust();
        clock
    }
}

impl Clock {
    /// The moment now.
    pub fn now(&self) -> Micros {
        Micros(u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    /// The moment as an [`Instant`].
    pub fn instant(&self, at: Micros) -> Instant {
        self.start + Duration::from_micros(at.0)
    }

    /// The moment by the wall clock.
    pub fn wall(&self, at: Micros) -> Timestamp {
        let since_start = i64::try_from(at.0.saturating_mul(1000)).unwrap_or(i64::MAX);
        Timestamp::from_millis(self.wall_at_start.get().saturating_add(since_start).div_euclid(1_000_000))
    }

    /// Follows the wall clock where it was corrected. Otherwise it does not go back: no call is told to be earlier than
    /// one before it.
    pub fn adjust(&self) {
        let before = self.start.elapsed();
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let after = self.start.elapsed();
        // The two clocks cannot be read in the same instant: this is as much as their readings tell.
        let (earliest, latest) = (nanos(wall) - nanos(after), nanos(wall) - nanos(before));
        self.wall_at_start.set(self.wall_at_start.get().clamp(earliest, latest));
    }
}

/// Until the year 2262.
fn nanos(time: Duration) -> i64 {
    i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_does_not_go_back_where_nobody_corrects_the_wall_clock() {
        let clock = Clock::default();
        let mut told = clock.wall_at_start.get();
        for _ in 0..100_000 {
            clock.adjust();
            assert!(clock.wall_at_start.get() >= told);
            told = clock.wall_at_start.get();
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        assert!((clock.wall(clock.now()).millis() - now.as_millis() as i64).abs() < 60_000);
    }

    #[test]
    fn a_corrected_wall_clock_is_followed() {
        let clock = Clock::default();
        let right = clock.wall_at_start.get();
        for wrong in [right - 3_600_000_000_000, right + 3_600_000_000_000] {
            clock.wall_at_start.set(wrong);
            clock.adjust();
            assert!((clock.wall_at_start.get() - right).abs() < 60_000_000_000);
        }
    }
}
