//! Message heads: parsed once, strictly; header fields are spans of one pooled buffer.

mod fields;
mod request;
mod response;

pub use request::Request;
pub use response::Response;
