//! Certificates over ACME: the authority is asked for what is due, and what became of it is kept (RFC 8555).
//!
//! What is due follows from the configuration alone (`control::Issuance`), so nothing is forgotten by a restart: neither
//! the pause after a failure nor the account. What could not be kept is paused after all the same (`held`). Reading
//! order: this file, then `order` for one certificate.

mod held;
mod order;

use std::sync::Arc;
use std::time::{Duration, Instant};

use control::{Control, Issuance, Refusal};
use gateway::Challenges;
use instant_acme::{Account, AccountBuilder, Key};
use model::{Secret, Snapshot, Timestamp};
use rustls::pki_types::PrivateKeyDer;
use store::Store;
use tokio::task::{JoinHandle, JoinSet};

use crate::settings::acme::ChallengeKind;
use crate::settings::{AcmeSettings, Settings};
use held::Held;
use order::Order;

/// Orders that are under way at the same time.
const AT_ONCE: usize = 4;

/// How long an order may take.
const ORDER_TIMEOUT: Duration = Duration::from_secs(180);

/// The longest pause after a failure.
const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 3600);

/// The longest sleep: the clock of a machine that slept is looked at again.
const LONGEST_SLEEP: Duration = Duration::from_secs(3600);

/// Asks the authority that the settings name for certificates, now and whenever one is due.
pub(super) fn start(
    control: &Arc<Control>,
    store: &Store,
    settings: &Settings,
    challenges: &Challenges,
) -> JoinHandle<()> {
    let mut changes = store.subscribe();
    let Some(directory) = settings.acme.acme_directory.as_ref().map(|directory| directory.0.clone()) else {
        let control = Arc::clone(control);
        return tokio::spawn(async move { forget(&control).await });
    };
    let agent = Arc::new(Agent {
        control: Arc::clone(control),
        challenges: challenges.clone(),
        settings: settings.acme.clone(),
        directory,
        account: tokio::sync::OnceCell::new(),
        held: Held::default(),
    });
    tokio::spawn(async move {
        loop {
            let snapshot = changes.borrow_and_update().clone();
            forget(&agent.control).await;
            agent.run(&snapshot).await;
            let pause = agent.until_next(&changes.borrow().clone());
            tokio::select! {
                changed = changes.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(pause) => {}
            }
        }
    })
}

async fn forget(control: &Control) {
    if let Err(error) = control.forget_unasked().await {
        tracing::warn!(%error, "certificates that no domain asks for any more could not be let go");
    }
}

fn now() -> Timestamp {
    control::Clock::now(&control::SystemClock)
}

/// Who speaks to the authority.
struct Agent {
    control: Arc<Control>,
    challenges: Challenges,
    settings: AcmeSettings,
    directory: String,
    account: tokio::sync::OnceCell<Account>,
    held: Held,
}

impl Agent {
    /// How long nothing is to be ordered.
    fn until_next(&self, snapshot: &Snapshot) -> Duration {
        let waits = Issuance::all(snapshot).map(|issuance| self.wait(&issuance));
        waits.min().unwrap_or(LONGEST_SLEEP).min(LONGEST_SLEEP)
    }

    /// How long a certificate is not to be ordered: until it is due, and its domain is not held back any more.
    fn wait(&self, issuance: &Issuance) -> Duration {
        let due = u64::try_from(issuance.due().millis().saturating_sub(now().millis())).unwrap_or(0);
        Duration::from_millis(due).max(self.held.left(&issuance.domain, Instant::now()))
    }

    /// Orders everything that is due, a few at a time.
    async fn run(self: &Arc<Self>, snapshot: &Snapshot) {
        let all: Vec<Issuance> = Issuance::all(snapshot).collect();
        self.held.forget_others(|domain| all.iter().any(|issuance| issuance.domain == *domain));
        let mut running = JoinSet::new();
        for issuance in all.into_iter().filter(|issuance| self.wait(issuance).is_zero()) {
            if running.len() == AT_ONCE {
                running.join_next().await;
            }
            let agent = Arc::clone(self);
            running.spawn(async move { agent.issue(&issuance).await });
        }
        while running.join_next().await.is_some() {}
    }

