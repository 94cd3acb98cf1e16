//! Counts that outlive a restart.

use std::collections::HashMap;

use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection as _, SqlSafeStr as _};

use crate::StoreError;

pub(crate) async fn load(connection: &mut SqliteConnection) -> Result<HashMap<String, u64>, StoreError> {
    let rows: Vec<(String, i64)> = sqlx::query_as("SELECT name, value FROM counters").fetch_all(connection).await?;
    // The schema lets no negative value in.
    Ok(rows.into_iter().map(|(name, value)| (name, value.unsigned_abs())).collect())
}

pub(crate) async fn save(connection: &mut SqliteConnection, counters: &[(String, u64)]) -> Result<(), StoreError> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE".into_sql_str()).await?;
    for (name, value) in counters {
        sqlx::query(
            "INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(name)
        // The largest value that the database holds; no count gets there in the age of the universe.
        .bind(i64::try_from(*value).unwrap_or(i64::MAX))
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await?;
    Ok(())
}
