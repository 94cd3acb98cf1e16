//! Certificates: what domains prove their names with.

use axum::extract::Path;
use control::terms::Noun;
use model::{CertificateId, CertificateSource, DomainCertificate, DomainName, Name, Snapshot};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::body::Body;
use crate::exchange::{Answer, Change, Look, Outcome};
use crate::moment::Moment;
use crate::page::{self, Page, Paging, Sort};
use crate::problem::Problem;
use crate::query::Query;
use crate::state::Shared;

pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list_certificates, create_certificate)).routes(routes!(
        show_certificate,
        replace_certificate,
        delete_certificate
    ))
}

/// A chain of certificates; its private key is kept and never shown.
#[derive(Serialize, ToSchema)]
struct Certificate {
    id: CertificateId,
    name: Name,
    /// Who brought it: only those that were uploaded are changed here.
    source: CertificateSource,
    /// The DNS names and IP addresses that it is for.
    names: Vec<String>,
    /// Whom it is for, as a distinguished name.
    subject: String,
    /// Who signed it, as a distinguished name.
    issuer: String,
    /// SHA-256 of the leaf in DER, in lower-case hex.
    fingerprint: String,
    /// From when it holds.
    not_before: Moment,
    /// Until when it holds.
    not_after: Moment,
    /// The chain in PEM, leaf first.
    chain: String,
    /// The domains that were given it by its identifier.
    used_by: Vec<DomainName>,
    created: Moment,
    modified: Moment,
}

impl Certificate {
    fn of(snapshot: &Snapshot, certificate: &model::Certificate) -> Self {
        let uses = |domain: &&std::sync::Arc<model::Domain>| matches!(&domain.certificate, Some(DomainCertificate::Stored(id)) if *id == certificate.id);
        Self {
            id: certificate.id.clone(),
            name: certificate.name.clone(),
            source: certificate.source.clone(),
            names: certificate.names.clone(),
            subject: certificate.subject.clone(),
            issuer: certificate.issuer.clone(),
            fingerprint: certificate.fingerprint.clone(),
            not_before: certificate.not_before.into(),
            not_after: certificate.not_after.into(),
            chain: certificate.chain.clone(),
            used_by: snapshot.domains.values().filter(uses).map(|domain| domain.name.clone()).collect(),
            created: certificate.created.into(),
            modified: certificate.modified.into(),
        }
    }
}

/// A certificate that is to be kept. Both texts are PEM.
#[derive(Deserialize, ToSchema)]
struct NewCertificate {
    /// The gateway chooses one where none is given.
    id: Option<CertificateId>,
    /// Its first host name where none is given.
    name: Option<Name>,
    /// The chain, leaf first.
    #[schema(max_length = 131072)]
    chain: String,
    /// The private key of the leaf, unencrypted.
    #[schema(max_length = 32768)]
    key: String,
}

/// What a certificate is from now on. Both texts are PEM.
#[derive(Deserialize, ToSchema)]
struct Replacement {
    /// The chain, leaf first.
    #[schema(max_length = 131072)]
    chain: String,
    /// The private key of the leaf, unencrypted.
    #[schema(max_length = 32768)]
    key: String,
}

/// Which certificates are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CertificateFilter {
    /// In its name, identifier or the names that it is for, regardless of case.
    q: Option<String>,
    /// The order; by name unless said otherwise.
    #[param(schema_with = sorts)]
    sort: Option<Sort>,
}

fn sorts() -> utoipa::openapi::schema::Object {
    page::orders(&["name", "not_after", "created", "modified"])
}

/// Lists certificates
#[utoipa::path(get, path = "/certificates", tag = "certificates", params(Paging, CertificateFilter),
    responses((status = 200, description = "A page of certificates", body = Page<Certificate>)))]
