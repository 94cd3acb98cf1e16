//! The one error table: what the product's refusals are called in the vendor's words (spec: quotas and refusal rules).

use control::{
    ApiDocumentRefusal, ApplicationRefusal, DoorRefusal, IpStrategyRefusal, OauthRefusal, OperatorRefusal,
    PluginRefusal, Refusal,
};
use model::Invalid;

use crate::code::Code;

/// The longest message, in characters: what was sent is repeated in part.
const LONGEST_MESSAGE: usize = 2000;

/// How much of a longer message's end is told: there stands what is allowed.
const LAST_OF_MESSAGE: usize = 400;

/// An error answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fault {
    /// The vendor's code.
    pub(crate) code: Code,
    /// For the one who asked: what was wrong and what is allowed.
    pub(crate) message: String,
    /// For the log alone.
    pub(crate) detail: Option<String>,
}

impl Fault {
    /// An error answer with nothing more for the log.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), detail: None }
    }

    /// Something that should not have happened; `detail` goes to the log alone.
    pub(crate) fn internal(detail: impl Into<String>) -> Self {
        Self {
            code: Code::InternalError,
            message: "An internal error; the gateway's log has more under this RequestId.".to_owned(),
            detail: Some(detail.into()),
        }
    }

    /// The same with a message that is not too long.
    pub(crate) fn bounded(mut self) -> Self {
        let length = self.message.chars().count();
        if length > LONGEST_MESSAGE {
            let first = self.message.chars().take(LONGEST_MESSAGE - LAST_OF_MESSAGE - 1);
            let last = self.message.chars().skip(length - LAST_OF_MESSAGE);
            self.message = first.chain(std::iter::once('…')).chain(last).collect();
        }
        self
    }

    /// A parameter that was left out.
    pub(crate) fn missing(parameter: &str) -> Self {
        Self::new(Code::MissingParameter, format!("The request is missing a required parameter `{parameter}`."))
    }

    /// A parameter whose value cannot be: `reason` says what was wrong and what is allowed.
    pub(crate) fn value(code: Code, parameter: &str, reason: impl std::fmt::Display) -> Self {
        Self::new(code, format!("The parameter `{parameter}`: {reason}."))
    }

    /// A value that one of the model's types refused.
    pub(crate) fn invalid(code: Code, parameter: &str, invalid: &Invalid) -> Self {
        Self::value(code, parameter, &invalid.reason)
    }
}

