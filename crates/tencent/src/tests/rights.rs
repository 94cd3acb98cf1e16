//! Who may ask for what: every row of the table, with every role.

use crate::Rights;
use serde_json::json;

use super::desk::{Desk, code, text};

#[tokio::test]
async fn a_viewer_may_ask_for_what_looks_and_for_nothing_that_changes() {
    let desk = Desk::new().await;
    for action in crate::actions() {
        let answer = desk.ask_as("AKIDviewer", action.name, json!({})).await;
        match action.rights {
            Rights::Write => assert_eq!(code(&answer), "UnauthorizedOperation", "{}: {answer}", action.name),
            Rights::Read => assert_ne!(code(&answer), "UnauthorizedOperation", "{}: {answer}", action.name),
        }
    }
}

#[tokio::test]
async fn editors_and_administrators_may_ask_for_every_action() {
    let desk = Desk::new().await;
    for action in crate::actions() {
        for who in ["AKIDeditor", "AKIDadmin"] {
            let answer = desk.ask_as(who, action.name, json!({})).await;
            assert_ne!(code(&answer), "UnauthorizedOperation", "{}: {answer}", action.name);
            assert_eq!(code(&answer) == "UnsupportedOperation", action.refused.is_some(), "{}: {answer}", action.name);
        }
    }
}

#[tokio::test]
async fn a_viewer_sees_no_secret_and_cannot_guess_one() {
    let desk = Desk::new().await;
    let made = desk.ask("CreateApiKey", json!({"SecretName": "k"})).await;
    let (id, secret) = (text(&made, "/Result/AccessKeyId"), text(&made, "/Result/AccessKeySecret"));
    let shown = desk.ask_as("AKIDviewer", "DescribeApiKey", json!({"AccessKeyId": id})).await;
    assert_eq!(shown["Result"]["AccessKeySecret"], "");
    let listed = desk.ask_as("AKIDviewer", "DescribeApiKeysStatus", json!({})).await;
    assert_eq!(listed["Result"]["ApiKeySet"][0]["AccessKeySecret"], "");
    let app = desk.ask("CreateApiApp", json!({"ApiAppName": "a"})).await;
    assert_eq!(text(&app, "/Result/ApiAppSecret").len(), 40);
    let listed = desk.ask_as("AKIDviewer", "DescribeApiAppsStatus", json!({})).await;
    assert_eq!(listed["Result"]["ApiAppSet"][0]["ApiAppSecret"], "");
    let guess = json!({"Filters": [{"Name": "AccessKeySecret", "Values": [secret]}]});
    assert_eq!(code(&desk.ask_as("AKIDviewer", "DescribeApiKeysStatus", guess.clone()).await), "UnauthorizedOperation");
    assert_eq!(desk.ask("DescribeApiKeysStatus", guess).await["Result"]["TotalCount"], 1);
}
