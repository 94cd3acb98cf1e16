//! A record as a row, and back.

use model::{Kind, Record, Secret};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use crate::StoreError;
use crate::seal::SealKey;

/// The form in which bodies are written now. A later form gets the next number and an arm in [`upgraded`].
pub(crate) const BODY_VERSION: i64 = 1;

/// The record in a row whose columns begin with kind, id, version, body and sealed.
pub(crate) fn read(row: &SqliteRow, seal: &SealKey) -> Result<Record, StoreError> {
    let (kind, id) = (row.try_get::<&str, _>(0)?, row.try_get::<&str, _>(1)?);
    let corrupt = |reason: String| StoreError::Corrupt { kind: kind.to_owned(), id: id.to_owned(), reason };
    let version = row.try_get(2)?;
    let body = upgraded(version, row.try_get(3)?).map_err(corrupt)?;
    let known = kind.parse::<Kind>().map_err(|error| corrupt(error.reason))?;
    let mut record = Record::from_json(known, body).map_err(|error| corrupt(format!("its body: {error}")))?;
    if record.key().id != id {
        return Err(corrupt(format!("its body is that of `{}`", record.key().id)));
    }
    match (record.secret().is_some(), row.try_get::<Option<&[u8]>, _>(4)?) {
        (true, Some(sealed)) => {
            let bytes = seal.unseal(kind, id, sealed).map_err(|reason| corrupt(reason.to_owned()))?;
            let text = String::from_utf8(bytes.to_vec()).map_err(|_| corrupt("its secret is no text".to_owned()))?;
            record.set_secret(Secret::kept(text).map_err(|error| corrupt(error.to_string()))?);
        }
        (false, None) => {}
        (true, None) => return Err(corrupt("its sealed secret is missing".to_owned())),
        (false, Some(_)) => {
            return Err(corrupt("it has a sealed secret, which this kind of record has not".to_owned()));
        }
    }
    Ok(record)
}

/// A body in the form of today.
fn upgraded(version: i64, body: &str) -> Result<&str, String> {
    match version {
        BODY_VERSION => Ok(body),
        _ => Err(format!("its body is of form {version}; this Tollgate knows forms up to {BODY_VERSION}")),
    }
}

/// The body and the sealed secret of a record that is to be written.
pub(crate) fn written(record: &Record, seal: &SealKey) -> Result<(String, Option<Vec<u8>>), StoreError> {
    let key = record.key();
    let body = serde_json::to_string(record).map_err(|error| {
        StoreError::Database(format!("{} `{}` cannot be written: {error}", key.kind.as_str(), key.id))
    })?;
    let sealed =
        record.secret().map(|secret| seal.seal(key.kind.as_str(), &key.id, secret.expose().as_bytes())).transpose()?;
    Ok((body, sealed))
}
