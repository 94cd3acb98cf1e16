//! A body that nobody reads to its end is read and thrown away.
//!
//! A refusal does not need the body, and may be written before the body has come. Who is still sending would meet a closed
//! connection in place of the answer, and who sends the next request on the same connection would lose that one.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::BodyExt;
use hyper::body::{Body as _, Frame, SizeHint};

/// The most that is thrown away: bytes. It is twice the longest body that is taken anywhere.
const LARGEST: usize = 64 << 20;
/// How long it is thrown away.
const PATIENCE: Duration = Duration::from_secs(60);

/// Lets `next` leave the body where it is.
pub(super) async fn throw_away(request: Request, next: Next) -> Response {
    // Who waits for a 100 sends nothing after another answer.
    if request.body().is_end_stream() || request.headers().contains_key(header::EXPECT) {
        return next.run(request).await;
    }
    next.run(request.map(|body| Body::new(Unread(body)))).await
}

struct Unread(Body);

impl hyper::body::Body for Unread {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.get_mut().0).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        let runtime = tokio::runtime::Handle::try_current();
        if let (false, Ok(runtime)) = (self.0.is_end_stream(), runtime) {
            let left = std::mem::take(&mut self.0);
            runtime.spawn(tokio::time::timeout(PATIENCE, read_to_end(left)));
        }
    }
}

async fn read_to_end(mut left: Body) {
    let mut seen = 0;
    while let Some(Ok(frame)) = left.frame().await {
        seen += frame.data_ref().map_or(0, Bytes::len);
        if seen > LARGEST {
            break;
        }
    }
}
