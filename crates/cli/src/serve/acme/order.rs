//! One certificate, from the order to the chain.

use std::time::Duration;

use gateway::Challenges;
use instant_acme::{
    Account, AuthorizationHandle, AuthorizationStatus, ChallengeType, Error, Identifier, NewOrder, OrderStatus,
    RetryPolicy,
};
use model::DomainName;

use crate::settings::acme::ChallengeKind;

/// How an authority is asked again while it makes up its mind.
const PATIENCE: RetryPolicy =
    RetryPolicy::new().initial_delay(Duration::from_millis(250)).backoff(1.6).timeout(Duration::from_secs(80));

/// What was issued, both in PEM.
pub(super) struct Issued {
    pub(super) chain: String,
    pub(super) key: String,
}

/// Why nothing was issued.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failed {
    #[error("{}", told(.0))]
    Authority(#[from] Error),
    #[error("the authority offers none of the ways of proof that the settings allow")]
    NoWay,
    #[error("the authority could not check {way} for the name: {reason}")]
    Unproved { way: &'static str, reason: String },
    #[error("the authority ended the order as {0:?}")]
    Ended(OrderStatus),
    #[error("the proof could not be made: {0}")]
    Proof(#[from] std::io::Error),
}

/// What an authority or the way to it said, with its causes.
pub(super) fn told(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        let more = next.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = next.source();
    }
    text
}

/// An order for one name.
pub(super) struct Order<'a> {
    pub(super) account: &'a Account,
    pub(super) domain: &'a DomainName,
    pub(super) challenges: &'a Challenges,
    /// The ways to prove the name, the preferred one first.
    pub(super) kinds: Vec<ChallengeKind>,
}

impl Order<'_> {
    /// Orders, proves and takes the certificate. The proof stands until [`Challenges::forget`].
    pub(super) async fn place(&self) -> Result<Issued, Failed> {
        let names = [Identifier::Dns(self.domain.to_string())];
        let mut order = self.account.new_order(&NewOrder::new(&names)).await?;
        let mut authorizations = order.authorizations();
        while let Some(authorization) = authorizations.next().await {
            self.prove(authorization?).await?;
        }
        let failed = match order.poll_ready(&PATIENCE).await {
            Ok(OrderStatus::Ready | OrderStatus::Valid) => None,
            Ok(status) => Some(Failed::Ended(status)),
            // What the authority says of the order; of a proof it may say more.
            Err(error) => Some(Failed::Authority(error)),
        };
        if let Some(failed) = failed {
            return Err(unproved(&mut order).await.unwrap_or(failed));
        }
        let key = order.finalize().await?;
        let chain = order.poll_certificate(&PATIENCE).await?;
        Ok(Issued { chain, key })
    }

    async fn prove(&self, mut authorization: AuthorizationHandle<'_>) -> Result<(), Failed> {
        if authorization.status == AuthorizationStatus::Valid {
            return Ok(());
        }
        let offered =
            |kind: &&ChallengeKind| authorization.challenges.iter().any(|challenge| challenge.r#type == word(**kind));
        let kind = *self.kinds.iter().find(offered).ok_or(Failed::NoWay)?;
        let mut challenge = authorization.challenge(word(kind)).ok_or(Failed::NoWay)?;
        let authorization = challenge.key_authorization();
        match kind {
            ChallengeKind::Http01 => {
                self.challenges.prove_by_call(self.domain.as_str(), &challenge.token, authorization.as_str());
            }
            ChallengeKind::TlsAlpn01 => {
                let digest = authorization.digest();
                let digest = <&[u8; 32]>::try_from(digest.as_ref()).map_err(std::io::Error::other)?;
                let config = net::tls::challenge(self.domain.as_str(), digest)?;
                self.challenges.prove_by_handshake(self.domain.as_str(), &config);
            }
        }
        challenge.set_ready().await?;
        Ok(())
    }
}

/// What the authority found wrong with the proof, if it was that.
async fn unproved(order: &mut instant_acme::Order) -> Option<Failed> {
    let mut authorizations = order.authorizations();
    while let Some(Ok(mut authorization)) = authorizations.next().await {
        if let Ok(state) = authorization.refresh().await
            && let Some((challenge, problem)) = state
                .challenges
                .iter()
                .find_map(|challenge| challenge.error.as_ref().map(|problem| (challenge, problem)))
        {
            let way = if challenge.r#type == ChallengeType::Http01 { "http-01" } else { "tls-alpn-01" };
            return Some(Failed::Unproved { way, reason: problem.to_string() });
        }
    }
    None
}

fn word(kind: ChallengeKind) -> ChallengeType {
    match kind {
        ChallengeKind::Http01 => ChallengeType::Http01,
        ChallengeKind::TlsAlpn01 => ChallengeType::TlsAlpn01,
    }
}
