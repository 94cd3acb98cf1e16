//! The one table of refusals: what the rules' refusals are as problems.

use control::{
    ApiDocumentRefusal, ApplicationRefusal, IpStrategyRefusal, OauthRefusal, OperatorRefusal, PluginRefusal, Refusal,
    Unfit,
};
use model::Invalid;

use crate::problem::{Kind, Problem};

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let kind = match &refusal {
            Refusal::Forbidden { .. } => Kind::Forbidden,

            Refusal::ServiceNotFound(_)
            | Refusal::ApiNotFound { .. }
            | Refusal::UsagePlanNotFound(_)
            | Refusal::UpstreamNotFound(_)
            | Refusal::IpStrategy(IpStrategyRefusal::NotFound { .. })
            | Refusal::ApiDocument(ApiDocumentRefusal::NotFound(_))
            | Refusal::Plugin(PluginRefusal::NotFound(_))
            | Refusal::Application(ApplicationRefusal::NotFound(_))
            | Refusal::CredentialNotFound(_)
            | Refusal::VersionNotFound { .. }
            | Refusal::EnvironmentNotFound(_)
            | Refusal::Operator(OperatorRefusal::NotFound(_))
            | Refusal::Operator(OperatorRefusal::KeyNotFound { .. })
            | Refusal::DomainNotBound { .. }
            | Refusal::MappingNotFound { .. } => Kind::NotFound,

            Refusal::TooManyServices { .. }
            | Refusal::TooManyApis { .. }
            | Refusal::ApiDocument(ApiDocumentRefusal::TooMany { .. })
            | Refusal::TooManyUsagePlans { .. }
            | Refusal::TooManyUpstreams { .. }
            | Refusal::IpStrategy(IpStrategyRefusal::TooMany { .. })
            | Refusal::Plugin(PluginRefusal::TooMany { .. } | PluginRefusal::TooManyServices { .. })
            | Refusal::Application(ApplicationRefusal::TooMany { .. } | ApplicationRefusal::TooManyOfApi { .. })
            | Refusal::TooManyKeys { .. }
            | Refusal::TooManyDomains { .. }
            | Refusal::TooManyKeysInPlan { .. }
            | Refusal::TooManyPlansOfKey { .. }
            | Refusal::Operator(OperatorRefusal::TooMany { .. })
            | Refusal::Operator(OperatorRefusal::TooManyKeys { .. }) => Kind::LimitReached,

            Refusal::ServiceHasApis { .. }
            | Refusal::ServiceReleased { .. }
            | Refusal::ServiceHasPlans { .. }
            | Refusal::ServiceHasTags { .. }
            | Refusal::ApiBoundToPlan { .. }
            | Refusal::KeyEnabled(_)
            | Refusal::KeyBound { .. }
            | Refusal::PlanInUse { .. }
            | Refusal::Application(ApplicationRefusal::Bound { .. } | ApplicationRefusal::MayCall { .. })
            | Refusal::UpstreamInUse { .. }
            | Refusal::Plugin(PluginRefusal::UpstreamUsed { .. })
            | Refusal::CertificateInUse { .. } => Kind::InUse,

            Refusal::NothingToRelease(_)
            | Refusal::NotReleased { .. }
            | Refusal::KeyDisabled(_)
            | Refusal::KeyUnchangeable { .. }
            | Refusal::KeyAlreadyInPlan { .. }
            | Refusal::KeyNotInPlan { .. }
            | Refusal::KeyClash { .. }
            | Refusal::PlanClash { .. }
            | Refusal::ScopeClash { .. }
            | Refusal::NotBound { .. }
            | Refusal::Plugin(
                PluginRefusal::NotReleased { .. }
                | PluginRefusal::Clash { .. }
                | PluginRefusal::NotAttached { .. }
                | PluginRefusal::Unfit { .. }
                | PluginRefusal::Undeclared { .. },
            )
            | Refusal::Application(ApplicationRefusal::AlreadyBound { .. } | ApplicationRefusal::NotBound { .. })
            | Refusal::NothingToDemote { .. }
            | Refusal::UpstreamGone { .. }
            | Refusal::Operator(OperatorRefusal::LastAdmin(_))
            | Refusal::CertificateKept(_)
            | Refusal::LastMapping(_)
            | Refusal::AcmeUnasked(_)
            | Refusal::Operator(OperatorRefusal::SomeExist) => Kind::Conflict,

            Refusal::Plugin(PluginRefusal::KindFixed(_)) => return Self::field("/type", refusal.to_string()),
            Refusal::Plugin(PluginRefusal::BadData { place, reason }) => {
                return Self::field(format!("/data{place}"), reason);
            }

            Refusal::NameTaken { .. } | Refusal::Operator(OperatorRefusal::NameTaken { .. }) => {
                return Self::new(Kind::Taken, refusal.to_string()).at("/name");
            }
            Refusal::PathTaken { .. } => return Self::new(Kind::Taken, refusal.to_string()).at("/path"),
            Refusal::Application(ApplicationRefusal::KeyTaken(_)) => {
                return Self::new(Kind::Taken, refusal.to_string()).at("/key");
            }
            Refusal::KeyExists(_) => return Self::new(Kind::Taken, refusal.to_string()).at("/id"),

            Refusal::CertificateExists(_) => return Self::new(Kind::Taken, refusal.to_string()).at("/id"),
            Refusal::DomainBound(_) | Refusal::DomainBoundElsewhere(_) => {
                return Self::new(Kind::Taken, refusal.to_string()).at("/name");
            }

            Refusal::DomainReserved(_) | Refusal::DomainUnresolved { .. } => {
                return Self::field("/name", refusal.to_string());
            }
            Refusal::CertificateUnfit(unfit) => return Self::field(in_certificate(unfit), refusal.to_string()),
            Refusal::CertificateNotFound(_)
            | Refusal::CertificateExpired(_)
            | Refusal::CertificateOfOthers { .. }
            | Refusal::CertificateRequired(_)
            | Refusal::AcmeUnfit { .. } => return Self::field("/certificate", refusal.to_string()),
            Refusal::HttpsNotAllowed(_) => return Self::field("/force_https", refusal.to_string()),
            Refusal::MappingsMissing | Refusal::TooManyMappings { .. } | Refusal::MappingRepeated(_) => {
                return Self::field("/mappings", refusal.to_string());
            }
            Refusal::Oauth(OauthRefusal::InUse { .. }) => Kind::InUse,
            Refusal::Oauth(OauthRefusal::PartMismatch) => return Self::field("/auth", refusal.to_string()),
            Refusal::Oauth(
                OauthRefusal::UnfitKeys(_)
                | OauthRefusal::UnknownIssuer(_)
                | OauthRefusal::AuthorizationNotFound(_)
                | OauthRefusal::NobodyGives(_)
                | OauthRefusal::TokenAge(_),
            ) => {
                return Self::field("/oauth", refusal.to_string());
            }
            Refusal::RateOutOfRange { .. } => return Self::field("/rate", refusal.to_string()),
            Refusal::QuotaOutOfRange { .. } => return Self::field("/quota", refusal.to_string()),
            Refusal::NetworksMayOnlyGrow { .. } => return Self::field("/networks", refusal.to_string()),
            Refusal::VpcFixed { .. } => return Self::field("/vpc", refusal.to_string()),
            Refusal::ProtocolFixed => return Self::field("/protocol", refusal.to_string()),
            Refusal::WebSocketMethod { .. } => return Self::field("/method", refusal.to_string()),
            Refusal::ProtocolMismatch(_) => return Self::field("/backend/type", refusal.to_string()),
            Refusal::CertificateKeyRequired(_) => return Self::field("/key", refusal.to_string()),
            Refusal::KeySecretRequired(_) => return Self::field("/secret", refusal.to_string()),
            Refusal::BadNodes(invalid) => return Self::field("/members", &invalid.reason),
            Refusal::BadHealthCheck(invalid) => return Self::field("/health", &invalid.reason),
            Refusal::BadParameters(invalid) => return Self::field("/parameters", &invalid.reason),
            Refusal::BadMappings(invalid) => return Self::field("/mappings", &invalid.reason),
            Refusal::BadConstants(invalid) => return Self::field("/constants", &invalid.reason),
            Refusal::BadBackend(invalid) => return Self::field(in_backend(invalid), &invalid.reason),
            Refusal::Invalid(invalid) => return Self::from(invalid.clone()),

            Refusal::InConfiguration { place, refusal } => return Self::from((**refusal).clone()).within(place),
            Refusal::NobodyOfThatName { .. } | Refusal::NamedTwice { .. } => {
                return Self::field("", refusal.to_string());
            }
            Refusal::Changed => Kind::Changed,
            Refusal::Busy => return Self::new(Kind::Busy, refusal.to_string()).retry_after(1),
            Refusal::Store(fault) => return Self::internal(fault),
        };
        Self::new(kind, refusal.to_string())
    }
}

/// The part of a certificate that is meant.
fn in_certificate(unfit: &Unfit) -> &'static str {
    match unfit {
        Unfit::Key | Unfit::KeyOfAnother => "/key",
        Unfit::Chain(_) | Unfit::Broken(_) | Unfit::Nameless => "/chain",
    }
}

/// The part of a backend that is meant.
fn in_backend(invalid: &Invalid) -> &'static str {
    match invalid.field {
        "backend path" => "/backend/path",
        "status" => "/backend/status",
        "header name" | "parameter name" | "parameter value" => "/backend/headers",
        _ => "/backend",
    }
}

/// A value that a type of the model refused, in a body where it is called as in the model.
impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        Self::field(format!("/{}", invalid.field.replace(' ', "_")), invalid.reason)
    }
}
