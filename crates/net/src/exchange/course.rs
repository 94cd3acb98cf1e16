//! What a response's body goes through on its way to the caller, beside its coding.

use std::cell::RefCell;
use std::rc::Rc;

use crate::ChunkFault;
use crate::body::{Coding, Incoming};
use crate::buffer::Buffer;
use crate::gzip::Packer;

/// At least one of these is there.
#[derive(Debug, Default)]
pub(super) struct Course {
    /// Keeps a copy of it, as it came.
    pub(super) keeper: Option<Keeper>,
    /// Packs it.
    pub(super) packer: Option<Packer>,
}

/// A copy of a response's body, which grows while the body is relayed.
#[derive(Clone, Debug)]
pub struct Keeper(Rc<RefCell<Kept>>);

#[derive(Debug)]
enum Kept {
    Part { body: Vec<u8>, most: usize },
    Whole(Vec<u8>),
    TooLong,
}

impl Course {
    /// [`Incoming::transfer`], with what is done to the data. What comes out of it may come out later.
    pub(super) fn transfer(
        &mut self,
        body: &mut Incoming,
        input: &[u8],
        coding: Coding,
        out: &mut Vec<u8>,
    ) -> Result<(usize, usize), ChunkFault> {
        let Some(keeper) = &self.keeper else {
            return match &mut self.packer {
                Some(packer) => packer.transfer(body, input, coding, out),
                None => body.transfer(input, coding, out),
            };
        };
        let mut data = Buffer::take();
        let (consumed, length) = body.transfer(input, Coding::Plain, &mut data)?;
        keeper.put(&data);
        match &mut self.packer {
            Some(packer) => Ok((consumed, packer.pass(body, &data, coding, out))),
            None => {
                coding.append(out, &data);
                if body.is_done() && consumed > 0 {
                    body.append_end(coding, out);
                }
                Ok((consumed, length))
            }
        }
    }

    /// What is held goes on, since the backend says nothing more for now. The bytes that came.
    pub(super) fn flush(&mut self, coding: Coding, out: &mut Vec<u8>) -> usize {
        self.packer.as_mut().map_or(0, |packer| packer.flush(coding, out))
    }

    /// The backend's closing has ended the body. The bytes that came.
    pub(super) fn end(&mut self, body: &Incoming, coding: Coding, out: &mut Vec<u8>) -> usize {
        match &mut self.packer {
            Some(packer) => packer.end(body, coding, out),
            None => {
                body.append_end(coding, out);
                0
            }
        }
    }
}

impl Keeper {
    /// Keeps bodies of at most so many bytes.
    pub(super) fn new(most: usize) -> Self {
        Self(Rc::new(RefCell::new(Kept::Part { body: Vec::new(), most })))
    }

    fn put(&self, data: &[u8]) {
        let mut kept = self.0.borrow_mut();
        if let Kept::Part { body, most } = &mut *kept {
            if data.len() > *most - body.len() {
                *kept = Kept::TooLong;
            } else {
                body.extend_from_slice(data);
            }
        }
    }

    /// The body came whole, and with it these trailers, without which it is not the same.
    pub(super) fn end(&self, trailers: Option<&[u8]>) {
        let mut kept = self.0.borrow_mut();
        if let Kept::Part { body, .. } = &mut *kept {
            let is_all = trailers.is_none_or(<[u8]>::is_empty);
            *kept = if is_all { Kept::Whole(std::mem::take(body)) } else { Kept::TooLong };
        }
    }

    /// The body, if it came whole, was short enough, and had no trailers.
    pub fn take(self) -> Option<Vec<u8>> {
        match std::mem::replace(&mut *self.0.borrow_mut(), Kept::TooLong) {
            Kept::Whole(body) => Some(body),
            Kept::Part { .. } | Kept::TooLong => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chunked::Decoder;

    fn course(most: usize) -> (Course, Keeper) {
        let keeper = Keeper::new(most);
        (Course { keeper: Some(keeper.clone()), packer: None }, keeper)
    }

    #[test]
    fn what_goes_by_is_kept_as_it_came_and_goes_on_in_its_coding() {
        let (mut course, keeper) = course(10);
        let (mut body, mut out) = (Incoming::Chunked(Decoder::default()), Vec::new());
        assert_eq!(course.transfer(&mut body, b"5\r\nhello\r\n5\r\nwor", Coding::Chunked, &mut out), Ok((16, 8)));
        course.transfer(&mut body, b"ld\r\n0\r\n\r\nnext", Coding::Chunked, &mut out).unwrap();
        assert!(body.is_done() && out.ends_with(b"ld\r\n0\r\n\r\n"));
        keeper.end(body.trailers());
        assert_eq!(keeper.take().as_deref(), Some(&b"helloworld"[..]));
    }

    #[test]
    fn a_body_that_is_too_long_or_not_whole_or_has_trailers_is_not_kept() {
        let (mut course, keeper) = course(4);
        let (mut body, mut out) = (Incoming::Length(5), Vec::new());
        course.transfer(&mut body, b"hello", Coding::Plain, &mut out).unwrap();
        keeper.end(None);
        assert_eq!((keeper.take(), &out[..]), (None, &b"hello"[..]));
        let part = Keeper::new(9);
        part.put(b"part");
        assert_eq!(part.clone().take(), None);
        let trailed = Keeper::new(9);
        trailed.end(Some(b"Sum: 5\r\n"));
        assert_eq!(trailed.take(), None);
    }
}
