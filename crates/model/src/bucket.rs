//! Buckets of an object store: what is read and written in place of an origin.

use serde::{Deserialize, Serialize};

use crate::{BackendPath, Invalid, Method};

/// A bucket that answers an API's calls. Which store stands behind the name is no part of the definition.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct BucketBackend {
    /// Which bucket.
    pub bucket: BucketName,
    /// What is done with the object.
    pub action: BucketAction,
    /// The gateway signs the requests; otherwise they go as the caller sent them.
    #[serde(default)]
    pub signed: bool,
    /// The object's path.
    #[serde(default)]
    pub path: BackendPath,
    /// What of the call's path belongs to the object's.
    #[serde(default)]
    pub match_mode: PathMatchMode,
}

/// What is done with an object: each stands for one method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum BucketAction {
    GetObject,
    PutObject,
    PostObject,
    AppendObject,
    HeadObject,
    DeleteObject,
}

impl BucketAction {
    /// The method that the action has, towards the gateway and towards the store.
    pub const fn method(self) -> Method {
        match self {
            Self::GetObject => Method::Get,
            Self::PutObject => Method::Put,
            Self::PostObject | Self::AppendObject => Method::Post,
            Self::HeadObject => Method::Head,
            Self::DeleteObject => Method::Delete,
        }
    }
}

/// What of a call's path belongs to the object's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PathMatchMode {
    /// Nothing: it is always the configured path.
    #[default]
    BackendPath,
    /// What the frontend path did not match stands behind the configured path.
    FullPath,
}

/// A bucket's name: 1–63 small letters, digits and `-`, neither beginning nor ending with `-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BucketName(String);

impl BucketName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for BucketName {
    type Error = Invalid;

    fn try_from(raw: String) -> Result<Self, Invalid> {
        let fits = (1..=63).contains(&raw.len())
            && raw.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !raw.starts_with('-')
            && !raw.ends_with('-');
        if fits {
            Ok(Self(raw))
        } else {
            let shown = raw.escape_debug();
            Err(Invalid::new(
                "bucket",
                format!("`{shown}` is not 1 to 63 small letters, digits and `-`, or has a `-` at an end"),
            ))
        }
    }
}

impl From<BucketName> for String {
    fn from(name: BucketName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_one_label_of_a_host_name() {
        assert_eq!(BucketName::try_from("photos-1250000000".to_owned()).unwrap().as_str(), "photos-1250000000");
        for raw in ["", "-a", "a-", "A", "a.b", "a/b", &"a".repeat(64)] {
            assert!(BucketName::try_from(raw.to_owned()).is_err(), "{raw}");
        }
    }
}
