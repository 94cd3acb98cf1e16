//! `tollgate check`: would `serve` start with these settings on this data folder?

use std::path::Path;

use store::Store;

use crate::call::exchange::TlsTrust;
use crate::failure::Failure;
use crate::serve::{certificates, data_plane};
use crate::settings::Settings;
use crate::stored::wait;
use crate::terminal;

/// Says what the settings and the stored configuration hold. Changes nothing, also beside a running gateway.
pub(crate) fn run(settings: &Settings, file: Option<&Path>) -> Result<(), Failure> {
    settings.runtimes()?;
    data_plane::backend_tls(&settings.backend)?;
    let authorities = [&settings.issuer.issuer_ca, &settings.delivery.log_http_ca, &settings.acme.acme_ca];
    for file in authorities.into_iter().flatten() {
        TlsTrust::file(&file.0)?;
    }
    let said = file.map_or_else(|| "flags, environment and defaults".to_owned(), |path| path.display().to_string());
    terminal::say(format_args!("settings: good ({said})"))?;
    let pairs = certificates::check(settings)?;
    if pairs > 0 {
        terminal::say(format_args!("certificates: {pairs} in files, good"))?;
    }
    let folder = &settings.installation.data;
    let stored = wait(Store::inspect(folder, settings.store_url()))?;
    let Some(snapshot) = stored else {
        return Ok(terminal::say(format_args!("store: none in {} yet; `serve` will make it", folder.display()))?);
    };
    let apis: usize = snapshot.services.values().map(|tree| tree.apis.len()).sum();
    terminal::say(format_args!(
        "store: good, revision {}: {} services, {apis} APIs, {} custom domains, {} certificates, {} usage plans, {} keys, \
         {} operators",
        snapshot.revision.0,
        snapshot.services.len(),
        snapshot.domains.len(),
        snapshot.certificates.len(),
        snapshot.usage_plans.len(),
        snapshot.credentials.len(),
        snapshot.operators.len(),
    ))?;
    Ok(())
}
