//! Reading the audit trail.

use model::{AuditEntry, Timestamp};
use sqlx::sqlite::SqliteConnection;

use crate::StoreError;

type Row = (i64, i64, String, String, String, String);

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
    let entry = |(revision, time, actor, action, subject, origin): Row| {
        (revision, AuditEntry { time: Timestamp::from_millis(time), actor, action, subject, origin })
    };
    Ok(rows.into_iter().map(entry).collect())
}
