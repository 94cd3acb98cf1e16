//! `tollgate backup` and `tollgate restore`: the store, and who its first operator is, copied out and put back.

use std::path::Path;

use store::Store;

use crate::failure::Failure;
use crate::serve::operator;
use crate::settings::Settings;
use crate::stored::wait;
use crate::terminal;

/// Copies the store that `settings` name into the folder `to`, also while a gateway has it open.
pub(crate) fn back_up(settings: &Settings, to: &Path) -> Result<(), Failure> {
    let data = &settings.installation.data;
    operator::refuse_other(to)?;
    let revision = wait(Store::back_up(data, settings.store_url(), to))?;
    operator::carry(data, to)?;
    terminal::say(format_args!("revision {} of {} is in {}", revision.0, data.display(), to.display()))?;
    Ok(())
}

/// Puts the backup in the folder `from` where `settings` say that the store is, if none is there.
pub(crate) fn restore(from: &Path, settings: &Settings) -> Result<(), Failure> {
    let data = &settings.installation.data;
    operator::refuse_other(data)?;
    let revision = wait(Store::restore(from, data, settings.store_url()))?;
    operator::carry(from, data)?;
    terminal::say(format_args!("revision {} of {} is in {}", revision.0, from.display(), data.display()))?;
    Ok(())
}
