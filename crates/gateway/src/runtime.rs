//! What really stands behind the names of cloud functions and buckets: said by the settings, not by the configuration.
//!
//! A function's name resolves, in this order, to an endpoint of its own, to the endpoint that a template makes of its
//! name, or to the cloud's Invoke API. A function that resolves to nothing is called in vain, and its calls say so.

use std::fmt;

use model::{BucketName, FunctionName, Invalid, Origin, Secret};

/// All that the settings say of functions and buckets.
#[derive(Debug, Clone)]
pub struct Runtimes {
    /// The account number that the installation plays.
    pub app_id: u64,
    /// The region that the installation plays.
    pub region: String,
    /// Functions that have an endpoint of their own.
    pub endpoints: Vec<FunctionEndpoint>,
    /// Where all other functions are.
    pub template: Option<EndpointTemplate>,
    /// The cloud's own API, for functions that have no endpoint.
    pub invoke: Option<InvokeApi>,
    /// Where buckets are.
    pub buckets: EndpointTemplate,
    /// How requests to buckets are signed.
    pub bucket_signature: BucketSignature,
    /// The pair that requests to buckets are signed with.
    pub key: Option<CloudKey>,
    /// The region that requests to buckets are signed for.
    pub cloud_region: String,
    /// Longest request body that a function gets, in bytes, after Base64.
    pub request_bytes: usize,
    /// Longest result of a function, in bytes.
    pub result_bytes: usize,
}

/// A pair of the cloud that calls to it are signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudKey {
    /// The public half.
    pub id: String,
    /// The secret half.
    pub secret: Secret,
}

/// The cloud's API that functions are invoked through: `Invoke`, version 2018-04-16.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvokeApi {
    /// Where it is.
    pub origin: Origin,
    /// The region that functions are in.
    pub region: String,
    /// Signs the calls.
    pub key: CloudKey,
}

/// How requests to buckets are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BucketSignature {
    /// The signature of COS: `q-sign-algorithm=sha1&…`.
    Cos,
    /// AWS Signature Version 4, which S3-compatible stores take.
    S3,
}

/// An endpoint: an origin and the beginning of the path there, without a closing slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Scheme, host and port.
    pub origin: Origin,
    /// Empty, or beginning with `/`.
    pub path: String,
}

impl TryFrom<&str> for Endpoint {
    type Error = Invalid;

    fn try_from(raw: &str) -> Result<Self, Invalid> {
        let authority = raw.find("://").map_or(0, |at| at + 3);
        let end = raw[authority..].find('/').map_or(raw.len(), |at| authority + at);
        let path = raw[end..].trim_end_matches('/');
        if let Some(bad) = path.chars().find(|c| !c.is_ascii_graphic() || "\"<>\\^`|#?{}".contains(*c)) {
            return Err(Invalid::new("endpoint", format!("`{raw}` holds {bad:?} in its path")));
        }
        let origin = Origin::try_from(&raw[..end])?;
        if origin.is_grpc() {
            return Err(Invalid::new("endpoint", format!("`{raw}` must begin with http:// or https://")));
        }
        Ok(Self { origin, path: path.to_owned() })
    }
}

/// A function that has an endpoint of its own: `namespace/function[:qualifier]=URL`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionEndpoint {
    namespace: String,
    name: String,
    /// `None` is every version.
    qualifier: Option<String>,
    endpoint: Endpoint,
}

impl TryFrom<&str> for FunctionEndpoint {
    type Error = Invalid;

    fn try_from(raw: &str) -> Result<Self, Invalid> {
        let refuse =
            || Invalid::new("function endpoint", format!("`{raw}` is no `namespace/function[:qualifier]=URL`"));
        let (function, url) = raw.split_once('=').ok_or_else(refuse)?;
        let (namespace, rest) = function.split_once('/').ok_or_else(refuse)?;
        let (name, qualifier) = match rest.split_once(':') {
            Some((name, qualifier)) => (name, Some(qualifier.to_owned())),
            None => (rest, None),
        };
        FunctionName::new(namespace, name, qualifier.as_deref().unwrap_or(FunctionName::DEFAULT_QUALIFIER))?;
        let endpoint = Endpoint::try_from(url)?;
        Ok(Self { namespace: namespace.to_owned(), name: name.to_owned(), qualifier, endpoint })
    }
}

/// A URL with `{word}`s in it, each of which stands for a part of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointTemplate(String);

impl EndpointTemplate {
    /// The words of a function's template.
    pub const OF_FUNCTION: [&str; 3] = ["namespace", "function", "qualifier"];

    /// The words of a bucket's template.
    pub const OF_BUCKET: [&str; 2] = ["bucket", "region"];

    /// A template that makes a valid endpoint when `words` are put in.
    ///
    /// # Errors
    /// What is wrong with the endpoint, or another word between braces.
    pub fn new(raw: &str, words: &[&str]) -> Result<Self, Invalid> {
        let template = Self(raw.to_owned());
        let samples: Vec<(&str, &str)> = words.iter().map(|word| (*word, "a")).collect();
        template.fill(&samples)?;
        Ok(template)
    }

    fn fill(&self, values: &[(&str, &str)]) -> Result<Endpoint, Invalid> {
        let mut url = self.0.clone();
        for (word, value) in values {
            url = url.replace(&format!("{{{word}}}"), value);
        }
        Endpoint::try_from(url.as_str())
    }
}

