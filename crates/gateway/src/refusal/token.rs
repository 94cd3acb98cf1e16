use super::Refusal;

/// Why a call has no token that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenRefusal {
    /// The release holds no authorization API for the API.
    Unrelated,
    /// The API that should give tokens does not.
    Unconfigured,
    /// The keys of the issuer are not known: it was never reached.
    Unreachable,
    /// No `Authorization` header.
    HeaderMissing,
    /// More than one `Authorization` header.
    HeaderRepeated,
    /// The `Authorization` header is of another scheme.
    Format,
    /// The `Authorization` header is there, and its token is not.
    TokenMissing,
    /// There is no cookie with a token.
    CookieMissing,
    /// The token has expired, or no key signed for it.
    Invalid,
    /// The caller is sent there to log in.
    LoginNeeded(Box<str>),
}

impl TokenRefusal {
    /// The place of its name among those of refusals of tokens.
    pub(super) fn index(&self) -> usize {
        match self {
            Self::Unrelated => 0,
            Self::HeaderMissing | Self::TokenMissing | Self::CookieMissing => 1,
            Self::HeaderRepeated | Self::Format => 2,
            Self::Invalid => 3,
            Self::LoginNeeded(_) => 4,
            Self::Unconfigured | Self::Unreachable => 5,
        }
    }
}

impl From<TokenRefusal> for Refusal {
    fn from(refusal: TokenRefusal) -> Self {
        Self::Token(refusal)
    }
}
