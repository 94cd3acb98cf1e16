//! A desk at which requests are signed and answers are read.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use control::{Control, Installation, Quotas, UsageCounts};
use http::{Request, Response};
use model::{AuditEntry, Name, Operator, OperatorId, Record, Role, Secret, Timestamp, UsagePlanId, Write};
use serde_json::{Value, json};
use sign::{tc1, tc3};
use store::{Change, Store};
use tempfile::TempDir;
use tower::ServiceExt;

const SECRET_KEY: &str = "the-key-that-all-operators-here-have";
const HOST: &str = "127.0.0.1:9080";

/// Every plan has been called seven times.
struct Seven;

impl UsageCounts for Seven {
    fn used(&self, _: &UsagePlanId) -> u64 {
        7
    }
}

/// A gateway's management side, with an operator of each role: `AKIDviewer`, `AKIDeditor`, `AKIDadmin`.
pub(crate) struct Desk {
    pub(crate) router: Router,
    _folder: TempDir,
}

impl Desk {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), None).await.unwrap();
        let operators = [("viewer", Role::Viewer), ("editor", Role::Editor), ("admin", Role::Admin)];
        let writes = operators.map(|(name, role)| {
            Write::Put(Record::Operator(Operator {
                id: OperatorId::try_from(name).unwrap(),
                name: Name::try_from(name).unwrap(),
                password_hash: String::new(),
                secret_id: format!("AKID{name}"),
                secret_key: Secret::try_from(SECRET_KEY.to_owned()).unwrap(),
                role,
                enabled: true,
                created: Timestamp::default(),
            }))
        });
        let audit = AuditEntry {
            time: Timestamp::default(),
            actor: "test".into(),
            action: "operator.create".into(),
            subject: "all".into(),
            origin: "test".into(),
        };
        store.commit(store.snapshot().revision, Change { writes: writes.into(), audit }).await.unwrap();
        let installation = Installation {
            app_id: 1_250_000_000,
            region: "gz".to_owned(),
            domain: "localhost".to_owned(),
            push_url: "http://push.localhost".to_owned(),
            domains: control::DomainPolicy::default(),
        };
        let control = Control::new(store, installation, Quotas::default(), Arc::new(Seven));
        Self { router: crate::router(control), _folder: folder }
    }

    /// The `Response` of an action that the editor asks for with a JSON body.
    pub(crate) async fn ask(&self, action: &str, body: Value) -> Value {
        self.ask_as("AKIDeditor", action, body).await
    }

    /// The same as another operator.
    pub(crate) async fn ask_as(&self, secret_id: &str, action: &str, body: Value) -> Value {
        self.post(secret_id, action, "application/json", body.to_string().as_bytes()).await
    }

    /// The answer to a body of any type.
    pub(crate) async fn post(&self, secret_id: &str, action: &str, content_type: &str, body: &[u8]) -> Value {
        let timestamp = now().to_string();
        let headers = [
            ("Host", HOST.as_bytes()),
            ("Content-Type", content_type.as_bytes()),
            ("X-TC-Action", action.as_bytes()),
            ("X-TC-Version", b"2018-08-08"),
            ("X-TC-Timestamp", timestamp.as_bytes()),
        ];
        let signed = tc3::Request { method: "POST", path: "/", query: "", headers: &headers, body };
        let authorization = tc3::sign(&signed, secret_id, SECRET_KEY.as_bytes(), "apigateway").unwrap();
        let mut request = Request::post("/").header("Authorization", authorization);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        self.send(request.body(Body::from(body.to_vec())).unwrap()).await
    }

    /// The answer to a GET with the header signature.
    pub(crate) async fn get(&self, action: &str, query: &str) -> Value {
        let timestamp = now().to_string();
        let headers = [
            ("Host", HOST.as_bytes()),
            ("Content-Type", b"application/x-www-form-urlencoded".as_slice()),
            ("X-TC-Action", action.as_bytes()),
            ("X-TC-Version", b"2018-08-08"),
            ("X-TC-Timestamp", timestamp.as_bytes()),
        ];
        let signed = tc3::Request { method: "GET", path: "/", query, headers: &headers, body: b"" };
        let authorization = tc3::sign(&signed, "AKIDeditor", SECRET_KEY.as_bytes(), "apigateway").unwrap();
        let mut request = Request::get(format!("/?{query}")).header("Authorization", authorization);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// The answer to a request with the older signature, as a query or as a form.
    pub(crate) async fn old(
        &self,
        method: &str,
        signature_method: &str,
        action: &str,
        pairs: &[(&str, &str)],
    ) -> Value {
        let timestamp = now().to_string();
        let common = [
            ("Action", action),
            ("Version", "2018-08-08"),
            ("Region", "ap-guangzhou"),
            ("Timestamp", timestamp.as_str()),
            ("Nonce", "42"),
            ("SecretId", "AKIDeditor"),
            ("SignatureMethod", signature_method),
            ("RequestClient", "SDK_TEST"),
        ];
        let mut parameters: Vec<(String, String)> =
            common.iter().chain(pairs).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let unsigned = tc1::Request { method, host: HOST, path: "/", parameters: &parameters };
        let signature = tc1::sign(&unsigned, SECRET_KEY.as_bytes()).unwrap();
        parameters.push(("Signature".to_owned(), signature));
        let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        let request = match method {
            "GET" => Request::get(format!("/?{encoded}")).header("Host", HOST).body(Body::empty()),
            _ => Request::post("/")
                .header("Host", HOST)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body(Body::from(encoded)),
        };
        self.send(request.unwrap()).await
    }

    /// The `Response` member of an answer, which is always 200 and exactly `application/json`.
    pub(crate) async fn send(&self, request: Request<Body>) -> Value {
        let response = self.raw(request).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "application/json");
        let bytes = axum::body::to_bytes(response.into_body(), 100_000_000).await.unwrap();
        let mut body: Value = serde_json::from_slice(&bytes).unwrap();
        let response = body["Response"].take();
        let id = response["RequestId"].as_str().unwrap();
        assert_eq!(id.len(), 36, "{id}");
        response
    }

    pub(crate) async fn raw(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// A service, and the identifier that it got.
    pub(crate) async fn service(&self, name: &str) -> String {
        let made = self.ask("CreateService", json!({"ServiceName": name, "Protocol": "http&https"})).await;
        text(&made, "/ServiceId")
    }

    /// An API of it that answers `path` by itself.
    pub(crate) async fn api(&self, service: &str, path: &str) -> String {
        let made = self.ask("CreateApi", mock(service, path)).await;
        text(&made, "/Result/ApiId")
    }

    /// A released service with one API at `/a`.
    pub(crate) async fn released(&self) -> (String, String, String) {
        let service = self.service("released").await;
        let api = self.api(&service, "/a").await;
        let release = json!({"ServiceId": service, "EnvironmentName": "release", "ReleaseDesc": "first"});
        let version = text(&self.ask("ReleaseService", release).await, "/Result/ReleaseVersion");
        (service, api, version)
    }

    /// A usage plan.
    pub(crate) async fn plan(&self, name: &str) -> String {
        let plan = json!({"UsagePlanName": name, "MaxRequestNum": 100, "MaxRequestNumPreSec": 10});
        text(&self.ask("CreateUsagePlan", plan).await, "/Result/UsagePlanId")
    }

    /// A key.
    pub(crate) async fn key(&self, name: &str) -> String {
        text(&self.ask("CreateApiKey", json!({"SecretName": name})).await, "/Result/AccessKeyId")
    }
}

fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

/// `CreateApi` for an API that the gateway answers by itself.
pub(crate) fn mock(service: &str, path: &str) -> Value {
    json!({
        "ServiceId": service, "ApiName": path, "Protocol": "HTTP", "ServiceType": "MOCK", "ServiceTimeout": 15,
        "RequestConfig": {"Path": path, "Method": "GET"}, "ServiceMockReturnMessage": "hello",
    })
}

/// The text at a JSON pointer.
pub(crate) fn text(answer: &Value, pointer: &str) -> String {
    answer.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer} in {answer}")).to_owned()
}

/// The error code of an answer; empty for none.
pub(crate) fn code(answer: &Value) -> &str {
    answer.pointer("/Error/Code").and_then(Value::as_str).unwrap_or("")
}

/// Asserts a refusal with this code, whose message holds these words.
#[track_caller]
pub(crate) fn assert_refused(answer: &Value, expected: &str, words: &str) {
    assert_eq!(code(answer), expected, "{answer}");
    assert!(text(answer, "/Error/Message").contains(words), "{answer}");
}
