//! What the tokens of calls are held against.

use model::{Oauth, TokenLocation};
use sign::token::Keys;

/// The tokens that a business API is called with.
#[derive(Debug)]
pub enum TokenPlan {
    /// The release holds no such authorization API.
    Unrelated,
    /// The release holds the API, and it gives no tokens.
    Unconfigured,
    /// Tokens are held against these keys.
    Held {
        /// The keys.
        keys: Keys,
        /// Where callers put their token.
        location: TokenLocation,
        /// Where they are sent to log in.
        login: Option<Box<str>>,
    },
}

impl TokenPlan {
    /// What an authorization API with this part gives.
    pub fn new(part: Option<&Oauth>) -> Self {
        let Some(Oauth::Authorization(rules)) = part else { return Self::Unconfigured };
        match Keys::new(rules.public_key.as_str()) {
            Ok(keys) => Self::Held {
                keys,
                location: rules.location,
                login: rules.login.as_ref().map(|login| login.as_str().into()),
            },
            // The rules of the configuration do not let it happen.
            Err(_) => Self::Unconfigured,
        }
    }
}
