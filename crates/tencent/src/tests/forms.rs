//! The forms that a request may come in, and who is let in.

use axum::body::Body;
use http::{Request, header};
use serde_json::{Value, json};

use super::desk::{Desk, assert_refused, mock, text};

#[tokio::test]
async fn a_visit_without_an_action_leads_to_the_console() {
    let desk = Desk::new().await;
    let response = desk.raw(Request::get("/").body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), 302);
    assert_eq!(response.headers()[header::LOCATION], "/console/");
}

#[tokio::test]
async fn every_form_of_a_request_means_the_same() {
    let desk = Desk::new().await;
    let service = desk.service("forms").await;
    for path in ["/a", "/b", "/c"] {
        desk.api(&service, path).await;
    }
    let body = json!({
        "ServiceId": service, "Limit": 2, "Filters": [{"Name": "ApiName", "Values": ["/a", "/c"]}],
    });
    let pairs = [
        ("ServiceId", service.as_str()),
        ("Limit", "2"),
        ("Filters.0.Name", "ApiName"),
        ("Filters.0.Values.0", "/a"),
        ("Filters.0.Values.1", "/c"),
    ];
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let multipart = format!(
        "--x\r\nContent-Disposition: form-data; name=\"ServiceId\"\r\n\r\n{service}\r\n\
         --x\r\nContent-Disposition: form-data; name=\"Limit\"\r\n\r\n2\r\n\
         --x\r\nContent-Disposition: form-data; name=\"Filters\"\r\nContent-Type: application/json\r\n\r\n{}\r\n--x--\r\n",
        body["Filters"]
    );
    let action = "DescribeApisStatus";
    let answers = [
        desk.ask(action, body.clone()).await,
        desk.post("AKIDeditor", action, "application/json; charset=utf-8", body.to_string().as_bytes()).await,
        desk.post("AKIDeditor", action, "multipart/form-data; boundary=x", multipart.as_bytes()).await,
        desk.get(action, &query).await,
        desk.old("POST", "HmacSHA1", action, &pairs).await,
        desk.old("POST", "HmacSHA256", action, &pairs).await,
        desk.old("GET", "HmacSHA1", action, &pairs).await,
        desk.old("GET", "HmacSHA256", action, &pairs).await,
    ];
    for answer in &answers {
        assert_eq!(answer["Result"], answers[0]["Result"], "{answer}");
    }
    assert_eq!(answers[0]["Result"]["TotalCount"], 2);
}

#[tokio::test]
async fn booleans_and_numbers_of_a_query_are_text() {
    let desk = Desk::new().await;
    let service = desk.service("texts").await;
    let pairs = [
        ("ServiceId", service.as_str()),
        ("ServiceType", "MOCK"),
        ("ServiceMockReturnMessage", "mock"),
        ("ServiceTimeout", "15"),
        ("Protocol", "HTTP"),
        ("RequestConfig.Path", "/test"),
        ("RequestConfig.Method", "get"),
        ("EnableCORS", "TRUE"),
        ("RequestParameters.0.Name", "q"),
        ("RequestParameters.0.Position", "query"),
        ("RequestParameters.0.Required", "false"),
    ];
    let api = text(&desk.old("GET", "HmacSHA256", "CreateApi", &pairs).await, "/Result/ApiId");
    let told = desk.ask("DescribeApi", json!({"ServiceId": service, "ApiId": api})).await;
    assert_eq!(told["Result"]["EnableCORS"], true);
    assert_eq!(told["Result"]["ServiceTimeout"], 15);
    assert_eq!(told["Result"]["RequestConfig"], json!({"Path": "/test", "Method": "GET"}));
    assert_eq!(told["Result"]["RequestParameters"][0]["Position"], "QUERY");
    assert_eq!(told["Result"]["ApiName"], "GET /test");
}

#[tokio::test]
async fn the_query_of_a_post_is_not_read() {
    let desk = Desk::new().await;
    let body = b"{}";
    let signed = Request::post("/?Action=DeleteService&Limit=1")
        .header("Content-Type", "application/json")
        .body(Body::from(body.to_vec()))
        .unwrap();
    assert_refused(&desk.send(signed).await, "MissingParameter", "Authorization");
}

#[tokio::test]
async fn nobody_comes_in_without_a_signature_that_holds() {
    let desk = Desk::new().await;
    let nobody = desk.ask_as("AKIDnobody", "DescribeServicesStatus", json!({})).await;
    assert_refused(&nobody, "AuthFailure.SecretIdNotFound", "AKIDnobody");
    let mut request = Request::post("/").header("Authorization", "TC3-HMAC-SHA256 nonsense");
    request = request.header("X-TC-Action", "DescribeServicesStatus").header("Content-Type", "application/json");
    let malformed = desk.send(request.body(Body::from("{}")).unwrap()).await;
    assert_refused(&malformed, "AuthFailure.InvalidAuthorization", "");
}

#[tokio::test]
async fn an_unknown_action_version_or_type_is_refused_by_name() {
    let desk = Desk::new().await;
    assert_refused(&desk.ask("MakeCoffee", json!({})).await, "InvalidAction", "MakeCoffee");
    assert_refused(&desk.ask("createService", json!({})).await, "InvalidAction", "createService");
    let twice = desk.old("GET", "HmacSHA1", "DescribeServicesStatus", &[("Version", "2017-01-01")]).await;
    assert_refused(&twice, "InvalidParameter", "`Version` is given twice");
    let octets = desk.post("AKIDeditor", "DescribeServicesStatus", "application/octet-stream", b"{}").await;
    assert_refused(&octets, "InvalidRequest", "application/json");
    let unserved = desk.ask("CreateExclusiveInstances", json!({})).await;
    assert_refused(
        &unserved,
        "UnsupportedOperation",
        "`CreateExclusiveInstances` is not served by this version of Tollgate",
    );
}

#[tokio::test]
async fn a_body_above_the_bound_is_refused_with_the_bound() {
    let desk = Desk::new().await;
    let body = format!("{{\"ServiceName\":\"{}\"}}", "x".repeat(10 * 1024 * 1024));
    let refused = desk.post("AKIDeditor", "CreateService", "application/json", body.as_bytes()).await;
    assert_refused(&refused, "RequestSizeLimitExceeded", "10485760");
    let form = format!("A={}", "x".repeat(1024 * 1024));
    let refused = desk.post("AKIDeditor", "CreateService", "application/x-www-form-urlencoded", form.as_bytes()).await;
    assert_refused(&refused, "RequestSizeLimitExceeded", "1048576");
}

#[tokio::test]
async fn an_unknown_field_is_refused_by_its_path() {
    let desk = Desk::new().await;
    let service = desk.service("fields").await;
    for (member, value, path) in [
        ("ApiNome", json!("x"), "`ApiNome`"),
        ("ApiId", json!("api-1"), "`ApiId`"),
        ("RequestConfig", json!({"Path": "/x", "Method": "GET", "Speed": 1}), "`RequestConfig.Speed`"),
        ("RequestParameters", json!([{"Name": "a", "Position": "QUERY", "Size": 1}]), "`RequestParameters.0.Size`"),
    ] {
        let mut body = mock(&service, "/x");
        body[member] = value;
        assert_refused(&desk.ask("CreateApi", body).await, "UnknownParameter", path);
    }
    let listed: Value = desk.ask("DescribeApisStatus", json!({"ServiceId": service})).await;
    assert_eq!(listed["Result"]["TotalCount"], 0);
}
