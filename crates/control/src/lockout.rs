//! Whoever guesses passwords must wait longer after each wrong guess.
//!
//! Wrong guesses are counted for each name and for each address. After a few free ones each further one doubles the
//! time in which nobody is let in under that name, or from that address. Who has not guessed wrongly for a while is
//! forgotten. The memory is bounded: a crowd of names pushes out those that have waited longest.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;

use model::Timestamp;

/// Wrong guesses that cost nothing, for a name and for an address (behind which there may be many people).
const FREE: (u32, u32) = (5, 20);
/// The first wait, and the longest, in milliseconds.
const WAITS: (i64, i64) = (10_000, 900_000);
/// How long a wrong guess is remembered, in milliseconds.
const MEMORY: i64 = 3_600_000;
/// How many names, and how many addresses, are remembered.
const MOST: usize = 4096;

/// The wrong guesses of late.
#[derive(Debug, Default)]
pub(crate) struct Lockout {
    names: HashMap<String, Guesses>,
    addresses: HashMap<IpAddr, Guesses>,
}

/// The wrong guesses of one name or address.
#[derive(Debug, Clone, Copy, Default)]
struct Guesses {
    count: u32,
    last: i64,
    locked_until: i64,
}

impl Lockout {
    /// Counts a guess before it is looked at, so that many at a time count as many.
    ///
    /// # Errors
    /// The seconds to wait, when it must not be looked at; such a guess does not count.
    pub(crate) fn begin(&mut self, name: &str, from: IpAddr, now: Timestamp) -> Result<(), u64> {
        let now = now.millis();
        let wait = wait(&self.names, name, now).max(wait(&self.addresses, &from, now));
        if wait > 0 {
            return Err(wait.unsigned_abs().div_ceil(1000));
        }
        count(&mut self.names, name.to_owned(), FREE.0, now);
        count(&mut self.addresses, from, FREE.1, now);
        Ok(())
    }

    /// The guess was right: the name starts anew, and the address gets the guess back.
    pub(crate) fn was_right(&mut self, name: &str, from: IpAddr) {
        self.names.remove(name);
        if let Some(guesses) = self.addresses.get_mut(&from) {
            guesses.count = guesses.count.saturating_sub(1);
            guesses.locked_until = 0;
        }
    }
}

fn wait<K, Q>(table: &HashMap<K, Guesses>, key: &Q, now: i64) -> i64
where
    K: Hash + Eq + std::borrow::Borrow<Q>,
    Q: Hash + Eq + ?Sized,
{
    table.get(key).map_or(0, |guesses| guesses.locked_until.saturating_sub(now).max(0))
}

fn count<K: Hash + Eq + Clone>(table: &mut HashMap<K, Guesses>, key: K, free: u32, now: i64) {
    if table.len() >= MOST && !table.contains_key(&key) {
        table.retain(|_, guesses| now.saturating_sub(guesses.last) < MEMORY);
        if table.len() >= MOST
            && let Some(oldest) = table.iter().min_by_key(|(_, guesses)| guesses.last).map(|(key, _)| key.clone())
        {
            table.remove(&oldest);
        }
    }
    let guesses = table.entry(key).or_default();
    if now.saturating_sub(guesses.last) >= MEMORY {
        *guesses = Guesses::default();
    }
    guesses.count = guesses.count.saturating_add(1);
    guesses.last = now;
    if guesses.count >= free {
        let doublings = (guesses.count - free).min(16);
        guesses.locked_until = now.saturating_add((WAITS.0 << doublings).min(WAITS.1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000 + millis)
    }

    #[test]
    fn after_five_wrong_guesses_a_name_waits_twice_as_long_each_time() {
        let mut lockout = Lockout::default();
        for _ in 0..5 {
            assert_eq!(lockout.begin("ann", HERE, at(0)), Ok(()));
        }
        assert_eq!(lockout.begin("ann", HERE, at(0)), Err(10));
        assert_eq!(lockout.begin("bob", HERE, at(0)), Ok(()), "another name is not concerned");
        assert_eq!(lockout.begin("ann", HERE, at(9_001)), Err(1));
        assert_eq!(lockout.begin("ann", HERE, at(10_000)), Ok(()));
        assert_eq!(lockout.begin("ann", HERE, at(10_000)), Err(20));
        assert_eq!(lockout.begin("ann", HERE, at(30_000 + 3_600_000)), Ok(()), "an hour later all is forgotten");
        assert_eq!(lockout.begin("ann", HERE, at(30_000 + 3_600_000)), Ok(()));
    }

    #[test]
    fn who_guesses_many_names_waits_too() {
        let mut lockout = Lockout::default();
        for number in 0..20 {
            assert_eq!(lockout.begin(&number.to_string(), HERE, at(0)), Ok(()));
        }
        assert_eq!(lockout.begin("ann", HERE, at(0)), Err(10));
        assert_eq!(lockout.begin("ann", "10.0.0.1".parse().unwrap(), at(0)), Ok(()));
    }

    #[test]
    fn a_right_guess_makes_good() {
        let mut lockout = Lockout::default();
        for _ in 0..100 {
            assert_eq!(lockout.begin("ann", HERE, at(0)), Ok(()));
            lockout.was_right("ann", HERE);
        }
    }

    #[test]
    fn a_crowd_of_names_takes_bounded_memory() {
        let mut lockout = Lockout::default();
        for number in 0..MOST + 100 {
            let from = IpAddr::from(u32::try_from(number).unwrap().to_be_bytes());
            lockout.begin(&number.to_string(), from, at(i64::try_from(number).unwrap())).unwrap();
        }
        assert_eq!((lockout.names.len(), lockout.addresses.len()), (MOST, MOST));
        assert!(!lockout.names.contains_key("0"));
    }
}