/// Why an action was not carried out.
#[derive(Debug)]
pub(crate) enum Problem {
    /// This dialect says so.
    Fault(Fault),
    /// The rules say so; the code may depend on the action.
    Refused(Refusal),
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Problem {
    /// The error answer of `action`.
    pub(crate) fn into_fault(self, action: &str) -> Fault {
        match self {
            Self::Fault(fault) => fault,
            Self::Refused(refusal) => refused(&refusal, action),
        }
    }
}

/// The table for what the rules refuse.
///
/// Where the vendor documents no pairing, the code is one that its documentation lists for the action; the choices are
/// told in `docs/compatibility.md`.
pub(crate) fn refused(refusal: &Refusal, action: &str) -> Fault {
    let code = match refusal {
        Refusal::Forbidden { .. } => Code::UnauthorizedOperation,
        Refusal::Application(refusal) => of_application(refusal),
        Refusal::Oauth(refusal) => of_oauth(refusal, action),
        Refusal::ApiDocument(ApiDocumentRefusal::NotFound(_)) => Code::InvalidApiDoc,
        Refusal::ApiDocument(ApiDocumentRefusal::TooMany { .. }) => Code::ApiDocCount,

        Refusal::ServiceNotFound(_) if action == "DeleteServiceSubDomainMapping" => Code::ServiceNotExist,
        Refusal::ServiceNotFound(_) => Code::InvalidService,
        Refusal::ApiNotFound { .. } => Code::InvalidApi,
        Refusal::UsagePlanNotFound(_) => Code::InvalidUsagePlan,
        Refusal::CredentialNotFound(_) | Refusal::KeyNotInPlan { .. } => Code::InvalidAccessKeyId,
        Refusal::VersionNotFound { .. } => Code::ResourceNotFound,
        Refusal::IpStrategy(IpStrategyRefusal::NotFound { .. }) => Code::InvalidIpStrategy,
        Refusal::Plugin(refusal) => match refusal {
            PluginRefusal::NotFound(_) => Code::InvalidPlugin,
            PluginRefusal::TooMany { .. } => Code::LimitExceeded,
            PluginRefusal::TooManyServices { .. } => Code::ServiceCountForPlugin,
            PluginRefusal::NotReleased { .. } => Code::InvalidEnvStatus,
            PluginRefusal::Clash { .. } => Code::DuplicatePluginConfig,
            PluginRefusal::NotAttached { .. } => Code::InvalidApiIds,
            PluginRefusal::KindFixed(_) | PluginRefusal::BadData { .. } | PluginRefusal::Undeclared { .. } => {
                Code::InvalidPluginConfig
            }
            PluginRefusal::Unfit { .. } if action == "AttachPlugin" => Code::InvalidEndpointType,
            PluginRefusal::Unfit { .. } => Code::InvalidServiceConfig,
            PluginRefusal::UpstreamUsed { .. } => Code::UnsupportedDeleteUpstream,
        },
        Refusal::UpstreamNotFound(_) => match action {
            "CreateApi" | "ModifyApi" | "ModifyUpstream" | "CreatePlugin" | "ModifyPlugin" => Code::InvalidUpstream,
            _ => Code::ResourceNotFound,
        },
        Refusal::EnvironmentNotFound(_) => Code::InvalidEnv,

        Refusal::TooManyServices { .. } => Code::ServiceCount,
        Refusal::TooManyApis { .. } => Code::ApiCount,
        Refusal::TooManyUsagePlans { .. } => Code::UsagePlanCount,
        Refusal::IpStrategy(IpStrategyRefusal::TooMany { .. }) => Code::IpStrategyCount,
        Refusal::TooManyKeys { .. } => Code::ApiKeyCount,
        Refusal::TooManyKeysInPlan { .. } => Code::AccessKeyCountInUsagePlan,
        Refusal::TooManyPlansOfKey { .. } | Refusal::TooManyUpstreams { .. } => Code::LimitExceeded,
        Refusal::QuotaOutOfRange { .. } | Refusal::RateOutOfRange { .. } => match action {
            "CreateUsagePlan" => Code::InvalidMaxRequestNum,
            "ModifyUsagePlan" => Code::FormatError,
            _ => Code::RangeExceeded,
        },

        Refusal::ServiceHasApis { .. } => Code::ApiListNotEmpty,
        Refusal::ServiceReleased { .. } => Code::ExistingOnlineEnvironment,
        Refusal::ServiceHasPlans { .. } | Refusal::PlanInUse { .. } => Code::UsagePlanInUse,
        Refusal::ServiceHasTags { .. } => Code::TagsNotEmpty,
        Refusal::NetworksMayOnlyGrow { .. } => Code::ReduceNetTypes,
        Refusal::VpcFixed { .. } => Code::ModifyNetType,

        Refusal::NameTaken { .. } => Code::FormatError,
        Refusal::PathTaken { .. } if action == "ModifyApi" => Code::ApiError,
        Refusal::PathTaken { .. } => Code::InvalidApiRequestConfig,
        Refusal::ProtocolFixed => Code::ModifyProtocol,
        Refusal::WebSocketMethod { .. } => Code::InvalidWsMethod,
        Refusal::ProtocolMismatch(_) => Code::InvalidServiceType,
        Refusal::BadParameters(_) => Code::InvalidRequestParameters,
        Refusal::BadMappings(invalid) if invalid.field == "mapping source" => Code::ParameterNotMatch,
        Refusal::BadMappings(_) => Code::InvalidServiceParameters,
        Refusal::BadConstants(_) => Code::InvalidConstantParameters,
        Refusal::BadBackend(invalid) if invalid.field == "backend path" => Code::InvalidBackendPath,
        Refusal::BadBackend(_) => Code::InvalidServiceConfig,
        Refusal::ApiBoundToPlan { .. } => Code::ApiBindEnvironment,

        Refusal::NothingToRelease(_) => Code::ServiceError,
        Refusal::NotReleased { .. } if action == "DemoteServiceUsagePlan" => Code::NoUsagePlanEnv,
        Refusal::NotReleased { .. } => Code::ServiceError,

        Refusal::KeyExists(_) => Code::AccessKeyExist,
        Refusal::KeyDisabled(_) if action == "UpdateApiKey" => Code::UnsupportedUpdateApiKey,
        Refusal::KeyDisabled(_) | Refusal::KeyEnabled(_) => Code::InvalidStatus,
        Refusal::KeyBound { .. } => Code::ResourceIsInUse,
        Refusal::KeyUnchangeable { .. } => Code::UnsupportedUpdateApiKey,
        Refusal::KeySecretRequired(_) => Code::MissingParameter,

        Refusal::KeyAlreadyInPlan { .. } => Code::AlreadyBindUsagePlan,
        Refusal::KeyClash { .. } => Code::UnsupportedBindApiKey,
        Refusal::PlanClash { .. } | Refusal::ScopeClash { .. } => Code::UnsupportedBindEnvironment,
        Refusal::NotBound { .. } if action == "DemoteServiceUsagePlan" => Code::NoUsagePlanEnv,
        Refusal::NotBound { .. } => Code::UnsupportedUnBindEnvironment,
        Refusal::NothingToDemote { .. } => Code::NoUsagePlanEnv,

        Refusal::BadNodes(_) => Code::FormatError,
        Refusal::BadHealthCheck(invalid) => match invalid.field {
            "health check timeout" | "health check interval" | "unhealthy timeout" => Code::RangeExceeded,
            _ => Code::FormatError,
        },
        Refusal::UpstreamInUse { .. } => Code::UnsupportedDeleteUpstream,
        Refusal::UpstreamGone { .. } => Code::ServiceError,
        Refusal::CertificateNotFound(_) | Refusal::AcmeUnfit { .. } => Code::CertificateIdError,
        Refusal::CertificateExpired(_) if action == "ModifySubDomain" => Code::CertificateIdBindError,
        Refusal::CertificateExpired(_) => Code::CertificateIdExpired,
        Refusal::CertificateOfOthers { .. } if action == "ModifySubDomain" => Code::CertificateIdBindError,
        Refusal::CertificateOfOthers { .. } | Refusal::CertificateUnfit(_) => Code::CertificateIdInfoError,
        Refusal::CertificateRequired(_) if action == "ModifySubDomain" => Code::CertificateIdError,
        Refusal::CertificateRequired(_) => Code::CertificateIsNull,
        // No action of the vendor's API changes certificates.
        Refusal::CertificateExists(_)
        | Refusal::CertificateKept(_)
        | Refusal::CertificateKeyRequired(_)
        | Refusal::AcmeUnasked(_) => Code::OperationDenied,
        Refusal::CertificateInUse { .. } => Code::ResourceIsInUse,

        Refusal::TooManyDomains { .. } => Code::ExceededDomainLimit,
        Refusal::DomainBound(_) => Code::DomainAlreadyBindService,
        Refusal::DomainBoundElsewhere(_) => Code::DomainAlreadyBindOtherService,
        Refusal::DomainNotBound { .. } => match action {
            "UnBindSubDomain" => Code::DomainNotBindService,
            "DeleteServiceSubDomainMapping" => Code::DeletePathMappingSetError,
            _ => Code::ServiceError,
        },
        Refusal::DomainReserved(_) => Code::DomainInBlackList,
        Refusal::DomainUnresolved { .. } => Code::DomainResolveError,
        Refusal::HttpsNotAllowed(_) => Code::ForceHttps,
        Refusal::MappingsMissing | Refusal::TooManyMappings { .. } | Refusal::MappingRepeated(_)
            if action == "ModifySubDomain" =>
        {
            Code::PathMappingSetError
        }
        Refusal::MappingsMissing => Code::DefineMappingNotNull,
        Refusal::TooManyMappings { .. } => Code::ExceededDefineMappingLimit,
        Refusal::MappingRepeated(_) => Code::DefineMappingParamRepeat,
        Refusal::MappingNotFound { .. } | Refusal::LastMapping(_) => Code::DeletePathMappingSetError,

        Refusal::Operator(OperatorRefusal::NotFound(_))
        | Refusal::Operator(OperatorRefusal::NameTaken { .. })
        | Refusal::Operator(OperatorRefusal::LastAdmin(_))
        | Refusal::Operator(OperatorRefusal::KeyNotFound { .. })
        | Refusal::Operator(OperatorRefusal::TooMany { .. })
        | Refusal::Operator(OperatorRefusal::TooManyKeys { .. })
        | Refusal::InConfiguration { .. }
        | Refusal::NobodyOfThatName { .. }
        | Refusal::NamedTwice { .. }
        | Refusal::Operator(OperatorRefusal::SomeExist) => Code::OperationDenied,
        Refusal::Invalid(_) => Code::FormatError,
        Refusal::Changed | Refusal::Busy => Code::ServiceInOperation,
        Refusal::Store(_) => Code::DbException,
    };
    let message = match refusal {
        Refusal::KeySecretRequired(_) => {
            format!("The request is missing a required parameter `AccessKeySecret`: {refusal}.")
        }
        Refusal::Oauth(OauthRefusal::UnfitKeys(unfit)) => {
            let parameter = if action == "ModifyApiIncrement" { "PublicKey" } else { "OauthConfig.PublicKey" };
            return Fault::value(code, parameter, unfit);
        }
        Refusal::Oauth(OauthRefusal::UnknownIssuer(issuer)) => {
            let parameter = if action == "ModifyApiIncrement" { "PublicKey" } else { "OauthConfig.PublicKey" };
            let reason = format!("is no JSON Web Key, and the settings name no issuer `{}`", issuer.escape_debug());
            return Fault::value(code, parameter, reason);
        }
        _ => sentence(&refusal.to_string()),
    };
    let detail = match refusal {
        Refusal::Store(text) => Some(text.clone()),
        _ => None,
    };
    Fault { code, message, detail }
}

/// The table for what is refused of parts in OAuth 2.0.
fn of_oauth(refusal: &OauthRefusal, action: &str) -> Code {
    match refusal {
        OauthRefusal::PartMismatch => Code::InvalidApiBusinessType,
        OauthRefusal::UnfitKeys(_) | OauthRefusal::UnknownIssuer(_) => Code::InvalidPublicKey,
        OauthRefusal::AuthorizationNotFound(_) | OauthRefusal::NobodyGives(_) => Code::InvalidOauthApi,
        OauthRefusal::TokenAge(_) => Code::RangeExceeded,
        OauthRefusal::InUse { .. } if action == "DeleteApi" => Code::UnsupportedDeleteApi,
        OauthRefusal::InUse { .. } => Code::ResourceAssociated,
    }
}

/// The table for what is refused of applications.
fn of_application(refusal: &ApplicationRefusal) -> Code {
    match refusal {
        ApplicationRefusal::NotFound(_) => Code::InvalidApiApp,
        ApplicationRefusal::TooMany { .. } | ApplicationRefusal::TooManyOfApi { .. } => Code::ApiAppCount,
        ApplicationRefusal::KeyTaken(_) => Code::AccessKeyExist,
        ApplicationRefusal::Bound { .. }
        | ApplicationRefusal::MayCall { .. }
        | ApplicationRefusal::AlreadyBound { .. } => Code::ResourceAssociated,
        ApplicationRefusal::NotBound { .. } => Code::ResourceUnassociated,
    }
}

/// The table for what the door refuses.
pub(crate) fn not_let_in(refusal: &DoorRefusal) -> Fault {
    let code = match refusal {
        DoorRefusal::Missing => {
            return Fault::new(
                Code::MissingParameter,
                "The request is missing a required parameter `Authorization` (or, with the older signature, `Signature`).",
            );
        }
        DoorRefusal::Malformed(_) | DoorRefusal::WrongScope { .. } => Code::InvalidAuthorization,
        DoorRefusal::Expired { .. } => Code::SignatureExpire,
        DoorRefusal::UnknownId(_) => Code::SecretIdNotFound,
        DoorRefusal::Mismatch { .. } => Code::SignatureFailure,
    };
    let detail = match refusal {
        // The older signature covers the parameters themselves, and a parameter may be a secret.
        DoorRefusal::Mismatch { id, canonical_request: Some(_), string_to_sign } => {
            Some(format!("key {id}, the gateway would have signed {string_to_sign:?}"))
        }
        DoorRefusal::Mismatch { id, .. } => Some(format!("key {id}")),
        _ => None,
    };
    Fault { code, message: sentence(&refusal.to_string()), detail }
}

/// `text` with a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let mut sentence: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    sentence.push_str(letters.as_str());
    sentence.push('.');
    sentence
}

