//! Where answers are kept: one store for all, of bounded size.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use moka::Expiry;
use moka::sync::Cache;
use net::Request;

use super::key::Key;
use crate::limit::Micros;

/// What an entry takes beside its texts, in bytes: about.
const FRAME: usize = 256;

/// Answers, by what was asked. What is asked for least goes when there is no room for more.
pub struct AnswerStore {
    entries: Cache<Key, Entry>,
    longest: usize,
    capacity: u64,
    /// Bytes that were put in since it was last made sure that there are not too many.
    unsettled: AtomicU64,
}

/// What is kept for a question.
#[derive(Clone)]
struct Entry {
    what: What,
    fresh: Duration,
}

#[derive(Clone)]
enum What {
    /// The answer.
    Answer(Arc<Kept>),
    /// The headers that answers vary with: with their values it is another question.
    Varies(Arc<[Box<str>]>),
}

/// An answer of a backend, as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// Its status.
    pub status: u16,
    /// Its reason phrase.
    pub reason: Box<[u8]>,
    /// Its header lines, each with its CRLF, without those of the connection.
    pub lines: Box<[u8]>,
    /// What its head said of the length of the body; of an answer to HEAD, which has none, too.
    pub length: Option<u64>,
    /// Its body.
    pub body: Box<[u8]>,
}

/// An answer that is kept.
#[derive(Debug)]
pub struct Kept {
    /// The answer.
    pub whole: Whole,
    /// How old it was when it came, in seconds.
    age: u64,
    fresh: Duration,
    came: Micros,
}

impl AnswerStore {
    /// Keeps at most about `capacity` bytes, and no body of more than `longest`.
    pub fn new(capacity: u64, longest: usize) -> Self {
        let entries = Cache::builder()
            .max_capacity(capacity)
            .weigher(|_, entry: &Entry| u32::try_from(entry.weight()).unwrap_or(u32::MAX))
            .expire_after(ByEntry)
            .build();
        let longest = longest.min(usize::try_from(capacity).unwrap_or(usize::MAX));
        Self { entries, longest, capacity, unsettled: AtomicU64::new(0) }
    }

    /// The longest body that is kept, in bytes.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// What answers a question.
    pub(super) fn find(&self, key: &Key, request: &Request) -> Option<Arc<Kept>> {
        match self.entries.get(key)?.what {
            What::Answer(kept) => Some(kept),
            What::Varies(names) => match self.entries.get(&key.varied(&names, request))?.what {
                What::Answer(kept) => Some(kept),
                What::Varies(_) => None,
            },
        }
    }

    pub(super) fn put(&self, key: Key, kept: Kept) {
        let fresh = kept.fresh;
        self.insert(key, Entry { what: What::Answer(Arc::new(kept)), fresh });
    }

    pub(super) fn put_names(&self, key: Key, names: Box<[Box<str>]>, fresh: Duration) {
        self.insert(key, Entry { what: What::Varies(names.into()), fresh });
    }

    fn insert(&self, key: Key, entry: Entry) {
        let weight = entry.weight() as u64;
        if self.capacity == 0 {
            return;
        }
        self.entries.insert(key, entry);
        // The cache makes room in its own time: after some hundred entries, however large they are.
        if self.unsettled.fetch_add(weight, Relaxed) + weight > self.capacity / 8 {
            self.unsettled.store(0, Relaxed);
            self.entries.run_pending_tasks();
        }
    }
}

impl fmt::Debug for AnswerStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerStore").field("capacity", &self.capacity).finish_non_exhaustive()
    }
}

impl Entry {
    /// In bytes.
    fn weight(&self) -> usize {
        FRAME
            + match &self.what {
                What::Answer(kept) => kept.whole.lines.len() + kept.whole.body.len() + kept.whole.reason.len(),
                What::Varies(names) => names.iter().map(|name| name.len() + 16).sum(),
            }
    }
}

impl Whole {
    /// Its headers: the name as sent, the value.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.lines.split(|byte| *byte == b'\n').filter_map(|line| {
            let (name, value) = line.split_at(line.iter().position(|byte| *byte == b':')?);
            Some((std::str::from_utf8(name).ok()?, value.get(1..).unwrap_or_default().trim_ascii()))
        })
    }
}

