//! Message heads: parsed once, strictly; header fields are spans of one pooled buffer.

mod authority;
mod edit;
mod fields;
mod request;
mod response;

pub(crate) use fields::{Meaning, tokens};
pub(crate) use response::LONGEST as LONGEST_RESPONSE_HEAD;

pub use edit::HeadEdit;
pub use request::Request;
pub use response::Response;
