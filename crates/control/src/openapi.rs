//! OpenAPI documents: read into the definitions of APIs, brought into a service, and written from a service.
//!
//! Read are OpenAPI 3.0 and 3.1 and Swagger 2.0, in YAML or JSON. What a document cannot say in its own words stands in
//! `x-apigw-…` members, which are the vendor's where it has documented them (spec: OpenAPI import) and follow its names
//! where it has not. They are words of the format, not of this crate: nothing outside of this folder knows them. What
//! is written and read again gives the same definitions; [`write()`] and [`read()`] are kept together by that law.
//!
//! Reading order: [`fault`], `place`, `document`, `read` with `parameters`, `backend`, `oauth` and `extension`, `write`,
//! `bring` with `relation`.

mod backend;
mod bring;
mod document;
mod extension;
pub mod fault;
mod oauth;
mod parameters;
mod place;
mod read;
mod relation;
mod write;

pub use bring::{Brought, Made, Target, placed};
pub use document::Format;
pub use fault::Fault;
pub use read::{ReadApi, ReadDocument, WantedApi, read};
pub use write::write;

#[cfg(test)]
mod tests;
