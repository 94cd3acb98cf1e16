//! Subcommands that look into the store by themselves, without a gateway.

use store::StoreError;

use crate::failure::Failure;

/// Does what the store is asked for, on a thread that does nothing else meanwhile.
pub(crate) fn wait<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new("starting threads", error))?;
    runtime.block_on(work).map_err(|error| Failure::new("store", error))
}
