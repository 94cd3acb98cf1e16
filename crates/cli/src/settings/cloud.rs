//! Settings of what stands behind functions and buckets.

use gateway::runtime::{BucketSignature, CloudKey, EndpointTemplate, FunctionEndpoint, InvokeApi, Runtimes};
use model::{Origin, Secret};

use super::Settings;
use super::value::Value;
use crate::failure::Failure;

/// Where functions are, by their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FunctionTemplate(EndpointTemplate);

impl Value for FunctionTemplate {
    const STANDS_FOR: &'static str = "URL";

    fn allowed() -> String {
        "`http://` or `https://`, a host, perhaps a port and a path, with `{namespace}`, `{function}` and `{qualifier}` \
         where those belong, such as `http://127.0.0.1:9000/{namespace}/{function}/{qualifier}`"
            .to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        EndpointTemplate::new(text, &EndpointTemplate::OF_FUNCTION).ok().map(Self)
    }
}

/// Where single functions are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FunctionEndpoints(Vec<FunctionEndpoint>);

impl Value for FunctionEndpoints {
    const STANDS_FOR: &'static str = "NAME=URL,…";

    fn allowed() -> String {
        "`namespace/function=URL` or `namespace/function:qualifier=URL`, separated by commas, such as \
         `default/hello=http://127.0.0.1:9001`; or empty"
            .to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(|part| FunctionEndpoint::try_from(part).ok()).collect::<Option<_>>().map(Self)
    }
}

/// Where an API of the cloud is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiOrigin(Origin);

impl Value for ApiOrigin {
    const STANDS_FOR: &'static str = "URL";

    fn allowed() -> String {
        "`http://` or `https://`, a host and perhaps a port, such as `https://scf.tencentcloudapi.com`".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        Origin::try_from(text).ok().map(Self)
    }
}

/// Where buckets are, by their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BucketTemplate(EndpointTemplate);

impl Value for BucketTemplate {
    const STANDS_FOR: &'static str = "URL";

    fn allowed() -> String {
        "`http://` or `https://`, a host, perhaps a port and a path, with `{bucket}` and `{region}` where those belong, \
         such as `http://127.0.0.1:9000/{bucket}`"
            .to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        EndpointTemplate::new(text, &EndpointTemplate::OF_BUCKET).ok().map(Self)
    }
}

/// How requests to buckets are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SignatureForm(BucketSignature);

impl Value for SignatureForm {
    const STANDS_FOR: &'static str = "FORM";

    fn allowed() -> String {
        "`cos` or `s3`".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        match text {
            "cos" => Some(Self(BucketSignature::Cos)),
            "s3" => Some(Self(BucketSignature::S3)),
            _ => None,
        }
    }
}

/// The public half of a pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PairId(String);

impl Value for PairId {
    const STANDS_FOR: &'static str = "ID";

    fn allowed() -> String {
        "1 to 128 letters, digits, `_` and `-`".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        let fits = (1..=128).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        fits.then(|| Self(text.to_owned()))
    }
}

/// The secret half of a pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PairSecret(Secret);

impl Value for PairSecret {
    const STANDS_FOR: &'static str = "SECRET";
    const IS_SECRET: bool = true;

    fn allowed() -> String {
        "1 to 256 visible ASCII characters".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        Secret::try_from(text.to_owned()).ok().map(Self)
    }
}

impl Settings {
    /// What stands behind the names of functions and buckets.
    ///
    /// # Errors
    /// Half of a pair, or an API without a pair.
    pub(crate) fn runtimes(&self) -> Result<Runtimes, Failure> {
        let (installation, cloud) = (&self.installation, &self.cloud);
        let key = match (&cloud.cloud_secret_id, &cloud.cloud_secret_key) {
            (Some(id), Some(secret)) => Some(CloudKey { id: id.0.clone(), secret: secret.0.clone() }),
            (None, None) => None,
            _ => return Err(Failure::usage("settings `cloud_secret_id` and `cloud_secret_key`: give both or neither")),
        };
        let cloud_region = cloud.cloud_region.as_ref().unwrap_or(&installation.region).0.clone();
        let invoke = match (&cloud.function_api, &key) {
            (None, _) => None,
            (Some(api), Some(key)) => {
                Some(InvokeApi { origin: api.0.clone(), region: cloud_region.clone(), key: key.clone() })
            }
            (Some(_), None) => {
                return Err(Failure::usage("setting `function_api` needs `cloud_secret_id` and `cloud_secret_key`"));
            }
        };
        Ok(Runtimes {
            app_id: installation.app_id.get(),
            region: installation.region.0.clone(),
            endpoints: cloud.function_endpoints.0.clone(),
            template: cloud.function_endpoint.as_ref().map(|template| template.0.clone()),
            invoke,
            buckets: cloud.bucket_endpoint.0.clone(),
            bucket_signature: cloud.bucket_signature.0,
            key,
            cloud_region,
            request_bytes: cloud.function_body_size.size(),
            result_bytes: cloud.function_result_size.size(),
        })
    }
}
