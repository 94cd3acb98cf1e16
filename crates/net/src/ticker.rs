//! A worker's coarse clock and its deadlines: one timer for all connections of a worker.
//!
//! Deadlines live in one dense slab that is scanned about every 100 ms. Setting one is a store; nothing is queued, sorted or
//! allocated. A deadline therefore fires up to two ticks (200 ms) late and never early.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::task::{Context, Waker};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How often the slab is scanned.
pub const TICK: Duration = Duration::from_millis(100);

const NEVER: u64 = u64::MAX;

/// Milliseconds since the ticker was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(u64);

impl Moment {
    /// Later than every other moment.
    pub const NEVER: Moment = Moment(NEVER);

    /// Whether this moment has passed.
    pub fn has_passed(self, ticker: &Ticker) -> bool {
        self.0 <= ticker.now.get()
    }
}

/// A worker's clock and deadlines. Belongs to one thread.
pub struct Ticker {
    start: Instant,
    now: Cell<u64>,
    dues: RefCell<Vec<u64>>,
    wakers: RefCell<Vec<Option<Waker>>>,
    free: RefCell<Vec<u32>>,
    draining: Cell<bool>,
    date: Cell<[u8; 29]>,
    date_second: Cell<u64>,
    chores: RefCell<Vec<Weak<dyn Chore>>>,
}

/// Something that wants to be called about once a second.
pub(crate) trait Chore {
    /// Does what is due.
    fn run(&self);
}

impl std::fmt::Debug for Ticker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ticker").field("now", &self.now.get()).field("deadlines", &self.dues.borrow().len()).finish()
    }
}

impl Ticker {
    /// Makes the clock and starts its timer on the current thread's runtime. The timer ends with the last handle.
    pub fn start() -> Rc<Ticker> {
        let ticker = Rc::new(Ticker::stopped());
        let weak = Rc::downgrade(&ticker);
        tokio::task::spawn_local(async move {
            let mut interval = tokio::time::interval(TICK);
            interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            let mut round = 0_u32;
            loop {
                interval.tick().await;
                let Some(ticker) = weak.upgrade() else { return };
                ticker.tick(Instant::now());
                round += 1;
                if round.is_multiple_of(10) {
                    ticker.run_chores();
                }
            }
        });
        ticker
    }

    fn stopped() -> Ticker {
        let ticker = Ticker {
            start: Instant::now(),
            now: Cell::new(0),
            dues: RefCell::default(),
            wakers: RefCell::default(),
            free: RefCell::default(),
            draining: Cell::new(false),
            date: Cell::new([b' '; 29]),
            date_second: Cell::new(0),
            chores: RefCell::default(),
        };
        ticker.refresh_date();
        ticker
    }

    /// The moment that is `wait` from now, rounded up to whole ticks.
    pub fn after(&self, wait: Duration) -> Moment {
        let wait = u64::try_from(wait.as_millis()).unwrap_or(NEVER);
        Moment(self.now.get().saturating_add(wait).saturating_add(TICK.as_millis() as u64))
    }

    /// The moment of an instant, rounded up to whole milliseconds.
    pub fn at(&self, instant: Instant) -> Moment {
        let wait = instant.saturating_duration_since(self.start).as_millis();
        Moment(u64::try_from(wait).unwrap_or(NEVER).saturating_add(1))
    }

    /// Whole seconds since the ticker was made.
    pub(crate) fn seconds(&self) -> u64 {
        self.now.get() / 1000
    }

    /// The value of the `Date` header now (RFC 9110, 5.6.7), made once a second.
    pub fn date(&self) -> [u8; 29] {
        self.date.get()
    }

    /// From now on no connection waits for a further request: resting ones close at once, busy ones after their answer.
    pub fn drain(&self) {
        self.draining.set(true);
        for waker in self.wakers.borrow().iter().flatten() {
            waker.wake_by_ref();
        }
    }

    /// Whether [`Ticker::drain`] was called.
    pub fn is_draining(&self) -> bool {
        self.draining.get()
    }

    /// Registers a chore for as long as it lives.
    pub(crate) fn add_chore(&self, chore: Weak<dyn Chore>) {
        self.chores.borrow_mut().push(chore);
    }

    fn run_chores(&self) {
        self.chores.borrow_mut().retain(|chore| chore.strong_count() > 0);
        let chores: Vec<_> = self.chores.borrow().iter().filter_map(Weak::upgrade).collect();
        for chore in chores {
            chore.run();
        }
    }

    fn tick(&self, now: Instant) {
        let now = u64::try_from(now.saturating_duration_since(self.start).as_millis()).unwrap_or(NEVER - 1);
        self.now.set(now);
        self.refresh_date();
        // A waker only puts its task into the run queue, so nothing comes back into the slab while it is borrowed.
        let mut dues = self.dues.borrow_mut();
        for (index, due) in dues.iter_mut().enumerate() {
            if *due <= now {
                *due = NEVER;
                if let Some(Some(waker)) = self.wakers.borrow().get(index) {
                    waker.wake_by_ref();
                }
            }
        }
    }

    fn refresh_date(&self) {
        let now = SystemTime::now();
        let second = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        if second != self.date_second.replace(second) {
            let text = httpdate::fmt_http_date(now);
            let mut date = [b' '; 29];
            for (to, from) in date.iter_mut().zip(text.bytes()) {
                *to = from;
            }
            self.date.set(date);
        }
    }
}

/// One place in the slab: wakes its task when the moment set last has passed. Given back when dropped.
#[derive(Debug)]
pub(crate) struct Deadline {
    ticker: Rc<Ticker>,
    index: usize,
    due: Moment,
}

