//! Why a call was refused, in our own words, and how that looks to a caller.

use std::borrow::Cow;

use model::{Location, Scheme};

mod token;

pub mod tencent;

pub use token::TokenRefusal;

/// What went wrong with a call: a closed set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No service answers on this host name.
    UnknownHost,
    /// The path names no environment, and the environment that would be meant runs nothing.
    NoEnvironment,
    /// The path is under none of the domain's mappings.
    NoMapping,
    /// The domain sends calls over http to https.
    HttpsForced,
    /// The connection was made for another name, and this domain asks more of a connection.
    Misdirected,
    /// The environment runs no API at this path.
    NoApi,
    /// There is an API at this path, but not for this method.
    WrongMethod,
    /// A method that the gateway does not route.
    UnknownMethod,
    /// The path holds a broken escape or leads above the root, or a value would lead out of the backend's.
    BadPath,
    /// The service does not answer on this scheme.
    WrongScheme(Scheme),
    /// A browser on another site called an API that does not allow it.
    CrossOrigin,
    /// The call asks for another protocol.
    UpgradeNotServed,
    /// The API is a WebSocket, and the call lacks this header, without which none can begin.
    WebSocketHeaderMissing(&'static str),
    /// The API is a WebSocket, and the call does not ask for one.
    UpgradeExpected(Scheme),
    /// An IP strategy or a plugin does not let this address call.
    AddressRefused,
    /// No signature.
    SignatureMissing,
    /// More than one `Authorization` header, or a signed header that comes more than once.
    HeaderRepeated,
    /// The `Authorization` header is not of the signature's grammar.
    SignatureFormat,
    /// The `Authorization` header lacks a parameter.
    SignatureIncomplete,
    /// The `Authorization` header lacks the id or the signature.
    IdOrSignatureMissing,
    /// The signature names an algorithm that there is not.
    UnknownAlgorithm(String),
    /// A header that the signature covers is not there.
    SignedHeaderMissing(String),
    /// Neither `Date` nor `X-Date` is there.
    DateMissing,
    /// `X-Date` is no HTTP date.
    DateInvalid,
    /// `X-Date` is more than 15 minutes away from now.
    DateExpired,
    /// There is no such key, or it is disabled.
    UnknownKey,
    /// The key is in no plan that rules this API.
    KeyNotBound,
    /// No plan rules this API.
    NoPlan,
    /// The signature is not the one that the key gives.
    SignatureMismatch,
    /// There is such an application, and it is not bound to this API.
    ApplicationNotBound,
    /// The signature is not the one that the application's pair gives over this string, line feeds as `#`.
    ApplicationMismatch(Box<str>),
    /// The call has no token that holds.
    Token(TokenRefusal),
    /// A plugin's function does not let the caller call.
    CallerRefused,
    /// A plugin has seen the call's nonce before.
    Replayed,
    /// A plugin keeps calls away from a backend that fails, and nothing stands in for it.
    CircuitOpen,
    /// A plugin's function failed or returned nonsense, or cannot be told this answer.
    PluginBroken,
    /// More calls within a second than a throttle or the usage plan allows.
    RateExceeded,
    /// The usage plan's calls are used up.
    QuotaExceeded,
    /// A required parameter is not there.
    ParameterMissing(Location, String),
    /// The API takes form parameters, and the body is not a form.
    FormExpected,
    /// The parameters of this place cannot be read.
    ParametersUnreadable(Location),
    /// The body is longer than the gateway takes.
    BodyTooLarge,
    /// The body stalled.
    BodyTimeout,
    /// The body broke off or was malformed.
    BodyBroken,
    /// No connection to the backend.
    BackendUnreachable,
    /// The backend did not answer in time.
    BackendTimeout,
    /// The backend broke off, or answered what is no HTTP.
    BackendBroken,
    /// The registration function of a WebSocket refused the handshake.
    RegistrationRefused,
    /// Nothing stands behind the name of the function or bucket.
    NoRuntime,
    /// The backend speaks gRPC, and nothing says how calls become calls of it.
    NoTranscoding,
    /// No call of gRPC can be made of the call: why, for people.
    NotTranscoded(Box<str>),
    /// The caller went away.
    CallerGone,
    /// The gateway itself failed.
    Internal,
}

/// Who has to mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Fault {
    Caller,
    Backend,
    Gateway,
}

