//! The first operator, and the file that tells who it is.

use std::path::Path;

use control::{Control, mint};
use model::{Name, Secret};
use serde::{Deserialize, Serialize};

use super::files::{Readers, draft_of, rename, replace, write};
use crate::failure::Failure;

const FILE: &str = "operator.json";
const NAME: &str = "admin";

/// `operator.json`: what the first operator was made with. Whoever can read it is the operator.
#[derive(Serialize, Deserialize)]
pub(super) struct FirstOperator {
    pub(super) name: String,
    pub(super) password: String,
    pub(super) secret_id: String,
    pub(super) secret_key: String,
}

/// Makes the first operator if there is none.
///
/// The file is written before the operator is made and gets its name afterwards, so that a crash in between leaves
/// neither an operator whom nobody knows nor a file that names nobody.
pub(super) async fn ensure_first(control: &Control, folder: &Path) -> Result<(), Failure> {
    let path = folder.join(FILE);
    let draft = draft_of(&path);
    if !control.snapshot().operators.is_empty() {
        return if draft.exists() && !path.exists() { rename(&draft, &path) } else { Ok(()) };
    }
    let fault = |error: control::Refusal| Failure::new("first operator", error);
    let (fresh_id, fresh_key) = mint::pair().map_err(fault)?;
    let operator = FirstOperator {
        name: NAME.to_owned(),
        password: variable("TOLLGATE_OPERATOR_PASSWORD")?.map_or_else(mint::password, Ok).map_err(fault)?,
        secret_id: variable("TOLLGATE_OPERATOR_SECRET_ID")?.unwrap_or_else(|| fresh_id.as_str().to_owned()),
        secret_key: variable("TOLLGATE_OPERATOR_SECRET_KEY")?.unwrap_or_else(|| fresh_key.expose().to_owned()),
    };
    let text = serde_json::to_string_pretty(&operator).map_err(|error| Failure::new(path.display(), error))?;
    write(&draft, (text + "\n").as_bytes(), Readers::Owner)?;
    let name = Name::try_from(NAME).map_err(|error| Failure::new("first operator", error))?;
    let key = Secret::try_from(operator.secret_key.clone())
        .map_err(|error| Failure::new("TOLLGATE_OPERATOR_SECRET_KEY", error))?;
    control.first_operator(name, &operator.password, &operator.secret_id, key).await.map_err(fault)?;
    rename(&draft, &path)?;
    tracing::info!(file = %path.display(), name = NAME, "the first operator was made");
    Ok(())
}

/// Refuses a folder with a file that would name another store's operator.
pub(crate) fn refuse_other(folder: &Path) -> Result<(), Failure> {
    let path = folder.join(FILE);
    match path.try_exists() {
        Ok(false) => Ok(()),
        Ok(true) => Err(Failure::new(path.display(), "is there already: move it away, or name another folder")),
        Err(error) => Err(Failure::new(path.display(), error)),
    }
}

/// Copies the file, if it is there, to the folder that the store was copied to.
pub(crate) fn carry(from: &Path, to: &Path) -> Result<(), Failure> {
    let path = from.join(FILE);
    match std::fs::read(&path) {
        Ok(text) => replace(&to.join(FILE), &text, Readers::Owner),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::new(path.display(), error)),
    }
}

/// What the file says; none when it is not there any more.
pub(super) fn read(folder: &Path) -> Option<FirstOperator> {
    serde_json::from_slice(&std::fs::read(folder.join(FILE)).ok()?).ok()
}

fn variable(name: &str) -> Result<Option<String>, Failure> {
    match std::env::var(name) {
        Ok(value) if value.is_empty() => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(Failure::usage(format_args!("{name}: is not UTF-8"))),
    }
}