impl fmt::Display for EndpointTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What stands behind a function's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runtime<'s> {
    /// An endpoint that takes events, or whole calls.
    Endpoint(Endpoint),
    /// The cloud's API.
    Api(&'s InvokeApi),
    /// Nothing.
    Nowhere,
}

impl Runtimes {
    /// What stands behind `function`.
    pub fn function(&self, function: &FunctionName) -> Runtime<'_> {
        let named = |entry: &&FunctionEndpoint| {
            entry.namespace == function.namespace()
                && entry.name == function.name()
                && entry.qualifier.as_deref().is_none_or(|qualifier| qualifier == function.qualifier())
        };
        // An entry for this very version wins over one for all.
        let own = self.endpoints.iter().filter(named).max_by_key(|entry| entry.qualifier.is_some());
        if let Some(own) = own {
            return Runtime::Endpoint(own.endpoint.clone());
        }
        let values =
            [("namespace", function.namespace()), ("function", function.name()), ("qualifier", function.qualifier())];
        match (&self.template, &self.invoke) {
            // A name that makes no valid host where the template wants one has no endpoint.
            (Some(template), _) => template.fill(&values).map_or(Runtime::Nowhere, Runtime::Endpoint),
            (None, Some(api)) => Runtime::Api(api),
            (None, None) => Runtime::Nowhere,
        }
    }

    /// Where `bucket` is; `None` for a name that makes no valid endpoint.
    pub fn bucket(&self, bucket: &BucketName) -> Option<Endpoint> {
        self.buckets.fill(&[("bucket", bucket.as_str()), ("region", &self.cloud_region)]).ok()
    }
}

impl Default for Runtimes {
    /// Functions run nowhere, buckets are the cloud's, and nothing is signed.
    fn default() -> Self {
        Self {
            app_id: 1_250_000_000,
            region: "ap-guangzhou".to_owned(),
            endpoints: Vec::new(),
            template: None,
            invoke: None,
            buckets: EndpointTemplate("https://{bucket}.cos.{region}.myqcloud.com".to_owned()),
            bucket_signature: BucketSignature::Cos,
            key: None,
            cloud_region: "ap-guangzhou".to_owned(),
            request_bytes: 6 << 20,
            result_bytes: 6 << 20,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(qualifier: &str) -> FunctionName {
        FunctionName::new("default", "hello", qualifier).unwrap()
    }

    fn at(runtimes: &Runtimes, qualifier: &str) -> String {
        match runtimes.function(&function(qualifier)) {
            Runtime::Endpoint(endpoint) => format!("{}{}", endpoint.origin.as_str(), endpoint.path),
            Runtime::Api(_) => "api".to_owned(),
            Runtime::Nowhere => "nowhere".to_owned(),
        }
    }

    #[test]
    fn a_function_resolves_from_the_most_exact_to_the_most_general() {
        let mut runtimes = Runtimes::default();
        assert_eq!(at(&runtimes, "1"), "nowhere");
        let key = CloudKey { id: "AKID".into(), secret: Secret::default() };
        let origin = Origin::try_from("https://scf.tencentcloudapi.com").unwrap();
        runtimes.invoke = Some(InvokeApi { origin, region: "ap-guangzhou".into(), key });
        assert_eq!(at(&runtimes, "1"), "api");
        let template = "http://127.0.0.1:9000/{namespace}/{function}/{qualifier}";
        runtimes.template = Some(EndpointTemplate::new(template, &EndpointTemplate::OF_FUNCTION).unwrap());
        assert_eq!(at(&runtimes, "$LATEST"), "http://127.0.0.1:9000/default/hello/$LATEST");
        runtimes.endpoints = vec![
            FunctionEndpoint::try_from("default/hello:2=http://b/two/").unwrap(),
            FunctionEndpoint::try_from("default/hello=http://b").unwrap(),
            FunctionEndpoint::try_from("other/hello=http://c").unwrap(),
        ];
        assert_eq!(at(&runtimes, "1"), "http://b");
        assert_eq!(at(&runtimes, "2"), "http://b/two");
    }

    #[test]
    fn a_template_that_makes_no_endpoint_is_refused() {
        for raw in [
            "",
            "127.0.0.1",
            "http://a/{other}",
            "ftp://a",
            "grpc://a",
            "http://a/b?c",
            "http:///x",
            "http://a/{function",
        ] {
            assert!(EndpointTemplate::new(raw, &EndpointTemplate::OF_FUNCTION).is_err(), "{raw}");
        }
        for raw in ["default/f", "default=http://a", "/f=http://a", "default/f:=http://a", "default/f=a"] {
            assert!(FunctionEndpoint::try_from(raw).is_err(), "{raw}");
        }
    }

    #[test]
    fn a_name_that_is_no_host_has_no_endpoint() {
        let template = EndpointTemplate::new("http://{qualifier}.internal", &EndpointTemplate::OF_FUNCTION).unwrap();
        let runtimes = Runtimes { template: Some(template), ..Runtimes::default() };
        assert_eq!(runtimes.function(&function("$LATEST")), Runtime::Nowhere);
    }

    #[test]
    fn a_bucket_is_a_host_or_a_path() {
        let bucket = BucketName::try_from("photos-1".to_owned()).unwrap();
        let cloud = Runtimes::default().bucket(&bucket).unwrap();
        assert_eq!(cloud.origin.as_str(), "https://photos-1.cos.ap-guangzhou.myqcloud.com");
        let buckets = EndpointTemplate::new("http://127.0.0.1:9000/{bucket}", &EndpointTemplate::OF_BUCKET).unwrap();
        let own = Runtimes { buckets, ..Runtimes::default() }.bucket(&bucket).unwrap();
        assert_eq!((own.origin.as_str(), own.path.as_str()), ("http://127.0.0.1:9000", "/photos-1"));
    }
}
