//! What the Connection fields of a head say.

use super::fields::tokens;

/// What the Connection fields of a head say together (RFC 9110, 7.6.1).
#[derive(Default)]
pub(super) struct Connection {
    pub(super) close: bool,
    pub(super) keep_alive: bool,
    pub(super) upgrade: bool,
    /// Other fields are named, which then belong to this hop too.
    pub(super) names_fields: bool,
}

impl Connection {
    /// Takes in the value of one of them.
    pub(super) fn heed(&mut self, value: &[u8]) {
        for token in tokens(value) {
            if token.eq_ignore_ascii_case(b"close") {
                self.close = true;
            } else if token.eq_ignore_ascii_case(b"keep-alive") {
                self.keep_alive = true;
            } else if token.eq_ignore_ascii_case(b"upgrade") {
                // Upgrade itself is this hop's in any case.
                self.upgrade = true;
            } else {
                self.names_fields = true;
            }
        }
    }
}
