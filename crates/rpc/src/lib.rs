//! Calls over HTTP with JSON become calls of gRPC, and answers of gRPC become JSON.
//!
//! What becomes what is told by the `google.api.http` options ([`HttpRule`]) of a `.proto` file. A [`Transcoder`] is made of
//! such a file once; for each call it finds the method ([`Transcoder::find`]), makes its message ([`Matched::message`]) and
//! reads its answer ([`Matched::answer`]).
//!
//! [`HttpRule`]: https://github.com/googleapis/googleapis/blob/master/google/api/http.proto

mod answer;
mod compile;
mod frame;
mod message;
mod status;
mod template;
mod transcoder;

pub use answer::{Answer, AnswerFault};
pub use compile::ProtoFault;
pub use message::MessageFault;
pub use transcoder::{Matched, NoMatch, Transcoder};
