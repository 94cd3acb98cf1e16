//! Message heads: parsed once, strictly; header fields are spans of one pooled buffer.

mod authority;
mod connection;
mod edit;
mod fault;
mod fields;
mod meaning;
mod name;
mod request;
mod response;
mod scan;

pub(crate) use fields::tokens;
pub(crate) use meaning::Meaning;
pub(crate) use response::LONGEST as LONGEST_RESPONSE_HEAD;

pub use edit::HeadEdit;
pub use request::Request;
pub use response::Response;