#[cfg(test)]
mod tests {
    use model::{AccessKeyId, BindingScope, EnvironmentName, ServiceId, UsagePlanId};

    use super::*;

    #[test]
    fn a_refusal_has_the_code_of_its_action() {
        let service = ServiceId::try_from("service-1").unwrap();
        let plan = UsagePlanId::try_from("usagePlan-1").unwrap();
        let key = AccessKeyId::try_from("AKID1").unwrap();
        let environment = EnvironmentName::release();
        let not_released = Refusal::NotReleased { service, environment: environment.clone() };
        let not_bound = Refusal::NotBound { plan, environment, scope: BindingScope::Service };
        let disabled = Refusal::KeyDisabled(key);
        let rate = Refusal::RateOutOfRange { rate: 0, max: 5000 };
        let quota = Refusal::QuotaOutOfRange { quota: 0, max: 5 };
        for (refusal, action, code) in [
            (&not_released, "UnReleaseService", "FailedOperation.ServiceError"),
            (&not_released, "DemoteServiceUsagePlan", "UnsupportedOperation.NoUsagePlanEnv"),
            (&not_bound, "UnBindEnvironment", "UnsupportedOperation.UnsupportedUnBindEnvironment"),
            (&not_bound, "DemoteServiceUsagePlan", "UnsupportedOperation.NoUsagePlanEnv"),
            (&disabled, "BindSecretIds", "UnsupportedOperation.InvalidStatus"),
            (&disabled, "UpdateApiKey", "UnsupportedOperation.UnsupportedUpdateApiKey"),
            (&rate, "ModifyServiceEnvironmentStrategy", "InvalidParameterValue.RangeExceeded"),
            (&rate, "CreateUsagePlan", "InvalidParameterValue.InvalidMaxRequestNum"),
            (&quota, "CreateUsagePlan", "InvalidParameterValue.InvalidMaxRequestNum"),
            (&quota, "ModifyUsagePlan", "InvalidParameter.FormatError"),
        ] {
            assert_eq!(refused(refusal, action).code.as_str(), code, "{action}: {refusal}");
        }
    }

