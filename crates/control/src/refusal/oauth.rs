use model::{ApiId, UserPool};

use super::list;

/// Why an API could not get its part in OAuth 2.0, or lose it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OauthRefusal {
    /// Authentication and part do not go together.
    #[error("an API has a part in OAuth 2.0 where its authentication is OAuth, and nowhere else")]
    PartMismatch,
    /// The public key cannot be used.
    #[error("the public key {0}")]
    UnfitKeys(#[from] sign::token::UnfitKeys),
    /// The address stands for an issuer that the settings do not name.
    #[error("the settings name no issuer `{}`", .0.escape_debug())]
    UnknownIssuer(String),
    /// The API that should give the tokens is not there, or is no authorization API.
    #[error("there is no authorization API `{0}` in the service")]
    AuthorizationNotFound(ApiId),
    /// Nothing of that name gives tokens.
    #[error("there is no authorization API `{}` in the document or the service", .0.escape_debug())]
    NobodyGives(String),
    /// A pool's tokens cannot be taken for that long.
    #[error("tokens of a pool are taken for {0} s; 1 to {longest} are allowed", longest = UserPool::LONGEST_AGE)]
    TokenAge(u32),
    /// Other APIs are called with the tokens of this one.
    #[error("API {} is called with the tokens of API `{api}`; give it another authentication first", list(business))]
    InUse {
        /// The authorization API.
        api: ApiId,
        /// The business APIs; never empty.
        business: Vec<ApiId>,
    },
}
