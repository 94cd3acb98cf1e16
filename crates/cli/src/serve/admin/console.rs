//! `/console/`: a page that says how to manage the gateway without one.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use control::Control;

/// Nothing from elsewhere, nothing that runs.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

/// The console's place.
pub(super) fn routes(control: &Arc<Control>) -> Router {
    let region = control.installation().region.clone();
    Router::new()
        .route("/console", get(|| async { Redirect::permanent("/console/") }))
        .route("/console/", get(move |headers: HeaderMap| page(region.clone(), headers)))
}

async fn page(region: String, headers: HeaderMap) -> Response {
    let asked = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1:9080");
    let html = PAGE.replace("{host}", &escaped(asked)).replace("{region}", &escaped(&region));
    let policy = [(header::CONTENT_SECURITY_POLICY, POLICY), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (policy, Html(html)).into_response()
}

/// `/` belongs to the dialects, but a `GET` that names no action is somebody with a browser.
pub(super) async fn send_browsers_there(request: Request, next: Next) -> Response {
    let names_action = |query: &str| query.split('&').any(|pair| pair.starts_with("Action="));
    let is_browser = request.method() == Method::GET
        && request.uri().path() == "/"
        && !request.headers().contains_key("x-tc-action")
        && !request.uri().query().is_some_and(names_action);
    if is_browser { Redirect::temporary("/console/").into_response() } else { next.run(request).await }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

const PAGE: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Tollgate</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem; color: #1d2733 }
pre { background: #f2f4f7; padding: 1rem; overflow-x: auto; border-radius: 6px }
</style>
<h1>Tollgate</h1>
<p>The gateway runs. This version has no web console yet; it is managed through the API that the Tencent Cloud API Gateway
SDKs speak (version 2018-08-08). Point an SDK at this address, with the <code>secret_id</code> and <code>secret_key</code>
of <code>operator.json</code> in the data folder:</p>
<pre>from tencentcloud.common import credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.apigateway.v20180808 import apigateway_client, models

profile = ClientProfile(httpProfile=HttpProfile(endpoint="{host}", protocol="http"))
client = apigateway_client.ApigatewayClient(credential.Credential(SECRET_ID, SECRET_KEY), "{region}", profile)

request = models.CreateServiceRequest()
request.ServiceName = "first"
request.Protocol = "http&amp;https"
request.NetTypes = ["OUTER"]
print(client.CreateService(request))</pre>
<p>Also here: <a href="/readyz">/readyz</a>, <a href="/healthz">/healthz</a>, <a href="/metrics">/metrics</a>.</p>
</html>
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_cannot_write_into_the_page() {
        assert_eq!(escaped("<script>\"&"), "&lt;script&gt;&quot;&amp;");
    }
}
