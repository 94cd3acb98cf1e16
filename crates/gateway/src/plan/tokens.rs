//! What the tokens of calls are held against.

use std::sync::Arc;

use model::{Oauth, TokenLocation, TokenRules};
use sign::token::{Demands, Keys};

use crate::issuers::{Issuer, Issuers};

/// The tokens that a business API is called with.
#[derive(Debug)]
pub enum TokenPlan {
    /// The release holds no such authorization API.
    Unrelated,
    /// The release holds the API, and it gives no tokens; or its issuer is not among those that the settings name.
    Unconfigured,
    /// Tokens are held against these keys.
    Held {
        /// The keys.
        keys: KeySource,
        /// What tokens must say.
        demands: Demands,
        /// Where callers put their token.
        location: TokenLocation,
        /// Where they are sent to log in.
        login: Option<Box<str>>,
    },
}

/// Where keys are.
#[derive(Debug)]
pub enum KeySource {
    /// In the definition of the authorization API.
    Written(Keys),
    /// At an issuer, which replaces them when it likes.
    Issuer(Arc<Issuer>),
}

impl TokenPlan {
    /// What an authorization API with this part gives.
    pub fn new(part: Option<&Oauth>, issuers: &Issuers) -> Self {
        let Some(Oauth::Authorization(rules)) = part else { return Self::Unconfigured };
        let Some(keys) = source(rules, issuers) else { return Self::Unconfigured };
        let pool = rules.pool.as_ref();
        Self::Held {
            keys,
            demands: Demands {
                issuer: rules.issuer().map(Into::into),
                audience: pool.filter(|pool| pool.is_restricted).map(|pool| pool.application.as_str().into()),
                age: pool.map(|pool| pool.token_age),
            },
            location: rules.location,
            login: rules.login.as_ref().map(|login| login.as_str().into()),
        }
    }
}

fn source(rules: &TokenRules, issuers: &Issuers) -> Option<KeySource> {
    match rules.issuer() {
        Some(address) => issuers
            .iter()
            .find(|issuer| issuer.address() == address)
            .map(|issuer| KeySource::Issuer(Arc::clone(issuer))),
        // The rules of the configuration do not let an unfit key happen.
        None => Keys::new(rules.public_key.as_str()).ok().map(KeySource::Written),
    }
}