    /// One attempt at a domain's certificate.
    async fn issue(&self, issuance: &Issuance) {
        let domain = &issuance.domain;
        let attempt = self.held.attempt(domain, |attempts| self.pause(attempts));
        let ordered = tokio::time::timeout(ORDER_TIMEOUT, self.order(issuance)).await;
        self.challenges.forget(domain.as_str());
        let outcome = match ordered {
            Ok(Ok(certificate)) => self
                .control
                .keep_issued(domain, &certificate.chain, &certificate.key)
                .await
                .map_err(|refusal| refusal.to_string()),
            Ok(Err(reason)) => Err(reason),
            Err(_) => Err(format!("the authority took longer than {} s", ORDER_TIMEOUT.as_secs())),
        };
        match outcome {
            Ok(certificate) => {
                attempt.kept();
                tracing::info!(%domain, id = %certificate.id, until = certificate.not_after.seconds(), "certificate issued");
            }
            Err(reason) => self.fail(issuance, &reason).await,
        }
    }

    async fn order(&self, issuance: &Issuance) -> Result<order::Issued, String> {
        let account = self.account.get_or_try_init(|| self.sign_in()).await?;
        let tried = issuance.failure.as_ref().map_or(0, |failure| failure.attempts as usize);
        let order = Order { account, domain: &issuance.domain, challenges: &self.challenges, kinds: self.kinds(tried) };
        order.place().await.map_err(|error| error.to_string())
    }

    /// The ways to prove a name, beginning with another one after each failure.
    fn kinds(&self, tried: usize) -> Vec<ChallengeKind> {
        let mut kinds = self.settings.acme_challenges.0.clone();
        let first = tried % kinds.len().max(1);
        kinds.rotate_left(first);
        kinds
    }

    /// The account of the key that is kept; the authority makes one for a key that it has not seen.
    async fn sign_in(&self) -> Result<Account, String> {
        let mend = |error: instant_acme::Error| format!("no account with the authority: {}", order::told(&error));
        let builder = self.builder().map_err(mend)?;
        let account = self.control.acme_account(&self.directory, fresh_key).await.map_err(|error| error.to_string())?;
        let key = sign::certificate::line::read(account.key.expose()).ok_or("the account's key cannot be read")?;
        let PrivateKeyDer::Pkcs8(key) = key else {
            return Err("the account's key is of another form".to_owned());
        };
        let pair = (Key::from_pkcs8_der(key.clone_key()).map_err(mend)?, PrivateKeyDer::Pkcs8(key));
        let (account, _) = builder.create_from_key(pair, self.directory.clone()).await.map_err(mend)?;
        if let Some(contact) = &self.settings.acme_contact {
            let contact = format!("mailto:{}", contact.0);
            account.update_contacts(&[&contact]).await.map_err(mend)?;
        }
        Ok(account)
    }

    fn builder(&self) -> Result<AccountBuilder, instant_acme::Error> {
        match &self.settings.acme_ca {
            Some(file) => Account::builder_with_root(&file.0),
            None => Account::builder(),
        }
    }

    async fn fail(&self, issuance: &Issuance, reason: &str) {
        let domain = &issuance.domain;
        let millis = |attempts| i64::try_from(self.pause(attempts).as_millis()).unwrap_or(i64::MAX);
        let noted = self.control.note_acme_failure(domain, reason, millis).await;
        match noted {
            Ok(failure) => {
                let next = failure.next.seconds();
                tracing::error!(%domain, reason, attempts = failure.attempts, next, "no certificate from the authority");
            }
            Err(Refusal::AcmeUnasked(_)) => {}
            Err(error) => tracing::error!(%domain, reason, %error, "no certificate, and that could not be kept"),
        }
    }

    /// How long to wait after so many failures in a row.
    fn pause(&self, attempts: u32) -> Duration {
        pause(self.settings.acme_retry.duration(), attempts)
    }
}

/// Twice as long each time, up to a day.
fn pause(first: Duration, attempts: u32) -> Duration {
    let doubled = first.saturating_mul(1_u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX));
    doubled.min(LONGEST_PAUSE)
}

fn fresh_key() -> Result<Secret, Refusal> {
    let made = Key::generate_pkcs8().map_err(|error| Refusal::Store(format!("no key could be made: {error}")))?;
    Ok(Secret::kept(sign::certificate::line::of_pkcs8(made.1.secret_pkcs8_der()).to_string())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_day() {
        let minute = Duration::from_secs(60);
        for (attempts, minutes) in [(1, 1), (2, 2), (5, 16)] {
            assert_eq!(pause(minute, attempts), minute * minutes, "{attempts}");
        }
        for many in [12, 33, 1000, u32::MAX] {
            assert_eq!(pause(minute, many), LONGEST_PAUSE, "{many}");
        }
    }
}
