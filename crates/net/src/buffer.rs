//! Byte buffers that are lent, not owned: a connection holds one only while bytes are in it.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

/// Size of the buffer that all reads of a thread go through, and so the most that one read brings, and the most that is kept
/// of a body for a peer that does not take it. A body is carried in pieces of this size, two system calls each, and a write
/// of 64 KiB would leave as two segments, the second of them almost empty. Small calls touch only its first pages.
pub(crate) const SCRATCH: usize = 256 * 1024;

/// A free list keeps at most this many buffers...
const KEPT: usize = 256;
/// ...none of them larger than this; so at most 4 MiB a thread.
const KEPT_CAPACITY: usize = 16 * 1024;

thread_local! {
    static READING: RefCell<Box<[u8]>> = RefCell::new(vec![0; SCRATCH].into_boxed_slice());
    static FREE: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// Lends the thread's read buffer. It is always the same memory, so it stays in the processor's cache.
/// Must not be nested; what is in it is gone afterwards.
pub(crate) fn with_scratch<T>(read: impl FnOnce(&mut [u8]) -> T) -> T {
    READING.with_borrow_mut(|scratch| read(scratch))
}

/// A growable buffer from the thread's free list. Goes back there when dropped.
#[derive(Debug, Default)]
pub struct Buffer(Vec<u8>);

impl Buffer {
    /// An empty buffer that most likely has capacity already.
    pub fn take() -> Buffer {
        Buffer(FREE.with_borrow_mut(Vec::pop).unwrap_or_else(|| Vec::with_capacity(2048)))
    }

    /// An empty buffer without memory.
    pub const fn none() -> Buffer {
        Buffer(Vec::new())
    }

    /// A buffer that holds `bytes`; without memory if there are none.
    pub(crate) fn holding(bytes: &[u8]) -> Buffer {
        let mut buffer = Buffer::none();
        buffer.append(bytes);
        buffer
    }

    /// Appends; takes memory from the free list first if it has none.
    pub(crate) fn append(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if self.0.capacity() == 0 {
            *self = Buffer::take();
        }
        self.0.extend_from_slice(bytes);
    }

    /// Gives the memory back.
    pub(crate) fn release(&mut self) {
        if self.0.capacity() > 0 {
            drop(std::mem::take(self));
        }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        give_back(std::mem::take(&mut self.0));
    }
}

fn give_back(mut memory: Vec<u8>) {
    if memory.capacity() == 0 || memory.capacity() > KEPT_CAPACITY {
        return;
    }
    memory.clear();
    // While the thread ends the list may be gone already; then the memory is simply freed.
    let _ = FREE.try_with(|free| {
        let mut free = free.borrow_mut();
        if free.len() < KEPT {
            free.push(memory);
        }
    });
}

impl Deref for Buffer {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.0
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_comes_back_empty_and_is_used_again() {
        let mut first = Buffer::take();
        first.extend_from_slice(b"someone's secret");
        let place = first.as_ptr();
        drop(first);
        let second = Buffer::take();
        assert_eq!(second.as_ptr(), place);
        assert!(second.is_empty());
    }

    #[test]
    fn large_memory_is_not_kept() {
        let mut large = Buffer::take();
        large.resize(KEPT_CAPACITY * 4, 0);
        let before = FREE.with_borrow(Vec::len);
        drop(large);
        assert_eq!(FREE.with_borrow(Vec::len), before);
    }

    #[test]
    fn an_empty_buffer_holds_no_memory() {
        assert_eq!(Buffer::holding(b"").capacity(), 0);
    }
}
