//! One change as one transaction.

use model::{Invalid, Kind, Record, RecordKey, Revision, Snapshot, Write};
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection as _, SqlSafeStr as _};

use crate::seal::SealKey;
use crate::{Change, StoreError, row};

/// Writes `change`, which turns the configuration from revision `base` into `next`, and syncs it to the disk.
///
/// After an error nothing of it is written, unless the database failed in the very act of committing.
pub(crate) async fn write(
    connection: &mut SqliteConnection,
    seal: &SealKey,
    base: Revision,
    change: &Change,
    next: &Snapshot,
) -> Result<(), StoreError> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE".into_sql_str()).await?;
    let (base, revision) = (signed(base)?, signed(next.revision)?);
    for write in &change.writes {
        match write {
            Write::Put(record) => put(&mut transaction, seal, record, revision, change.audit.time.millis()).await?,
            Write::Remove(record) => remove(&mut transaction, record).await?,
        }
    }
    for write in &change.writes {
        if let Write::Remove(record) = write {
            check_parts(&mut transaction, record, next).await?;
        }
    }
    let audit = &change.audit;
    sqlx::query("INSERT INTO audit (revision, time, actor, action, subject, origin) VALUES (?, ?, ?, ?, ?, ?)")
        .bind(revision)
        .bind(audit.time.millis())
        .bind(&audit.actor)
        .bind(&audit.action)
        .bind(&audit.subject)
        .bind(&audit.origin)
        .execute(&mut *transaction)
        .await?;
    let moved = sqlx::query("UPDATE meta SET revision = ? WHERE revision = ?")
        .bind(revision)
        .bind(base)
        .execute(&mut *transaction)
        .await?;
    if moved.rows_affected() != 1 {
        // The lock keeps every Tollgate out; this was another program.
        return Err(StoreError::Database(format!("something else has written to it: revision {base} is gone")));
    }
    transaction.commit().await?;
    Ok(())
}

async fn put(
    connection: &mut SqliteConnection,
    seal: &SealKey,
    record: &Record,
    revision: i64,
    time: i64,
) -> Result<(), StoreError> {
    let key = record.key();
    let (body, sealed) = row::written(record, seal)?;
    let done = sqlx::query(
        "INSERT INTO records (kind, id, parent, name, revision, created, modified, version, body, sealed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8, ?9)
         ON CONFLICT (kind, id) DO UPDATE SET name = excluded.name, revision = excluded.revision,
             modified = excluded.modified, version = excluded.version, body = excluded.body, sealed = excluded.sealed
         WHERE parent = excluded.parent",
    )
    .bind(key.kind.as_str())
    .bind(&key.id)
    .bind(record.parent())
    .bind(record.name())
    .bind(revision)
    .bind(time)
    .bind(row::BODY_VERSION)
    .bind(body)
    .bind(sealed)
    .execute(connection)
    .await?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(refused(&key, Invalid::new("parent", "there is one already, and it belongs to another record")))
    }
}

async fn remove(connection: &mut SqliteConnection, record: &Record) -> Result<(), StoreError> {
    let key = record.key();
    sqlx::query("DELETE FROM records WHERE kind = ? AND id = ? AND parent = ?")
        .bind(key.kind.as_str())
        .bind(&key.id)
        .bind(record.parent())
        .execute(connection)
        .await?;
    Ok(())
}

/// After a service or a plan was removed: as many of its parts are stored as the next configuration has.
///
/// In memory a service's parts go with it, in the database each must be named; a forgotten one would be an orphan that
/// keeps the store from being opened again.
async fn check_parts(connection: &mut SqliteConnection, record: &Record, next: &Snapshot) -> Result<(), StoreError> {
    let (expected, sql) = match record {
        Record::Service(service) => (
            next.services.get(&service.id).map_or(0, |tree| {
                tree.apis.len()
                    + tree.revisions.len()
                    + tree.releases.len()
                    + tree.environments.len()
                    + tree.events.len()
                    + tree.plan_bindings.len()
                    + tree.throttles.len()
                    + tree.ip_strategies.len()
                    + tree.attachments.len()
                    + tree.application_bindings.len()
            }),
            "SELECT count(*) FROM records WHERE parent = ? AND kind <> 'key_binding'",
        ),
        Record::UsagePlan(plan) => (
            // In memory a plan's keys do not go with it.
            if next.usage_plans.contains_key(&plan.id) {
                next.keys_of_plan.get(&plan.id).map_or(0, |keys| keys.len())
            } else {
                0
            },
            "SELECT count(*) FROM records WHERE parent = ? AND kind = 'key_binding'",
        ),
        _ => return Ok(()),
    };
    let key = record.key();
    let found: i64 = sqlx::query_scalar(sql).bind(&key.id).fetch_one(connection).await?;
    if usize::try_from(found) == Ok(expected) {
        Ok(())
    } else {
        let reason = format!("{found} of its parts would be left behind; remove each of them in the same change");
        Err(refused(&key, Invalid::new("parts", reason)))
    }
}

/// Whether `change` can be applied at all: the next configuration, or what is wrong.
pub(crate) fn applied(current: &Snapshot, change: &Change) -> Result<Snapshot, StoreError> {
    let mut next = current.clone();
    next.revision = Revision(current.revision.0 + 1);
    for write in &change.writes {
        if let Write::Put(record) = write
            && record.secret().is_some_and(model::Secret::is_empty)
        {
            return Err(refused(&record.key(), Invalid::new("secret", "is empty; it must be given with every write")));
        }
        next.apply(write.clone()).map_err(|reason| refused(&write.record().key(), reason))?;
    }
    for write in &change.writes {
        if let Write::Put(record @ Record::KeyBinding(binding)) = write
            && !next.usage_plans.contains_key(&binding.plan)
        {
            let reason = format!("`{}` is not there; no key can be in it", binding.plan);
            return Err(refused(&record.key(), Invalid::new("usage plan", reason)));
        }
    }
    Ok(next)
}

fn refused(key: &RecordKey, reason: Invalid) -> StoreError {
    StoreError::Refused { kind: Kind::as_str(key.kind), id: key.id.clone(), reason }
}

fn signed(revision: Revision) -> Result<i64, StoreError> {
    i64::try_from(revision.0).map_err(|_| StoreError::Database("there are no more revisions".to_owned()))
}
