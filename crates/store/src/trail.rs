//! Reading the audit trail.

use model::{AuditEntry, Timestamp};
use sqlx::sqlite::SqliteConnection;

use crate::StoreError;

type Row = (i64, i64, String, String, String, String);

/// Which entries are wanted; `None` is all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditFilter {
    /// By the operator of this name.
    pub actor: Option<String>,
    /// This action, `noun.verb`, or all of a noun.
    pub action: Option<String>,
    /// Done to this.
    pub subject: Option<String>,
    /// Through this dialect: the first word of the origin.
    pub dialect: Option<String>,
    /// Not before this time.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub to: Option<Timestamp>,
    /// The newest first; the oldest otherwise.
    pub newest_first: bool,
}

/// What both statements of [`page`] choose by; its six parameters come first.
const WANTED: &str = "(?1 IS NULL OR actor = ?1)
     AND (?2 IS NULL OR action = ?2 OR substr(action, 1, length(?2) + 1) = ?2 || '.')
     AND (?3 IS NULL OR subject = ?3)
     AND (?4 IS NULL OR substr(origin || ' ', 1, length(?4) + 1) = ?4 || ' ')
     AND (?5 IS NULL OR time >= ?5) AND (?6 IS NULL OR time < ?6)";

/// At most `limit` entries after the one numbered `after`, and how many there are in all.
pub(crate) async fn page(
    connection: &mut SqliteConnection,
    filter: &AuditFilter,
    limit: u32,
    after: Option<i64>,
) -> Result<(Vec<(i64, AuditEntry)>, i64), StoreError> {
    let (way, order) = if filter.newest_first { ("<", "DESC") } else { (">", "ASC") };
    let chosen = format!(
        "SELECT revision, time, actor, action, subject, origin FROM audit
         WHERE {WANTED} AND (?7 IS NULL OR revision {way} ?7) ORDER BY revision {order} LIMIT ?8"
    );
    // Nothing of the filter is in the text of the statement.
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(chosen))
        .bind(&filter.actor)
        .bind(&filter.action)
        .bind(&filter.subject)
        .bind(&filter.dialect)
        .bind(filter.from.map(|time| time.millis()))
        .bind(filter.to.map(|time| time.millis()))
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(&mut *connection)
        .await?;
    let total = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM audit WHERE {WANTED}")))
        .bind(&filter.actor)
        .bind(&filter.action)
        .bind(&filter.subject)
        .bind(&filter.dialect)
        .bind(filter.from.map(|time| time.millis()))
        .bind(filter.to.map(|time| time.millis()))
        .fetch_one(connection)
        .await?;
    Ok((rows.into_iter().map(entry).collect(), total))
}

fn entry((revision, time, actor, action, subject, origin): Row) -> (i64, AuditEntry) {
    (revision, AuditEntry { time: Timestamp::from_millis(time), actor, action, subject, origin })
}

/// At most `limit` entries, newest first, older than `before`.
pub(crate) async fn read(
    connection: &mut SqliteConnection,
    limit: u32,
    before: Option<i64>,
) -> Result<Vec<(i64, AuditEntry)>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT revision, time, actor, action, subject, origin FROM audit
         WHERE revision < ? ORDER BY revision DESC LIMIT ?",
    )
    .bind(before.unwrap_or(i64::MAX))
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(entry).collect())
}
