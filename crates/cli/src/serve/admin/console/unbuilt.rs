//! What `/console/` says when the binary was built without the console.

use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Response};

/// Nothing from elsewhere, nothing that runs.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

/// How to get the console, and how to manage the gateway without it.
pub(super) fn page(region: &str, headers: &HeaderMap) -> Response {
    let asked = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1:9080");
    let html = PAGE.replace("{host}", &escaped(asked)).replace("{region}", &escaped(region));
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(html)).into_response()
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
<p>The gateway runs. This binary was built by <code>cargo</code> alone and holds no web console; <code>make build</code>
(or <code>make console</code> before <code>cargo build</code>) puts it in. Until then the gateway is managed through the
API that the Tencent Cloud API Gateway SDKs speak (version 2018-08-08). Point an SDK at this address, with the
<code>secret_id</code> and <code>secret_key</code> of <code>operator.json</code> in the data folder:</p>
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
