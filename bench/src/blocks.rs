//! The requests of a row over HTTP/2: their heads as an encoder of HPACK (RFC 7541) writes them, but for Huffman's code.

use crate::sheet::{CYCLE, api_of, call_path, item_of};

/// Entries of the static table that a request of ours consists of.
const METHOD_GET: u8 = 0x82;
const SCHEME_HTTPS: u8 = 0x87;
const AUTHORITY: u8 = 1;
const PATH: u8 = 4;
const ACCEPT: u8 = 19;
const USER_AGENT: u8 = 58;
/// A field that is kept in the table for later, its name from the static table.
const KEPT: u8 = 0x40;
/// Host, user agent and what is accepted, where the first request has put them into the table.
const TOLD_BEFORE: [u8; 3] = [0x80 | 64, 0x80 | 63, 0x80 | 62];
/// The longest text whose length is one byte.
const SHORT: usize = 126;

/// The heads of a cycle of requests.
pub(crate) struct Blocks {
    authority: String,
    paths: Vec<String>,
}

impl Blocks {
    /// Calls to `apis` APIs of `host`; nothing is signed. Both are short: a name of a host has at most 126 bytes here.
    pub(crate) fn render(host: &str, apis: usize) -> Blocks {
        let paths = (0..CYCLE).map(|turn| call_path(api_of(turn, apis), item_of(turn))).collect();
        Blocks { authority: host.chars().take(SHORT).collect(), paths }
    }

    /// The request number `turn` as the first of a connection.
    pub(crate) fn first(&self, turn: usize) -> Vec<u8> {
        let mut block = self.path(turn);
        for (name, value) in [(AUTHORITY, self.authority.as_str()), (USER_AGENT, "bench"), (ACCEPT, "*/*")] {
            block.push(KEPT | name);
            write_text(&mut block, value);
        }
        block
    }

    /// The request number `turn`, counted round and round, as a later one.
    pub(crate) fn later(&self, turn: usize) -> Vec<u8> {
        let mut block = self.path(turn);
        block.extend(TOLD_BEFORE);
        block
    }

    fn path(&self, turn: usize) -> Vec<u8> {
        let path = &self.paths[turn % self.paths.len()];
        let mut block = Vec::with_capacity(path.len() + 8);
        block.extend([METHOD_GET, SCHEME_HTTPS, PATH]);
        write_text(&mut block, path);
        block
    }
}

fn write_text(to: &mut Vec<u8>, text: &str) {
    to.push(text.len() as u8);
    to.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_head_teaches_what_the_later_ones_refer_to() {
        let blocks = Blocks::render("h.localhost", 1);
        let path = b"\x82\x87\x04\x1e/release/api0000/100001/detail";
        let told = b"\x41\x0bh.localhost\x7a\x05bench\x53\x03*/*";
        assert_eq!(blocks.first(1), [&path[..], told].concat());
        assert_eq!(blocks.later(1), [&path[..], &[0xc0, 0xbf, 0xbe]].concat());
        assert_eq!(blocks.later(1), blocks.later(1 + CYCLE));
    }
}