    #[test]
    fn a_long_message_keeps_its_beginning_and_its_end() {
        let fault =
            Fault::value(Code::NotInOptions, "Protocol", format!("`{}` is not allowed; http is", "é".repeat(9000)));
        let told = fault.bounded().message;
        assert_eq!(told.chars().count(), LONGEST_MESSAGE);
        assert!(
            told.starts_with("The parameter `Protocol`: `é") && told.ends_with("é` is not allowed; http is."),
            "{told}"
        );
        assert_eq!(Fault::missing("Protocol").bounded(), Fault::missing("Protocol"));
    }

    #[test]
    fn a_message_names_the_thing() {
        let refusal = Refusal::ServiceNotFound(ServiceId::try_from("service-abc").unwrap());
        assert_eq!(refused(&refusal, "DescribeService").message, "There is no service `service-abc`.");
    }

    #[test]
    fn what_is_for_the_log_alone_is_not_answered() {
        let fault = refused(&Refusal::Store("/var/lib/tollgate.db is locked".into()), "CreateService");
        assert!(!fault.message.contains("tollgate.db"));
        assert!(fault.detail.unwrap().contains("tollgate.db"));
        let mismatch = DoorRefusal::Mismatch {
            id: "AKID".into(),
            canonical_request: None,
            string_to_sign: "GET/?AccessKeySecret=s3cret".into(),
        };
        let fault = not_let_in(&mismatch);
        assert!(!fault.message.contains("s3cret") && !fault.detail.unwrap().contains("s3cret"));
    }
}