async fn list_certificates(
    look: Look,
    Query(paging): Query<Paging>,
    Query(filter): Query<CertificateFilter>,
) -> Outcome {
    let wanted = |certificate: &&std::sync::Arc<model::Certificate>| {
        let mut texts = vec![certificate.name.as_str(), certificate.id.as_str()];
        texts.extend(certificate.names.iter().map(String::as_str));
        page::matches(filter.q.as_deref(), &texts)
    };
    let all: Vec<_> = look.snapshot.certificates.values().filter(wanted).collect();
    let sort = filter.sort.clone().unwrap_or_else(|| Sort::by("name"));
    let key = |certificate: &&std::sync::Arc<model::Certificate>| {
        let key = match sort.field.as_str() {
            "not_after" => page::by_time(certificate.not_after),
            "created" => page::by_time(certificate.created),
            "modified" => page::by_time(certificate.modified),
            _ => page::by_name(certificate.name.as_str()),
        };
        (key, certificate.id.to_string())
    };
    Ok(Answer::ok(page::page(&paging, &sort, all, key, |certificate| Certificate::of(&look.snapshot, certificate))?))
}

/// Takes a certificate in
#[utoipa::path(post, path = "/certificates", tag = "certificates", request_body = NewCertificate,
    responses((status = 201, description = "Kept", body = Certificate)))]
async fn create_certificate(change: Change, Body(new): Body<NewCertificate>) -> Outcome {
    let NewCertificate { id, name, chain, key } = new;
    let made = control::NewCertificate { id, name, chain, key };
    let made = change.control().create_certificate(&change.actor(), made).await?;
    let answer = shown(&change.after(), &made.id)?.created(&format!("/api/v1/certificates/{}", made.id));
    Ok(change.answer(answer))
}

/// Shows a certificate
#[utoipa::path(get, path = "/certificates/{certificate}", tag = "certificates",
    responses((status = 200, description = "The certificate", body = Certificate)))]
async fn show_certificate(look: Look, Path(id): Path<String>) -> Outcome {
    shown(&look, &certificate_id(&id)?)
}

/// Puts a new chain and key in the place of the old ones
///
/// The domains that use it show the new one to the next handshake; open connections live on.
#[utoipa::path(put, path = "/certificates/{certificate}", tag = "certificates", request_body = Replacement,
    responses((status = 200, description = "As it is now", body = Certificate)))]
async fn replace_certificate(change: Change, Path(id): Path<String>, Body(new): Body<Replacement>) -> Outcome {
    let id = certificate_id(&id)?;
    present(&change.after(), &id)?;
    let actor = change.actor_on(&Noun::Certificate(id.clone()))?;
    change.control().replace_certificate(&actor, &id, &new.chain, &new.key).await?;
    Ok(change.answer(shown(&change.after(), &id)?))
}

/// Deletes a certificate that no domain uses
#[utoipa::path(delete, path = "/certificates/{certificate}", tag = "certificates",
    responses((status = 204, description = "Deleted")))]
async fn delete_certificate(change: Change, Path(id): Path<String>) -> Outcome {
    let id = certificate_id(&id)?;
    present(&change.after(), &id)?;
    let actor = change.actor_on(&Noun::Certificate(id.clone()))?;
    change.control().delete_certificate(&actor, &id).await?;
    Ok(change.answer(Answer::nothing()))
}

fn certificate_id(raw: &str) -> Result<CertificateId, Problem> {
    let gone = |_| Problem::not_found(format!("there is no certificate `{}`", raw.escape_debug()));
    CertificateId::try_from(raw.to_owned()).map_err(gone)
}

/// The certificate in the path.
fn present<'l>(look: &'l Look, id: &CertificateId) -> Result<&'l model::Certificate, Problem> {
    let gone = || Problem::not_found(format!("there is no certificate `{id}`"));
    look.snapshot.certificates.get(id).map(|found| &**found).ok_or_else(gone)
}

fn shown(look: &Look, id: &CertificateId) -> Outcome {
    let certificate = present(look, id)?;
    Ok(look.show(&Noun::Certificate(id.clone()), Certificate::of(&look.snapshot, certificate)))
}