impl Deadline {
    pub(crate) fn new(ticker: Rc<Ticker>) -> Deadline {
        let index = match ticker.free.borrow_mut().pop() {
            Some(index) => index as usize,
            None => {
                let mut dues = ticker.dues.borrow_mut();
                dues.push(NEVER);
                ticker.wakers.borrow_mut().push(None);
                dues.len() - 1
            }
        };
        Deadline { ticker, index, due: Moment::NEVER }
    }

    pub(crate) fn ticker(&self) -> &Rc<Ticker> {
        &self.ticker
    }

    /// Wake the task when `due` has passed.
    pub(crate) fn set(&mut self, due: Moment) {
        self.due = due;
        if let Some(slot) = self.ticker.dues.borrow_mut().get_mut(self.index) {
            *slot = due.0;
        }
    }

    /// Wake the task `wait` from now.
    pub(crate) fn set_after(&mut self, wait: Duration) {
        self.set(self.ticker.after(wait));
    }

    /// Remembers whom to wake, and says whether the moment has passed already.
    pub(crate) fn poll(&self, cx: &Context<'_>) -> bool {
        let mut old = None;
        if let Some(slot) = self.ticker.wakers.borrow_mut().get_mut(self.index)
            && !slot.as_ref().is_some_and(|waker| waker.will_wake(cx.waker()))
        {
            old = slot.replace(cx.waker().clone());
        }
        drop(old);
        self.due.has_passed(&self.ticker)
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        if let Some(slot) = self.ticker.dues.borrow_mut().get_mut(self.index) {
            *slot = NEVER;
        }
        // Dropped after the slab is free again: a waker may be the last handle of its task.
        let waker = self.ticker.wakers.borrow_mut().get_mut(self.index).and_then(Option::take);
        drop(waker);
        self.ticker.free.borrow_mut().push(self.index as u32);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::Wake;

    use super::*;

    #[derive(Default)]
    struct Count(AtomicU32);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    impl Count {
        fn get(&self) -> u32 {
            self.0.load(Ordering::Relaxed)
        }
    }

    fn at(ticker: &Ticker, milliseconds: u64) {
        ticker.tick(ticker.start + Duration::from_millis(milliseconds));
    }

    #[test]
    fn a_deadline_wakes_its_task_once_and_never_early() {
        let ticker = Rc::new(Ticker::stopped());
        let count = Arc::new(Count::default());
        let waker = Waker::from(Arc::clone(&count));
        let cx = Context::from_waker(&waker);
        let mut deadline = Deadline::new(Rc::clone(&ticker));
        deadline.set_after(Duration::from_millis(1000));
        assert!(!deadline.poll(&cx));
        at(&ticker, 1000);
        assert_eq!(
            (count.get(), deadline.poll(&cx)),
            (0, false),
            "the clock may have been a tick behind when it was set"
        );
        at(&ticker, 1100);
        assert_eq!((count.get(), deadline.poll(&cx)), (1, true));
        at(&ticker, 1200);
        assert_eq!((count.get(), deadline.poll(&cx)), (1, true), "it stays passed, and wakes nobody again");
        deadline.set_after(Duration::from_millis(1000));
        assert!(!deadline.poll(&cx));
    }

    #[test]
    fn setting_a_deadline_anew_moves_it() {
        let ticker = Rc::new(Ticker::stopped());
        let count = Arc::new(Count::default());
        let waker = Waker::from(Arc::clone(&count));
        let mut deadline = Deadline::new(Rc::clone(&ticker));
        deadline.poll(&Context::from_waker(&waker));
        deadline.set_after(Duration::from_millis(200));
        deadline.set(ticker.at(ticker.start + Duration::from_secs(5)));
        at(&ticker, 4999);
        assert_eq!(count.get(), 0);
        at(&ticker, 5001);
        assert_eq!(count.get(), 1);
    }

    #[test]
    fn places_are_used_again_and_forget_whom_they_woke() {
        let ticker = Rc::new(Ticker::stopped());
        let count = Arc::new(Count::default());
        let waker = Waker::from(Arc::clone(&count));
        let mut first = Deadline::new(Rc::clone(&ticker));
        first.set_after(Duration::ZERO);
        first.poll(&Context::from_waker(&waker));
        drop(first);
        let _second = Deadline::new(Rc::clone(&ticker));
        assert_eq!(ticker.dues.borrow().len(), 1);
        at(&ticker, 60_000);
        ticker.drain();
        assert_eq!(count.get(), 0);
    }

    #[test]
    fn draining_wakes_everybody() {
        let ticker = Rc::new(Ticker::stopped());
        let counts: Vec<_> = (0..3).map(|_| Arc::new(Count::default())).collect();
        let deadlines: Vec<_> = counts
            .iter()
            .map(|count| {
                let deadline = Deadline::new(Rc::clone(&ticker));
                deadline.poll(&Context::from_waker(&Waker::from(Arc::clone(count))));
                deadline
            })
            .collect();
        assert!(!ticker.is_draining());
        ticker.drain();
        assert!(ticker.is_draining());
        assert!(counts.iter().all(|count| count.get() == 1));
        drop(deadlines);
    }

    #[test]
    fn the_date_is_an_http_date() {
        let ticker = Ticker::stopped();
        let date = ticker.date();
        let parsed = httpdate::parse_http_date(std::str::from_utf8(&date).unwrap()).unwrap();
        assert!(SystemTime::now().duration_since(parsed).unwrap() < Duration::from_secs(60));
    }
}
