//! Key pairs: `Authorization: hmac id="…", algorithm="hmac-sha1", headers="date source", signature="…"`.
//!
//! The signature is the Base64 of an HMAC, keyed with the secret half of the pair, over a line `name: value` for each
//! name in `headers`, in that order, names in lower case, joined by a line feed, without one at the end
//! (spec: key pair authentication). Neither the request line nor the body is covered.
//!
//! A gateway calls [`parse`], finds the [`Key`] that it prepared for the id, and calls [`Key::verify`] with the
//! request's own header values; none of the three allocates. [`authorization`] and [`signing_string`] serve people:
//! the command line and whoever looks for the reason of a mismatch.

mod authorization;
mod compose;
mod date;
mod key;
mod mac;
mod written;

pub use authorization::{Authorization, HeaderNames, Malformed, parse};
pub use compose::{authorization, signing_string};
pub(crate) use date::date_of;
pub use date::{format_http_date, http_date};
pub(crate) use key::keyed;
pub use key::{Algorithm, Key};
