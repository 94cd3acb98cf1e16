//! What a field means to this hop.

use super::name::{Folded, is_same_between};

/// What a field means to this hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    Host,
    Length,
    Encoding,
    Connection,
    Expect,
    Te,
    Upgrade,
    /// Belongs to this hop, and nothing is to be done about it.
    Hop,
    /// Belongs to the ends.
    EndToEnd,
}

impl Meaning {
    pub(crate) fn of(name: &[u8]) -> Meaning {
        Self::of_folded(name, Folded::of(name))
    }

    /// The same, where the name is folded already.
    #[inline]
    pub(super) fn of_folded(name: &[u8], folded: Folded) -> Meaning {
        let is = |other: &[u8]| folded == Folded::of(other) && is_same_between(name, other);
        match name.len() {
            2 if is(b"te") => Meaning::Te,
            4 if is(b"host") => Meaning::Host,
            6 if is(b"expect") => Meaning::Expect,
            7 if is(b"upgrade") => Meaning::Upgrade,
            10 if is(b"connection") => Meaning::Connection,
            10 if is(b"keep-alive") => Meaning::Hop,
            14 if is(b"content-length") => Meaning::Length,
            16 if is(b"proxy-connection") => Meaning::Hop,
            17 if is(b"transfer-encoding") => Meaning::Encoding,
            18 if is(b"proxy-authenticate") => Meaning::Hop,
            19 if is(b"proxy-authorization") => Meaning::Hop,
            _ => Meaning::EndToEnd,
        }
    }
}
