//! Buckets, prepared.

use super::HttpPlan;
use crate::runtime::{BucketSignature, CloudKey};

/// A bucket: an origin whose requests the gateway may sign.
#[derive(Debug)]
pub struct BucketPlan {
    /// The origin, and how it is asked.
    pub http: HttpPlan,
    /// Signs the requests; `None` where they go as they are.
    pub signer: Option<BucketSigner>,
}

/// How requests to a bucket are signed.
#[derive(Debug)]
pub struct BucketSigner {
    /// The signature's form.
    pub signature: BucketSignature,
    /// The pair that signs.
    pub key: CloudKey,
    /// The region that the signature is for.
    pub region: Box<str>,
}
