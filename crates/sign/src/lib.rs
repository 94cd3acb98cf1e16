//! Every signature and token that Tollgate makes or checks.
//!
//! Pure functions: no I/O, no clock (the time of day is passed in), no knowledge of who a caller is or where keys live.
//!
//! - [`key_pair`]: what callers of an API put in `Authorization: hmac …`; the only part that stands in the path of a
//!   call, and written for it.
//! - [`application`]: what applications sign with the same header, over more of the call.
//! - [`object`]: how requests to object stores are signed.
//! - [`tc3`]: how management calls are signed, TC3-HMAC-SHA256.
//! - [`token`]: JSON Web Tokens that callers were given.
//! - [`certificate`]: what a certificate with its key says, and whether the two can be used.
//! - [`tc1`]: how management calls were signed before that, HmacSHA1 and HmacSHA256 over the parameters.

pub mod application;
pub mod certificate;
pub mod key_pair;
pub mod object;
pub mod tc1;
pub mod tc3;
pub mod token;
