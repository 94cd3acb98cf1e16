//! Sessions: people who have logged in with a name and a password.
//!
//! A session is kept in memory alone, under a digest of its token: a restart ends all of them, and nothing that is
//! stored or dumped lets anybody in. It ends when it rests too long, when it is too old, when its operator logs out,
//! is disabled or deleted, or gets another password.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::{Operator, OperatorId, Timestamp};
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

use crate::lockout::Lockout;
use crate::{Control, Refusal, mint, password};

/// Passwords that are hashed at a time: each takes 19 MiB and a core for a while.
const HASHING: usize = 2;

/// How long sessions last and how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// Seconds that a session may rest.
    pub idle: u32,
    /// Seconds that a session lasts at most.
    pub absolute: u32,
    /// Sessions of one operator; a further one ends the one that has rested longest.
    pub per_operator: usize,
    /// Sessions in all, likewise.
    pub total: usize,
}

impl Default for SessionLimits {
    /// 30 minutes, 12 hours, 20 sessions of one operator, 2,000 in all.
    fn default() -> Self {
        Self { idle: 1800, absolute: 43_200, per_operator: 20, total: 2000 }
    }
}

/// A session as its operator may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Names it in a list; lets nobody in.
    pub id: String,
    /// Whose it is.
    pub operator: OperatorId,
    /// What a page of ours must send with each change, and another site's page cannot know.
    pub csrf: String,
    /// When it began.
    pub created: Timestamp,
    /// When it was last used.
    pub used: Timestamp,
    /// When it ends at the latest.
    pub expires: Timestamp,
    /// Where it was begun from.
    pub address: IpAddr,
    /// What the browser called itself, at most 200 bytes.
    pub agent: String,
}

/// A fresh session with the token that opens it.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// 43 signs of base64url. Whoever has it is the operator.
    pub token: String,
    /// The session.
    pub session: Session,
}

/// Why nobody was logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginRefusal {
    /// The name or the password is wrong, or the operator is disabled: which of it, nobody is told.
    Wrong,
    /// Too many wrong guesses: seconds to wait.
    Locked(u64),
    /// Something else; see the refusal.
    Refused(Refusal),
}

impl From<Refusal> for LoginRefusal {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// All sessions of this process.
pub struct Sessions {
    control: Arc<Control>,
    limits: SessionLimits,
    table: Mutex<HashMap<Digest, Kept>>,
    lockout: Mutex<Lockout>,
    hashing: Semaphore,
}

type Digest = [u8; 32];

struct Kept {
    session: Session,
    /// The hash of the password that opened it.
    password_hash: String,
}

impl Sessions {
    /// No sessions yet.
    pub fn new(control: Arc<Control>, limits: SessionLimits) -> Self {
        Self { control, limits, table: Mutex::default(), lockout: Mutex::default(), hashing: Semaphore::new(HASHING) }
    }

    /// How long sessions last.
    pub fn limits(&self) -> &SessionLimits {
        &self.limits
    }

    /// Begins a session.
    ///
    /// # Errors
    /// [`LoginRefusal`].
    pub async fn log_in(
        &self,
        name: &str,
        password: &str,
        address: IpAddr,
        agent: &str,
    ) -> Result<Ticket, LoginRefusal> {
        let operator = self.recognise(name, password, address).await?;
        let token = mint::token()?;
        let now = self.control.now();
        let session = Session {
            id: mint::token()?.chars().take(16).collect(),
            operator: operator.id.clone(),
            csrf: mint::token()?,
            created: now,
            used: now,
            expires: later(now, self.limits.absolute),
            address,
            agent: agent.chars().take(200).collect(),
        };
        let kept = Kept { session: session.clone(), password_hash: operator.password_hash.clone() };
        let mut table = self.table();
        self.make_room(&mut table, &operator.id, now);
        table.insert(digest(&token), kept);
        Ok(Ticket { token, session })
    }

    /// The session that `token` opens, with its operator; using it keeps it from resting.
    pub fn find(&self, token: &str) -> Option<(Session, Arc<Operator>)> {
        let now = self.control.now();
        let key = digest(token);
        let mut table = self.table();
        let kept = table.get_mut(&key)?;
        let Some(operator) = self.still_welcome(kept, now) else {
            table.remove(&key);
            return None;
        };
        kept.session.used = now;
        Some((kept.session.clone(), operator))
    }

    /// The sessions of an operator, the one used last first.
    pub fn of(&self, operator: &OperatorId) -> Vec<Session> {
        let now = self.control.now();
        let mut table = self.table();
        table.retain(|_, kept| self.still_welcome(kept, now).is_some());
        let mut sessions: Vec<Session> =
            table.values().map(|kept| &kept.session).filter(|session| session.operator == *operator).cloned().collect();
        sessions.sort_by(|a, b| (b.used, &b.id).cmp(&(a.used, &a.id)));
        sessions
    }