impl Refusal {
    /// The names of all refusals, for logs and metrics, in the order of [`Refusal::index`].
    pub const NAMES: [&'static str; 59] = [
        "unknown_host",
        "no_environment",
        "no_api",
        "wrong_method",
        "unknown_method",
        "bad_path",
        "wrong_scheme",
        "cross_origin",
        "upgrade_not_served",
        "signature_missing",
        "header_repeated",
        "signature_format",
        "signature_incomplete",
        "id_or_signature_missing",
        "unknown_algorithm",
        "signed_header_missing",
        "date_missing",
        "date_invalid",
        "date_expired",
        "unknown_key",
        "key_not_bound",
        "no_plan",
        "signature_mismatch",
        "rate_exceeded",
        "quota_exceeded",
        "parameter_missing",
        "form_expected",
        "parameters_unreadable",
        "body_too_large",
        "body_timeout",
        "body_broken",
        "backend_unreachable",
        "backend_timeout",
        "backend_broken",
        "caller_gone",
        "internal",
        "malformed_request",
        "websocket_header_missing",
        "upgrade_expected",
        "no_runtime",
        "no_mapping",
        "https_forced",
        "misdirected",
        "registration_refused",
        "address_refused",
        "application_not_bound",
        "application_mismatch",
        "token_unrelated",
        "token_missing",
        "token_format",
        "token_invalid",
        "login_needed",
        "token_unconfigured",
        "replayed",
        "caller_refused",
        "circuit_open",
        "plugin_broken",
        "no_transcoding",
        "not_transcoded",
    ];

    /// The place in [`Refusal::NAMES`] of a head that never became a call.
    pub const MALFORMED_REQUEST: usize = 36;

    /// This refusal's place in [`Refusal::NAMES`].
    pub fn index(&self) -> usize {
        match self {
            Self::UnknownHost => 0,
            Self::NoEnvironment => 1,
            Self::NoApi => 2,
            Self::WrongMethod => 3,
            Self::UnknownMethod => 4,
            Self::BadPath => 5,
            Self::WrongScheme(_) => 6,
            Self::CrossOrigin => 7,
            Self::UpgradeNotServed => 8,
            Self::SignatureMissing => 9,
            Self::HeaderRepeated => 10,
            Self::SignatureFormat => 11,
            Self::SignatureIncomplete => 12,
            Self::IdOrSignatureMissing => 13,
            Self::UnknownAlgorithm(_) => 14,
            Self::SignedHeaderMissing(_) => 15,
            Self::DateMissing => 16,
            Self::DateInvalid => 17,
            Self::DateExpired => 18,
            Self::UnknownKey => 19,
            Self::KeyNotBound => 20,
            Self::NoPlan => 21,
            Self::SignatureMismatch => 22,
            Self::RateExceeded => 23,
            Self::QuotaExceeded => 24,
            Self::ParameterMissing(..) => 25,
            Self::FormExpected => 26,
            Self::ParametersUnreadable(_) => 27,
            Self::BodyTooLarge => 28,
            Self::BodyTimeout => 29,
            Self::BodyBroken => 30,
            Self::BackendUnreachable => 31,
            Self::BackendTimeout => 32,
            Self::BackendBroken => 33,
            Self::CallerGone => 34,
            Self::Internal => 35,
            Self::WebSocketHeaderMissing(_) => 37,
            Self::UpgradeExpected(_) => 38,
            Self::NoRuntime => 39,
            Self::NoMapping => 40,
            Self::HttpsForced => 41,
            Self::Misdirected => 42,
            Self::RegistrationRefused => 43,
            Self::AddressRefused => 44,
            Self::ApplicationNotBound => 45,
            Self::ApplicationMismatch(_) => 46,
            Self::Token(token) => 47 + token.index(),
            Self::Replayed => 53,
            Self::CallerRefused => 54,
            Self::CircuitOpen => 55,
            Self::PluginBroken => 56,
            Self::NoTranscoding => 57,
            Self::NotTranscoded(_) => 58,
        }
    }

    /// The refusal's name in logs and metrics.
    pub fn name(&self) -> &'static str {
        Self::NAMES[self.index()]
    }

    /// Who has to mend it.
    pub fn fault(&self) -> Fault {
        match self {
            Self::BackendUnreachable
            | Self::BackendTimeout
            | Self::BackendBroken
            | Self::CircuitOpen
            | Self::PluginBroken => Fault::Backend,
            Self::Internal
            | Self::NoRuntime
            | Self::NoTranscoding
            | Self::Token(TokenRefusal::Unconfigured | TokenRefusal::Unreachable) => Fault::Gateway,
            _ => Fault::Caller,
        }
    }
}

/// What a refusal looks like: a status, and the text of the JSON body's one member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// The HTTP status.
    pub status: u16,
    /// The message, unescaped.
    pub message: Cow<'static, str>,
}
