//! A request's body, bounded in size and in time.

use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;

use crate::code::Code;
use crate::refusal::Fault;

/// Largest body: what the vendor takes with its header signature.
pub(crate) const LARGEST: usize = 10 * 1024 * 1024;

/// Largest form body: what the vendor takes with its older signature.
pub(crate) const LARGEST_FORM: usize = 1024 * 1024;

/// Longest query.
pub(crate) const LARGEST_QUERY: usize = 32 * 1024;

/// How long a body may take to come.
const PATIENCE: Duration = Duration::from_secs(60);

/// Reads all of `body`, at most `largest` bytes.
pub(crate) async fn read(body: Body, largest: usize) -> Result<Bytes, Fault> {
    match tokio::time::timeout(PATIENCE, collect(body, largest)).await {
        Ok(read) => read,
        Err(_) => Err(Fault::new(
            Code::InvalidRequest,
            format!("The request body did not come within {} seconds.", PATIENCE.as_secs()),
        )),
    }
}

async fn collect(mut body: Body, largest: usize) -> Result<Bytes, Fault> {
    let mut kept = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            return Err(Fault::new(Code::InvalidRequest, "The request body ended before it was whole."));
        };
        let Ok(data) = frame.into_data() else { continue };
        if kept.len() + data.len() > largest {
            return Err(too_large("body", largest));
        }
        kept.extend_from_slice(&data);
    }
    Ok(kept.freeze())
}

/// A part of the request that is too large.
pub(crate) fn too_large(part: &str, largest: usize) -> Fault {
    Fault::new(
        Code::RequestSizeLimitExceeded,
        format!("The request {part} is too large; at most {largest} bytes are allowed."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_as_large_as_allowed_is_read() {
        assert_eq!(read(Body::from("12345"), 5).await.unwrap(), "12345");
    }

    #[tokio::test]
    async fn a_larger_body_is_refused_with_the_bound() {
        let refused = read(Body::from("123456"), 5).await.unwrap_err();
        assert_eq!(refused.code, Code::RequestSizeLimitExceeded);
        assert!(refused.message.contains("at most 5 bytes"), "{}", refused.message);
    }
}
