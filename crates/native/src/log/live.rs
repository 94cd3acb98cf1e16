//! Calls as server-sent events (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use control::CallTail;
use http_body::{Body as HttpBody, Frame};
use tokio::time::{Instant, Interval, MissedTickBehavior, Sleep, interval_at};

use super::Logged;

/// How often it is told that calls were left out, or that nothing happened.
const BEAT: Duration = Duration::from_secs(2);
/// How long one stream lasts: who may watch is asked anew then.
const LONGEST: Duration = Duration::from_secs(600);

/// The events of a tail.
pub(super) fn body(tail: CallTail) -> Body {
    let mut beat = interval_at(Instant::now() + BEAT, BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    Body::new(Live { tail, beat, end: Box::pin(tokio::time::sleep(LONGEST)), skipped: 0, has_begun: false })
}

struct Live {
    tail: CallTail,
    beat: Interval,
    end: Pin<Box<Sleep>>,
    /// As it was told last.
    skipped: u64,
    has_begun: bool,
}

impl HttpBody for Live {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let frame = |text: String| Poll::Ready(Some(Ok(Frame::data(Bytes::from(text)))));
        if !self.has_begun {
            self.has_begun = true;
            // Something has to come for a browser to see that it is connected.
            return frame("retry: 1000\n: watching\n\n".to_owned());
        }
        if self.end.as_mut().poll(cx).is_ready() {
            return Poll::Ready(None);
        }
        match self.tail.calls.poll_recv(cx) {
            // The process ends.
            Poll::Ready(None) => return Poll::Ready(None),
            Poll::Ready(Some(call)) => {
                let call = serde_json::to_string(&Logged::from(call)).unwrap_or_default();
                return frame(format!("event: call\ndata: {call}\n\n"));
            }
            Poll::Pending => {}
        }
        if self.beat.poll_tick(cx).is_ready() {
            let skipped = self.tail.skipped.load(Relaxed);
            let news = skipped > self.skipped;
            self.skipped = skipped;
            return frame(if news {
                format!("event: skipped\ndata: {{\"calls\":{skipped}}}\n\n")
            } else {
                ":\n\n".to_owned()
            });
        }
        Poll::Pending
    }
}
