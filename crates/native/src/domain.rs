//! Custom domains of a service.

use axum::extract::Path;
use control::Issuance;
use control::terms::Noun;
use model::{
    CertificateId, DomainCertificate, DomainMapping, DomainName, Network, PathMapping, ServiceId, ServiceProtocol,
    Snapshot, TlsVersion,
};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::body::Body;
use crate::exchange::{Answer, Change, Look, Outcome, service_id};
use crate::moment::Moment;
use crate::page::{self, Page, Paging, Sort};
use crate::problem::Problem;
use crate::query::Query;
use crate::state::Shared;

pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list_domains, bind_domain)).routes(routes!(
        show_domain,
        change_domain,
        unbind_domain
    ))
}

/// A host name that leads to a service.
#[derive(Serialize, ToSchema)]
struct Domain {
    /// The name as it stands in DNS.
    name: DomainName,
    /// The name as its operator wrote it.
    written: String,
    service: ServiceId,
    /// Which schemes its callers may use; the service's own protocol does not matter here.
    protocol: ServiceProtocol,
    network: Network,
    /// What it proves its name with.
    #[schema(required = true)]
    certificate: Option<DomainCertificate>,
    /// How it stands with the certificate that an authority issues; null where none does.
    #[schema(required = true)]
    issuance: Option<IssuanceView>,
    /// How its paths lead to environments; null where the first segment of a path names the environment.
    #[schema(required = true)]
    mappings: Option<Vec<PathMapping>>,
    /// A call over http is sent to https.
    force_https: bool,
    /// The oldest version of TLS that callers may use.
    min_tls: TlsVersion,
    /// The authorities, in PEM, one of which must have signed the certificate that callers have to show; null asks for none.
    #[schema(required = true)]
    client_authorities: Option<String>,
    created: Moment,
    modified: Moment,
}

/// How it stands with a certificate that an authority issues over ACME.
#[derive(Serialize, ToSchema)]
#[schema(as = Issuance)]
struct IssuanceView {
    state: IssuanceState,
    /// What is shown to callers now.
    #[schema(required = true)]
    certificate: Option<CertificateId>,
    /// Until when that holds.
    #[schema(required = true)]
    not_after: Option<Moment>,
    /// When the authority is asked next; null for at once.
    #[schema(required = true)]
    next: Option<Moment>,
    /// How many attempts have failed in a row.
    failures: u32,
    /// What the last of them failed with.
    #[schema(required = true)]
    reason: Option<String>,
}

/// Where an issuance stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum IssuanceState {
    /// The first certificate is being asked for.
    Waiting,
    /// There is a certificate, and it will be renewed.
    Issued,
    /// The last attempt failed; there may be a certificate from before.
    Failing,
}

impl From<Issuance> for IssuanceView {
    fn from(issuance: Issuance) -> Self {
        let due = issuance.due();
        Self {
            state: match (&issuance.failure, &issuance.certificate) {
                (Some(_), _) => IssuanceState::Failing,
                (None, Some(_)) => IssuanceState::Issued,
                (None, None) => IssuanceState::Waiting,
            },
            next: (due.millis() > 0).then(|| due.into()),
            failures: issuance.failure.as_ref().map_or(0, |failure| failure.attempts),
            reason: issuance.failure.as_ref().map(|failure| failure.reason.clone()),
            not_after: issuance.certificate.as_ref().map(|certificate| certificate.not_after.into()),
            certificate: issuance.certificate.map(|certificate| certificate.id.clone()),
        }
    }
}

impl Domain {
    fn of(snapshot: &Snapshot, domain: &model::Domain) -> Self {
        Self {
            name: domain.name.clone(),
            written: domain.spelled.clone(),
            service: domain.service.clone(),
            protocol: domain.protocol,
            network: domain.network,
            certificate: domain.certificate.clone(),
            issuance: Issuance::of(snapshot, domain).map(Into::into),
            mappings: match &domain.mapping {
                DomainMapping::Default => None,
                DomainMapping::Paths(paths) => Some(paths.clone()),
            },
            force_https: domain.force_https,
            min_tls: domain.min_tls,
            client_authorities: domain.client_ca.clone(),
            created: domain.created.into(),
            modified: domain.modified.into(),
        }
    }
}

/// A domain that is to be bound.
#[derive(Deserialize, ToSchema)]
struct NewDomain {
    /// The name: `*.` in front stands for one label; other scripts may be written as they are.
    #[schema(max_length = 253)]
    name: String,
    /// Which schemes its callers may use.
    protocol: ServiceProtocol,
    #[serde(default = "outer")]
    network: Network,
    /// Needed where callers may use https.
    certificate: Option<DomainCertificate>,
    /// One to three; left out, the first segment of a path names the environment.
    #[schema(min_items = 1, max_items = 3)]
    mappings: Option<Vec<PathMapping>>,
    #[serde(default)]
    force_https: bool,
    #[serde(default)]
    min_tls: TlsVersion,
    /// In PEM.
    #[schema(max_length = 524288)]
    client_authorities: Option<String>,
}

fn outer() -> Network {
    Network::Outer
}