    /// Ends a session of an operator; false when the operator has none of that name.
    pub fn end(&self, operator: &OperatorId, id: &str) -> bool {
        let mut table = self.table();
        let before = table.len();
        table.retain(|_, kept| kept.session.operator != *operator || kept.session.id != id);
        table.len() < before
    }

    /// Gives an operator another password, who proves to be it with the one it has. All its sessions end but `keep`.
    ///
    /// # Errors
    /// [`LoginRefusal::Wrong`] for a wrong password; that of [`Control::set_password`].
    pub async fn change_password(
        &self,
        actor: &crate::Actor,
        current: &str,
        new: &str,
        address: IpAddr,
        keep: Option<&str>,
    ) -> Result<(), LoginRefusal> {
        let operator = self.recognise(&actor.name, current, address).await?;
        if operator.id != actor.operator {
            return Err(LoginRefusal::Wrong);
        }
        let changed = self.control.set_own_password(actor, new).await?;
        if let Some(kept) = self.table().values_mut().find(|kept| Some(kept.session.id.as_str()) == keep) {
            kept.password_hash.clone_from(&changed.password_hash);
        }
        Ok(())
    }

    /// The operator of this name and password.
    async fn recognise(&self, name: &str, password: &str, address: IpAddr) -> Result<Arc<Operator>, LoginRefusal> {
        // No operator has a longer name, and a longer one is not worth remembering.
        let name: String = name.chars().take(model::Name::MAX + 1).collect();
        self.lockout().begin(&name, address, self.control.now()).map_err(LoginRefusal::Locked)?;
        let snapshot = self.control.snapshot();
        let operator = snapshot.operators.values().find(|operator| operator.name.as_str() == name).cloned();
        let hash = operator.as_ref().map(|operator| operator.password_hash.clone());
        let password = password.to_owned();
        let _seat = self.hashing.acquire().await.map_err(|closed| Refusal::Store(closed.to_string()))?;
        let look = move || match hash {
            Some(hash) => password::verify_password(&password, &hash),
            None => {
                password::pretend(&password);
                false
            }
        };
        let fits = tokio::task::spawn_blocking(look)
            .await
            .map_err(|fault| Refusal::Store(format!("the password could not be looked at: {fault}")))?;
        match operator.filter(|operator| fits && operator.enabled) {
            Some(operator) => {
                self.lockout().was_right(&name, address);
                Ok(operator)
            }
            None => {
                tracing::warn!(%address, "a login was refused: wrong name or password");
                Err(LoginRefusal::Wrong)
            }
        }
    }

    /// The operator of a session that has not ended.
    fn still_welcome(&self, kept: &Kept, now: Timestamp) -> Option<Arc<Operator>> {
        let session = &kept.session;
        if now >= session.expires || now >= later(session.used, self.limits.idle) {
            return None;
        }
        let snapshot = self.control.snapshot();
        let operator = snapshot.operators.get(&session.operator)?;
        (operator.enabled && operator.password_hash == kept.password_hash).then(|| Arc::clone(operator))
    }

    /// Ends sessions until another one of `operator` fits.
    fn make_room(&self, table: &mut HashMap<Digest, Kept>, operator: &OperatorId, now: Timestamp) {
        let own = |kept: &Kept| kept.session.operator == *operator;
        if table.values().filter(|kept| own(kept)).count() >= self.limits.per_operator {
            drop_oldest(table, own);
        }
        if table.len() >= self.limits.total {
            table.retain(|_, kept| self.still_welcome(kept, now).is_some());
        }
        if table.len() >= self.limits.total {
            drop_oldest(table, |_| true);
        }
    }

    fn table(&self) -> MutexGuard<'_, HashMap<Digest, Kept>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lockout(&self) -> MutexGuard<'_, Lockout> {
        self.lockout.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn drop_oldest(table: &mut HashMap<Digest, Kept>, among: impl Fn(&Kept) -> bool) {
    let oldest = table.iter().filter(|(_, kept)| among(kept)).min_by_key(|(_, kept)| kept.session.used);
    if let Some(key) = oldest.map(|(key, _)| *key) {
        table.remove(&key);
    }
}

fn digest(token: &str) -> Digest {
    Sha256::digest(token.as_bytes()).into()
}

fn later(time: Timestamp, seconds: u32) -> Timestamp {
    Timestamp::from_millis(time.millis().saturating_add(i64::from(seconds) * 1000))
}

#[cfg(test)]
mod tests;
