//! Bytes that are written one piece behind the other, most of them a few bytes long.
//!
//! A vector asks for room before each piece and has each copied by a function made for long ones: for a line of thirty
//! short pieces that is most of the work. Here room is made once, and short pieces are copied where they are put.

/// Bytes, and room for more. Keeps its memory when emptied.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    room: Vec<u8>,
    /// Where what is written ends.
    end: usize,
}

/// What writes to the end of a [`Buffer`].
pub(super) struct Pen<'b> {
    room: &'b mut [u8],
}

impl Buffer {
    pub(super) fn clear(&mut self) {
        self.end = 0;
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.room[..self.end]
    }

    pub(super) fn len(&self) -> usize {
        self.end
    }

    /// Makes room for `more` bytes.
    #[inline]
    pub(super) fn reserve(&mut self, more: usize) {
        if self.room.len() - self.end < more {
            self.grow(more);
        }
    }

    #[cold]
    fn grow(&mut self, more: usize) {
        let needed = self.end + more;
        self.room.resize(needed.max(2 * self.room.len()), 0);
    }

    /// Lets `write` write; there must be room for all that it does.
    #[inline]
    pub(super) fn write(&mut self, write: impl for<'b> FnOnce(Pen<'b>) -> Pen<'b>) {
        let left = write(Pen { room: &mut self.room[self.end..] }).room.len();
        self.end = self.room.len() - left;
    }
}

impl Pen<'_> {
    /// Writes a piece whose length is known beforehand.
    #[inline(always)]
    pub(super) fn put<const N: usize>(&mut self, piece: &[u8; N]) {
        self.take(N).copy_from_slice(piece);
    }

    /// Writes a text, which is short as a rule.
    #[inline(always)]
    pub(super) fn put_text(&mut self, text: &[u8]) {
        copy(self.take(text.len()), text);
    }

    /// The next `length` bytes.
    #[inline(always)]
    fn take(&mut self, length: usize) -> &mut [u8] {
        let (next, room) = std::mem::take(&mut self.room).split_at_mut(length);
        self.room = room;
        next
    }
}

/// Copies `from` to `to`, which is as long. A short text is two pieces of one length that overlap.
#[inline(always)]
fn copy(to: &mut [u8], from: &[u8]) {
    let length = from.len();
    if length >= 16 {
        match length {
            ..=32 => copy_ends::<16>(to, from),
            33..=64 => copy_ends::<32>(to, from),
            _ => to.copy_from_slice(from),
        }
    } else if length >= 4 {
        if length >= 8 { copy_ends::<8>(to, from) } else { copy_ends::<4>(to, from) }
    } else if length > 0 {
        // The first, the middle and the last are all there are.
        for place in [0, length / 2, length - 1] {
            to[place] = from[place];
        }
    }
}

#[inline(always)]
fn copy_ends<const N: usize>(to: &mut [u8], from: &[u8]) {
    let last = from.len() - N;
    to[..N].copy_from_slice(&from[..N]);
    to[last..].copy_from_slice(&from[last..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_any_length_stand_one_behind_the_other() {
        let mut buffer = Buffer::default();
        let mut expected = Vec::new();
        let bytes: Vec<u8> = (0..=255).collect();
        for text in (0..200).map(|length| &bytes[length / 2..length / 2 + length / 2]) {
            buffer.reserve(text.len() + 2);
            buffer.write(|mut pen| {
                pen.put(b"ab");
                pen.put_text(text);
                pen
            });
            expected.extend_from_slice(b"ab");
            expected.extend_from_slice(text);
            assert_eq!(buffer.bytes(), expected);
        }
        buffer.clear();
        assert_eq!((buffer.len(), buffer.bytes()), (0, &[][..]));
    }
}
