//! Time on the path of a call: one reading of a monotonic clock, nothing else.

use std::cell::Cell;
use std::sync::OnceLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use model::Timestamp;

use crate::limit::Micros;

/// When the process began to measure; all workers count from the same moment, so that they can share limits.
static START: OnceLock<Instant> = OnceLock::new();

/// A worker's clock.
#[derive(Debug)]
pub struct Clock {
    start: Instant,
    /// The wall clock at `start`, in milliseconds since the Unix epoch; set anew now and then, for the wall clock may
    /// be corrected while the process runs.
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
        self.start + std::time::Duration::from_micros(at.0)
    }

    /// The moment by the wall clock.
    pub fn wall(&self, at: Micros) -> Timestamp {
        let since_start = i64::try_from(at.0 / 1000).unwrap_or(i64::MAX);
        Timestamp::from_millis(self.wall_at_start.get().saturating_add(since_start))
    }

    /// Follows the wall clock.
    pub fn adjust(&self) {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis());
        let wall = i64::try_from(wall).unwrap_or(i64::MAX);
        let since_start = i64::try_from(self.start.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.wall_at_start.set(wall.saturating_sub(since_start));
    }
}
