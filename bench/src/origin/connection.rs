//! One connection that a gateway has opened to the origin.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

use super::Answers;
use super::echo::{Echo, accepted};

/// Room for one request head, and for what is read at once; the benchmark's requests and what gateways add to them are
/// below 2 KiB.
const ROOM: usize = 8192;
/// What is read of a body at once.
const PART: usize = 1 << 16;

/// How the line of an event for the function that changes requests ends.
const EDITING: &[u8] = b"/edit HTTP/1.1";

/// A connection, between the beginning of a request and the end of its answer.
pub(super) struct Connection {
    stream: TcpStream,
    bytes: Box<[u8; ROOM]>,
    filled: usize,
    stage: Stage,
}

/// How far a connection is.
enum Stage {
    /// Waiting for a head, or for the rest of one.
    Head,
    /// Waiting for so many further bytes of a body, before this answer is due.
    Body(usize, Short),
    /// Writing the large answer, of which so many bytes are written.
    Large(usize),
    /// Saying back what it hears.
    Echo(Echo),
}

/// What one step came to.
enum Step {
    /// The next one may follow.
    Done,
    /// Nothing more now.
    Wait,
    /// The connection is over.
    Over,
}

/// The answers that are written at once.
#[derive(Clone, Copy)]
enum Short {
    Small,
    Edit,
}

/// What a request wants.
enum Request {
    Short(Short),
    Large,
    Socket(Vec<u8>),
}

impl Connection {
    /// A connection on which nothing has come.
    pub(super) fn new(stream: TcpStream) -> Connection {
        Connection { stream, bytes: Box::new([0; ROOM]), filled: 0, stage: Stage::Head }
    }

    /// Reads what has come and answers what is whole; false when the connection is over. The head of a request that became
    /// whole goes to `kept`.
    pub(super) fn serve(&mut self, answers: &Answers, mut kept: Option<&mut Vec<u8>>) -> bool {
        loop {
            let step = match &mut self.stage {
                Stage::Head => self.head(answers, &mut kept),
                Stage::Body(left, short) => {
                    let (left, short) = (*left, *short);
                    self.body(left, short, answers)
                }
                Stage::Large(written) => {
                    let written = *written;
                    self.large(written, answers)
                }
                Stage::Echo(echo) => echo.serve(&mut self.stream).map_or(Step::Over, |()| Step::Wait),
            };
            match step {
                Step::Done => {}
                Step::Wait => return true,
                Step::Over => return false,
            }
        }
    }

    fn head(&mut self, answers: &Answers, kept: &mut Option<&mut Vec<u8>>) -> Step {
        match self.stream.read(&mut self.bytes[self.filled..]) {
            Ok(0) => return Step::Over,
            Ok(count) => self.filled += count,
            Err(error) => return after(&error),
        }
        let bytes = &self.bytes[..self.filled];
        // Most requests are a head and nothing else.
        let end = if bytes.ends_with(b"\r\n\r\n") { self.filled } else { end_of_head(bytes) };
        if end == 0 {
            return if self.filled < ROOM { Step::Wait } else { Step::Over };
        }
        if let Some(kept) = kept {
            kept.clear();
            kept.extend_from_slice(&bytes[..end]);
        }
        let head = &bytes[..end];
        let (request, length) = (request(head), length(head));
        let left = length.saturating_sub(self.filled - end);
        self.filled = 0;
        match request {
            Request::Short(short) if left > 0 => self.stage = Stage::Body(left, short),
            Request::Short(short) => return self.short(short, answers),
            Request::Large => self.stage = Stage::Large(0),
            Request::Socket(answer) => {
                if !matches!(self.stream.write(&answer), Ok(written) if written == answer.len()) {
                    return Step::Over;
                }
                self.stage = Stage::Echo(Echo::new());
            }
        }
        Step::Done
    }

    fn body(&mut self, left: usize, short: Short, answers: &Answers) -> Step {
        let mut part = [0; PART];
        let wanted = left.min(PART);
        match self.stream.read(&mut part[..wanted]) {
            Ok(0) => Step::Over,
            Ok(count) if count == left => {
                self.stage = Stage::Head;
                self.short(short, answers)
            }
            Ok(count) => {
                self.stage = Stage::Body(left - count, short);
                Step::Done
            }
            Err(error) => after(&error),
        }
    }

    /// Writes a short answer, after which nothing can have come already.
    fn short(&mut self, short: Short, answers: &Answers) -> Step {
        let answer = match short {
            Short::Small => &answers.small,
            Short::Edit => &answers.edit,
        };
        match self.stream.write(answer) {
            Ok(written) if written == answer.len() => Step::Wait,
            _ => Step::Over,
        }
    }

    fn large(&mut self, written: usize, answers: &Answers) -> Step {
        match self.stream.write(&answers.large[written..]) {
            Ok(count) if written + count == answers.large.len() => {
                self.stage = Stage::Head;
                Step::Wait
            }
            Ok(count) => {
                self.stage = Stage::Large(written + count);
                Step::Done
            }
            Err(error) => after(&error),
        }
    }
}

fn after(error: &std::io::Error) -> Step {
    if error.kind() == ErrorKind::WouldBlock { Step::Wait } else { Step::Over }
}

/// What the request with this head wants.
fn request(head: &[u8]) -> Request {
    let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
    if line.starts_with(b"GET ") {
        if line.ends_with(b"/large HTTP/1.1") {
            return Request::Large;
        }
        if line.ends_with(b"/socket HTTP/1.1")
            && let Some(answer) = accepted(head)
        {
            return Request::Socket(answer);
        }
    }
    if line.starts_with(b"POST ") && line.ends_with(EDITING) {
        return Request::Short(Short::Edit);
    }
    Request::Short(Short::Small)
}

/// The length of a request's body. Only one that begins with POST has one, and it says how long it is.
fn length(head: &[u8]) -> usize {
    if !head.starts_with(b"POST ") {
        return 0;
    }
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0)
}

fn end_of_head(bytes: &[u8]) -> usize {
    bytes.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |at| at + 4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// Sends `request` in two parts, cut at `cut`, and returns the five bytes that come back.
    fn talk(request: &[u8], cut: usize) -> Vec<u8> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut caller = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        caller.set_nonblocking(true).unwrap();
        let (stream, _) = listener.accept().unwrap();
        stream.set_nonblocking(true).unwrap();
        let answers = Answers { small: b"small".to_vec(), edit: b"edits".to_vec(), large: b"large".to_vec() };
        let mut connection = Connection::new(stream);
        caller.write_all(&request[..cut]).unwrap();
        assert!(connection.serve(&answers, None));
        caller.write_all(&request[cut..]).unwrap();
        let mut answer = Vec::new();
        while answer.len() < 5 {
            assert!(connection.serve(&answers, None));
            match caller.read_to_end(&mut answer) {
                Ok(_) => panic!("the connection was closed"),
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
            }
        }
        answer
    }

    #[test]
    fn an_answer_follows_the_whole_request_wherever_it_is_cut() {
        let post = b"POST /e HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello";
        for cut in 0..post.len() {
            assert_eq!(talk(post, cut), b"small", "cut at {cut}");
        }
        assert_eq!(talk(b"GET /release/large HTTP/1.1\r\n\r\n", 7), b"large");
        assert_eq!(talk(b"POST /default/edit HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", 9), b"edits");
    }
}