impl Kept {
    /// An answer that came now, is so old already, and is good for so long from now on.
    pub(super) fn new(whole: Whole, age: u64, fresh: Duration, came: Micros) -> Self {
        Self { whole, age, fresh, came }
    }

    /// How old it is now, in seconds.
    pub fn age(&self, now: Micros) -> u64 {
        self.age.saturating_add(self.since(now).as_secs())
    }

    /// How long it is still good, in seconds.
    pub(super) fn left(&self, now: Micros) -> u64 {
        self.fresh.saturating_sub(self.since(now)).as_secs()
    }

    fn since(&self, now: Micros) -> Duration {
        Duration::from_micros(now.0.saturating_sub(self.came.0))
    }
}

/// Each entry says how long it is kept.
struct ByEntry;

impl Expiry<Key, Entry> for ByEntry {
    fn expire_after_create(&self, _: &Key, entry: &Entry, _: Instant) -> Option<Duration> {
        Some(entry.fresh)
    }

    fn expire_after_update(&self, _: &Key, entry: &Entry, _: Instant, _: Option<Duration>) -> Option<Duration> {
        Some(entry.fresh)
    }
}

#[cfg(test)]
mod tests {
    use net::Limits;

    use super::*;

    fn request(lines: &str) -> Request {
        let head = format!("GET / HTTP/1.1\r\nHost: h\r\n{lines}\r\n");
        Request::parse(head.as_bytes(), &Limits::default()).unwrap().unwrap().0
    }

    fn whole(body: &str) -> Whole {
        let (reason, lines) = ((*b"OK").into(), (*b"X-A:1\r\nX-B: 2 \r\n").into());
        Whole { status: 200, reason, lines, length: None, body: body.as_bytes().into() }
    }

    fn kept(body: &str, age: u64, fresh_s: u64) -> Kept {
        Kept::new(whole(body), age, Duration::from_secs(fresh_s), Micros(5_000_000))
    }

    #[test]
    fn an_answer_ages_and_ends() {
        let kept = kept("x", 7, 10);
        assert_eq!((kept.age(Micros(5_000_000)), kept.left(Micros(5_000_000))), (7, 10));
        assert_eq!((kept.age(Micros(8_900_000)), kept.left(Micros(8_900_000))), (10, 6));
        assert_eq!((kept.age(Micros(99_000_000)), kept.left(Micros(99_000_000))), (101, 0));
    }

    #[test]
    fn an_answer_that_varies_is_found_by_what_it_varies_with() {
        let store = AnswerStore::new(1 << 20, 1 << 10);
        let key = Key::of(b"question");
        let names: Box<[Box<str>]> = [Box::from("accept"), Box::from("x-a")].into();
        let asks = request("Accept: a\r\n");
        store.put_names(key, names.clone(), Duration::from_secs(60));
        store.put(key.varied(&names, &asks), kept("a", 0, 60));
        assert_eq!(&*store.find(&key, &asks).unwrap().whole.body, b"a");
        for other in ["", "Accept: b\r\n", "Accept: a\r\nX-A: \r\n", "Accept: a\r\nAccept: a\r\n"] {
            assert!(store.find(&key, &request(other)).is_none(), "{other}");
        }
        assert!(store.find(&Key::of(b"another"), &asks).is_none());
    }

    #[test]
    fn a_store_without_room_keeps_nothing() {
        let store = AnswerStore::new(0, 1 << 10);
        store.put(Key::of(b"question"), kept("a", 0, 60));
        assert!(store.find(&Key::of(b"question"), &request("")).is_none());
        assert_eq!(store.longest(), 0);
    }

    #[test]
    fn what_is_kept_has_a_bound() {
        let store = AnswerStore::new(16 << 10, 16 << 10);
        for number in 0..200_u32 {
            store.put(Key::of(&number.to_le_bytes()), kept(&"x".repeat(1024), 0, 60));
        }
        store.entries.run_pending_tasks();
        assert!(store.entries.weighted_size() <= 16 << 10);
    }

    #[test]
    fn headers_are_read_from_their_lines() {
        let whole = whole("");
        assert_eq!(whole.headers().collect::<Vec<_>>(), [("X-A", &b"1"[..]), ("X-B", &b"2"[..])]);
    }
}
