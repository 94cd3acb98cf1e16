//! The audit trail: who changed what, by whichever dialect.

use control::AuditFilter;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::exchange::{Answer, Look, Outcome};
use crate::moment::{self, Moment};
use crate::page::{Page, Paging, Sort, orders};
use crate::problem::Problem;
use crate::query::Query;
use crate::state::Shared;

pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list_audit))
}

/// A change that was acknowledged, or a secret that was shown.
#[derive(Serialize, ToSchema)]
struct AuditRecord {
    /// The revision of the configuration that it made.
    revision: i64,
    time: Moment,
    /// The operator's name; `installation` for the gateway itself.
    actor: String,
    /// What was done, as `noun.verb`: `service.create`.
    action: String,
    /// What it was done to: an identifier.
    subject: String,
    /// The dialect that it came through, and the request's identifier there.
    origin: String,
}

/// Which entries are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AuditWish {
    /// By the operator of this name.
    actor: Option<String>,
    /// This action (`service.create`), or all of a noun (`service`).
    action: Option<String>,
    /// Done to this.
    subject: Option<String>,
    /// Through this dialect: the first word of the origin.
    dialect: Option<String>,
    /// Not before this time (RFC 3339).
    #[param(format = DateTime)]
    from: Option<String>,
    /// Before this time (RFC 3339).
    #[param(format = DateTime)]
    to: Option<String>,
    /// The order; the newest first unless said otherwise.
    #[param(schema_with = sorts)]
    sort: Option<Sort>,
}

fn sorts() -> utoipa::openapi::schema::Object {
    orders(&["time"])
}

/// Lists what was changed, by whichever dialect
#[utoipa::path(get, path = "/audit", tag = "audit", params(Paging, AuditWish),
    responses((status = 200, description = "A page of the trail", body = Page<AuditRecord>)))]
async fn list_audit(look: Look, Query(paging): Query<Paging>, Query(wish): Query<AuditWish>) -> Outcome {
    let time = |parameter: &str, raw: &Option<String>| {
        let read = |raw: &String| {
            let wrong = || Problem::query(vec![(parameter.to_owned(), moment::FORM.to_owned())]);
            moment::read(raw).ok_or_else(wrong)
        };
        raw.as_ref().map(read).transpose()
    };
    let is_down = wish.sort.as_ref().is_none_or(|sort| sort.down);
    let wrong_token = "is no token of this list; leave it out for the first page";
    let after = paging.page_token.as_ref().map(|token| token.parse::<i64>()).transpose();
    let after = after.map_err(|_| Problem::query(vec![("page_token".to_owned(), wrong_token.to_owned())]))?;
    let filter = AuditFilter {
        from: time("from", &wish.from)?,
        to: time("to", &wish.to)?,
        actor: wish.actor,
        action: wish.action,
        subject: wish.subject,
        dialect: wish.dialect,
        newest_first: is_down,
    };
    let limit = paging.limit.unwrap_or(50);
    let (mut entries, total) = look.control().audit_page(&filter, limit.saturating_add(1), after).await?;
    let more = entries.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    if more {
        entries.pop();
    }
    let next_page_token = entries.last().filter(|_| more).map(|(revision, _)| revision.to_string());
    let items: Vec<AuditRecord> = entries
        .into_iter()
        .map(|(revision, entry)| AuditRecord {
            revision,
            time: entry.time.into(),
            actor: entry.actor,
            action: entry.action,
            subject: entry.subject,
            origin: entry.origin,
        })
        .collect();
    Ok(Answer::ok(Page { items, next_page_token, total }))
}