/// What changes of a domain; what is left out stays as it is.
#[derive(Deserialize, ToSchema)]
struct DomainChange {
    protocol: Option<ServiceProtocol>,
    network: Option<Network>,
    certificate: Option<DomainCertificate>,
    /// `null`: the first segment of a path names the environment.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Vec<PathMapping>>, min_items = 1, max_items = 3)]
    mappings: Option<Option<Vec<PathMapping>>>,
    force_https: Option<bool>,
    min_tls: Option<TlsVersion>,
    /// In PEM; `null` asks callers for no certificate any more.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 524288)]
    client_authorities: Option<Option<String>>,
}

/// A member that was given, if only as `null`.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

fn mapping(paths: Option<Vec<PathMapping>>) -> DomainMapping {
    paths.map_or(DomainMapping::Default, DomainMapping::Paths)
}

/// Lists the domains of a service
#[utoipa::path(get, path = "/services/{service}/domains", tag = "domains", params(Paging),
    responses((status = 200, description = "A page of domains, by name", body = Page<Domain>)))]
async fn list_domains(look: Look, Path(service): Path<String>, Query(paging): Query<Paging>) -> Outcome {
    let all: Vec<_> = look.service(&service)?.domains.values().collect();
    let key = |domain: &&std::sync::Arc<model::Domain>| (page::by_name(domain.name.as_str()), domain.name.to_string());
    Ok(Answer::ok(page::page(&paging, &Sort::by("name"), all, key, |domain| Domain::of(&look.snapshot, domain))?))
}

/// Binds a domain to a service
#[utoipa::path(post, path = "/services/{service}/domains", tag = "domains", request_body = NewDomain,
    responses((status = 201, description = "Bound", body = Domain)))]
async fn bind_domain(change: Change, Path(service): Path<String>, Body(new): Body<NewDomain>) -> Outcome {
    let service = service_id(&service)?;
    let name = DomainName::try_from(new.name.as_str()).map_err(|invalid| Problem::field("/name", invalid.reason))?;
    let new = control::NewDomain {
        name,
        spelled: new.name,
        protocol: new.protocol,
        network: new.network,
        certificate: new.certificate,
        mapping: mapping(new.mappings),
        force_https: new.force_https,
        min_tls: new.min_tls,
        client_ca: new.client_authorities,
    };
    let made = change.control().bind_domain(&change.actor(), &service, new).await?;
    let place = format!("/api/v1/services/{service}/domains/{}", made.name);
    let answer = shown(&change.after(), &service, &made.name)?.created(&place);
    Ok(change.answer(answer))
}

/// Shows a domain
#[utoipa::path(get, path = "/services/{service}/domains/{domain}", tag = "domains",
    responses((status = 200, description = "The domain", body = Domain)))]
async fn show_domain(look: Look, Path((service, domain)): Path<(String, String)>) -> Outcome {
    shown(&look, &service_id(&service)?, &domain_name(&domain)?)
}

/// Changes a domain
#[utoipa::path(patch, path = "/services/{service}/domains/{domain}", tag = "domains", request_body = DomainChange,
    responses((status = 200, description = "As it is now", body = Domain)))]
async fn change_domain(
    change: Change,
    Path((service, domain)): Path<(String, String)>,
    Body(wanted): Body<DomainChange>,
) -> Outcome {
    let (service, name) = (service_id(&service)?, domain_name(&domain)?);
    let actor = change.actor_on(&Noun::Domain(name.clone()))?;
    let wanted = control::DomainChange {
        protocol: wanted.protocol,
        network: wanted.network,
        certificate: wanted.certificate,
        mapping: wanted.mappings.map(mapping),
        force_https: wanted.force_https,
        min_tls: wanted.min_tls,
        client_ca: wanted.client_authorities,
    };
    change.control().modify_domain(&actor, &service, &name, wanted).await?;
    Ok(change.answer(shown(&change.after(), &service, &name)?))
}

/// Lets a domain go
#[utoipa::path(delete, path = "/services/{service}/domains/{domain}", tag = "domains",
    responses((status = 204, description = "Let go")))]
async fn unbind_domain(change: Change, Path((service, domain)): Path<(String, String)>) -> Outcome {
    let (service, name) = (service_id(&service)?, domain_name(&domain)?);
    let actor = change.actor_on(&Noun::Domain(name.clone()))?;
    change.control().unbind_domain(&actor, &service, &name).await?;
    Ok(change.answer(Answer::nothing()))
}

fn domain_name(raw: &str) -> Result<DomainName, Problem> {
    DomainName::try_from(raw).map_err(|_| Problem::not_found(format!("there is no domain `{}`", raw.escape_debug())))
}

fn shown(look: &Look, service: &ServiceId, name: &DomainName) -> Outcome {
    let tree = look.service(service.as_str())?;
    let gone = || Problem::not_found(format!("domain `{name}` is not bound to service `{service}`"));
    let domain = tree.domains.get(name).ok_or_else(gone)?;
    Ok(look.show(&Noun::Domain(name.clone()), Domain::of(&look.snapshot, domain)))
}
