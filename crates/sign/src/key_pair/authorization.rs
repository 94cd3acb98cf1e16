//! The header's value, taken apart.

use super::Algorithm;

/// An `Authorization: hmac …` value, taken apart. All parts borrow from the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authorization<'a> {
    /// The public half of the key pair; never empty.
    pub id: &'a str,
    /// The MAC to compute.
    pub algorithm: Algorithm,
    /// The signed headers; at least one.
    pub headers: HeaderNames<'a>,
    /// The signature as it was sent, in Base64; never empty.
    pub signature: &'a str,
}

/// The names in the `headers` parameter: as they were sent, in the order in which they were signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeaderNames<'a>(&'a str);

/// Why an `Authorization` value cannot be used: one variant for each text that callers know
/// (spec: key pair authentication, failure catalogue).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed<'a> {
    /// Another scheme than `hmac`.
    #[error("the authorization scheme is not hmac")]
    NotHmac,
    /// Not a list of `name="value"` parameters, a parameter given twice, bytes that are not UTF-8, or more than
    /// [`HeaderNames::MAX`] header names.
    #[error("the authorization is not a list of name=\"value\" parameters separated by commas")]
    Format,
    /// No `algorithm`, or no `headers` with at least one name in it.
    #[error("the authorization lacks its algorithm or its headers parameter")]
    TooFewParameters,
    /// No `id` or no `signature`, or an empty one.
    #[error("the authorization lacks its id or its signature parameter")]
    IdOrSignatureMissing,
    /// An algorithm other than the four; here as it was sent.
    #[error("the algorithm `{0}` is not supported; hmac-sha1, hmac-sha256, hmac-sha384 and hmac-sha512 are")]
    UnsupportedAlgorithm(&'a str),
}

/// Takes an `Authorization` value apart, without allocating.
///
/// The scheme, parameter names and algorithm are read in any case; parameters come in any order, with or without blanks
/// around the commas; an unknown parameter is passed over. Values stand in double quotes.
///
/// # Errors
/// See [`Malformed`]; the first that applies in the order of its variants.
pub fn parse(value: &[u8]) -> Result<Authorization<'_>, Malformed<'_>> {
    let _ = value;
    todo!()
}

impl<'a> HeaderNames<'a> {
    /// Most names that are accepted: as many as a request may have headers.
    pub const MAX: usize = 100;

    /// The names in order.
    pub fn iter(self) -> impl Iterator<Item = &'a str> + Clone {
        self.0.split([' ', '\t']).filter(|name| !name.is_empty())
    }

    /// True when `name` is among them, in any case.
    pub fn contains(self, name: &str) -> bool {
        self.iter().any(|listed| listed.eq_ignore_ascii_case(name))
    }
}
