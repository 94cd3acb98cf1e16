//! What the actions of each noun answer and refuse, beyond what the whole-process tests walk through.

use serde_json::{Value, json};

use super::desk::{Desk, assert_refused, code, mock, text};

/// The members of an object, sorted.
fn members(object: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

/// The members that a structure has in the vendor's SDK, sorted.
fn documented(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = text.split_whitespace().collect();
    names.sort_unstable();
    names
}

/// Everything that the tests below look at: a released service whose API and plan are bound, and a key.
async fn busy() -> (Desk, String, String, String, String, String) {
    let desk = Desk::new().await;
    let (service, api, version) = desk.released().await;
    let (plan, key) = (desk.plan("plan").await, desk.key("key").await);
    let bind = json!({"UsagePlanId": plan, "AccessKeyIds": [key]});
    assert_eq!(desk.ask("BindSecretIds", bind).await["Result"], true);
    let bind = json!({"UsagePlanIds": [plan], "BindType": "API", "Environment": "release", "ServiceId": service, "ApiIds": [api]});
    assert_eq!(desk.ask("BindEnvironment", bind).await["Result"], true);
    let bind = json!({"UsagePlanIds": [plan], "Environment": "test", "ServiceId": service});
    assert_eq!(desk.ask("BindEnvironment", bind).await["Result"], true);
    let app = text(&desk.ask("CreateApiApp", json!({"ApiAppName": "app"})).await, "/Result/ApiAppId");
    let bind = json!({"ApiAppId": app, "Environment": "release", "ServiceId": service, "ApiId": api});
    assert_eq!(desk.ask("BindApiApp", bind).await["Result"], true);
    (desk, service, api, version, plan, key)
}

#[tokio::test]
async fn every_structure_has_all_members_of_the_vendors_model() {
    let (desk, service, api, _, plan, key) = busy().await;
    let s = json!({"ServiceId": service});
    let p = json!({"UsagePlanId": plan});
    for (action, body, pointer, names) in [
        (
            "DescribeService",
            &s,
            "",
            "ServiceId AvailableEnvironments ServiceName ServiceDesc Protocol CreatedTime ModifiedTime NetTypes \
             InternalSubDomain OuterSubDomain InnerHttpPort InnerHttpsPort ApiTotalCount ApiIdStatusSet \
             UsagePlanTotalCount UsagePlanList IpVersion UserType SetId Tags InstanceId InstanceName SetType \
             DeploymentType SpecialUse UniqVpcId RequestId",
        ),
        (
            "DescribeService",
            &s,
            "/ApiIdStatusSet/0",
            "ServiceId ApiId ApiDesc Path Method CreatedTime ModifiedTime ApiName UniqVpcId ApiType Protocol \
             IsDebugAfterCharge AuthType ApiBusinessType AuthRelationApiId RelationBuniessApiIds OauthConfig \
             TokenLocation",
        ),
        (
            "DescribeService",
            &s,
            "/UsagePlanList/0",
            "Environment UsagePlanId UsagePlanName UsagePlanDesc MaxRequestNumPreSec CreatedTime ModifiedTime",
        ),
        (
            "DescribeServicesStatus",
            &json!({}),
            "/Result/ServiceSet/0",
            "InnerHttpsPort ServiceDesc Protocol ModifiedTime NetTypes ExclusiveSetName ServiceId IpVersion \
             AvailableEnvironments ServiceName OuterSubDomain CreatedTime InnerHttpPort InnerSubDomain \
             TradeIsolateStatus Tags InstanceId SetType DeploymentType",
        ),
        (
            "DescribeApi",
            &json!({"ServiceId": service, "ApiId": api}),
            "/Result",
            "ServiceId ServiceName ServiceDesc ApiId ApiDesc CreatedTime ModifiedTime ApiName ApiType Protocol AuthType \
             ApiBusinessType AuthRelationApiId OauthConfig IsDebugAfterCharge RequestConfig ResponseType \
             ResponseSuccessExample ResponseFailExample ResponseErrorCodes RequestParameters ServiceTimeout ServiceType \
             ServiceConfig ServiceParameters ConstantParameters ServiceMockReturnMessage ServiceScfFunctionName \
             ServiceScfFunctionNamespace ServiceScfFunctionQualifier ServiceScfIsIntegratedResponse \
             ServiceWebsocketRegisterFunctionName ServiceWebsocketRegisterFunctionNamespace \
             ServiceWebsocketRegisterFunctionQualifier ServiceWebsocketCleanupFunctionName \
             ServiceWebsocketCleanupFunctionNamespace ServiceWebsocketCleanupFunctionQualifier InternalDomain \
             ServiceWebsocketTransportFunctionName ServiceWebsocketTransportFunctionNamespace \
             ServiceWebsocketTransportFunctionQualifier MicroServices MicroServicesInfo ServiceTsfLoadBalanceConf \
             ServiceTsfHealthCheckConf EnableCORS Tags Environments IsBase64Encoded IsBase64Trigger \
             Base64EncodedTriggerRules ServiceScfEventIsAsyncCall",
        ),
        (
            "DescribeApisStatus",
            &s,
            "/Result/ApiIdStatusSet/0",
            "ServiceId ApiId ApiDesc CreatedTime ModifiedTime ApiName VpcId UniqVpcId ApiType Protocol \
             IsDebugAfterCharge AuthType ApiBusinessType AuthRelationApiId OauthConfig RelationBuniessApiIds Tags Path \
             Method",
        ),
        (
            "DescribeServiceEnvironmentList",
            &s,
            "/Result/EnvironmentList/0",
            "EnvironmentName Url Status VersionName CreateTime",
        ),
        ("DescribeServiceReleaseVersion", &s, "/Result/VersionList/0", "VersionName VersionDesc"),
        (
            "DescribeServiceEnvironmentReleaseHistory",
            &s,
            "/Result/VersionList/0",
            "VersionName VersionDesc ReleaseTime",
        ),
        (
            "DescribeServiceEnvironmentStrategy",
            &s,
            "/Result/EnvironmentList/0",
            "EnvironmentName Url Status VersionName Strategy MaxStrategy",
        ),
        (
            "DescribeApiEnvironmentStrategy",
            &s,
            "/Result/ApiEnvironmentStrategySet/0",
            "ApiId ApiName Path Method EnvironmentStrategySet",
        ),
        (
            "DescribeUsagePlan",
            &p,
            "/Result",
            "UsagePlanId UsagePlanName UsagePlanDesc MaxRequestNumPreSec MaxRequestNum CreatedTime ModifiedTime \
             BindSecretIdTotalCount BindSecretIds BindEnvironmentTotalCount BindEnvironments Tags",
        ),
        ("DescribeUsagePlan", &p, "/Result/BindEnvironments/0", "EnvironmentName ServiceId"),
        (
            "DescribeUsagePlansStatus",
            &json!({}),
            "/Result/UsagePlanStatusSet/0",
            "UsagePlanId UsagePlanName UsagePlanDesc MaxRequestNumPreSec MaxRequestNum CreatedTime ModifiedTime Tags",
        ),
        (
            "DescribeUsagePlanEnvironments",
            &json!({"UsagePlanId": plan, "BindType": "API"}),
            "/Result/EnvironmentList/0",
            "ServiceId ApiId ApiName Path Method Environment InUseRequestNum MaxRequestNum MaxRequestNumPreSec \
             CreatedTime ModifiedTime ServiceName",
        ),
        ("DescribeUsagePlanSecretIds", &p, "/Result/AccessKeyList/0", "AccessKeyId SecretName Status"),
        (
            "DescribeServiceUsagePlan",
            &s,
            "/Result/ServiceUsagePlanList/0",
            "ServiceId ApiId ApiName Path Method UsagePlanId UsagePlanName UsagePlanDesc Environment InUseRequestNum \
             MaxRequestNum MaxRequestNumPreSec CreatedTime ModifiedTime ServiceName Tags",
        ),
        (
            "DescribeApiUsagePlan",
            &s,
            "/Result/ApiUsagePlanList/0",
            "ServiceId ApiId ApiName Path Method UsagePlanId UsagePlanName UsagePlanDesc Environment InUseRequestNum \
             MaxRequestNum MaxRequestNumPreSec CreatedTime ModifiedTime ServiceName Tags",
        ),
        (
            "DescribeServiceForApiApp",
            &json!({"ServiceId": service, "ApiRegion": "ap-guangzhou"}),
            "",
            "ServiceId AvailableEnvironments ServiceName ServiceDesc Protocol CreatedTime ModifiedTime NetTypes \
             InternalSubDomain OuterSubDomain InnerHttpPort InnerHttpsPort ApiTotalCount ApiIdStatusSet \
             UsagePlanTotalCount UsagePlanList IpVersion UserType SetId Tags RequestId",
        ),
        (
            "DescribeApiAppsStatus",
            &json!({}),
            "/Result/ApiAppSet/0",
            "ApiAppName ApiAppId ApiAppSecret ApiAppDesc CreatedTime ModifiedTime ApiAppKey",
        ),
        (
            "DescribeApiBindApiAppsStatus",
            &json!({"ServiceId": service, "ApiIds": [api]}),
            "/Result/ApiAppApiSet/0",
            "ApiAppName ApiAppId ApiId ApiName ServiceId AuthorizedTime ApiRegion EnvironmentName",
        ),
        (
            "DescribeApiKey",
            &json!({"AccessKeyId": key}),
            "/Result",
            "AccessKeyId AccessKeySecret AccessKeyType SecretName ModifiedTime Status CreatedTime Tags",
        ),
    ] {
        let answer = desk.ask(action, body.clone()).await;
        let found = answer.pointer(pointer).unwrap_or_else(|| panic!("{action}: no {pointer} in {answer}"));
        assert_eq!(members(found), documented(names), "{action} {pointer}");
    }
}

#[tokio::test]
async fn used_calls_are_told_where_a_plan_is_bound() {
    let (desk, service, api, _, plan, _) = busy().await;
    let whole = desk.ask("DescribeServiceUsagePlan", json!({"ServiceId": service})).await;
    let row = &whole["Result"]["ServiceUsagePlanList"][0];
    assert_eq!(
        (&row["InUseRequestNum"], &row["Environment"], &row["ApiId"]),
        (&json!(7), &json!("test"), &Value::Null)
    );
    let single = desk.ask("DescribeUsagePlanEnvironments", json!({"UsagePlanId": plan, "BindType": "API"})).await;
    let row = &single["Result"]["EnvironmentList"][0];
    assert_eq!((&row["InUseRequestNum"], &row["ApiId"]), (&json!(7), &json!(api)));
}

#[tokio::test]
async fn filters_tell_where_a_plan_is_not() {
    let (desk, service, _, _, plan, _) = busy().await;
    let other = desk.service("other").await;
    for (action, list, filters, expected) in [
        ("DescribeServicesStatus", "ServiceSet", json!([{"Name": "NotUsagePlanId", "Values": [plan]}]), 1),
        ("DescribeUsagePlansStatus", "UsagePlanStatusSet", json!([{"Name": "NotServiceId", "Values": [service]}]), 0),
        ("DescribeUsagePlansStatus", "UsagePlanStatusSet", json!([{"Name": "NotServiceId", "Values": [other]}]), 1),
        (
            "DescribeUsagePlansStatus",
            "UsagePlanStatusSet",
            json!([{"Name": "NotServiceId", "Values": [service]}, {"Name": "Environment", "Values": ["prepub"]}]),
            1,
        ),
        ("DescribeApiKeysStatus", "ApiKeySet", json!([{"Name": "NotUsagePlanId", "Values": [plan]}]), 0),
    ] {
        let answer = desk.ask(action, json!({"Filters": filters})).await;
        assert_eq!(answer["Result"][list].as_array().unwrap().len(), expected, "{action} {filters}: {answer}");
    }
    let alone = json!({"ServiceId": service, "Filters": [{"Name": "NotUsagePlanId", "Values": [plan]}]});
    assert_refused(&desk.ask("DescribeApisStatus", alone).await, "InvalidParameterValue", "Environment");
    let nowhere = json!({"Filters": [{"Name": "Environment", "Values": ["moon"]}]});
    assert_refused(&desk.ask("DescribeServicesStatus", nowhere).await, "InvalidParameterValue.InvalidEnv", "moon");
}

#[tokio::test]
async fn lists_begin_with_the_newest_and_versions_with_the_oldest() {
    let desk = Desk::new().await;
    let (service, first, version) = desk.released().await;
    let second = desk.api(&service, "/b").await;
    let apis = desk.ask("DescribeApisStatus", json!({"ServiceId": service})).await;
    let ids: Vec<&Value> =
        apis["Result"]["ApiIdStatusSet"].as_array().unwrap().iter().map(|api| &api["ApiId"]).collect();
    assert_eq!(ids, [&json!(second), &json!(first)]);
    let release = json!({"ServiceId": service, "EnvironmentName": "release", "ReleaseDesc": "second"});
    let next = text(&desk.ask("ReleaseService", release).await, "/Result/ReleaseVersion");
    for action in ["DescribeServiceReleaseVersion", "DescribeServiceEnvironmentReleaseHistory"] {
        let told = desk.ask(action, json!({"ServiceId": service})).await;
        assert_eq!(told["Result"]["VersionList"][0]["VersionName"], json!(version));
        assert_eq!(told["Result"]["VersionList"][1]["VersionName"], json!(next));
    }
}

#[tokio::test]
async fn a_definition_comes_back_as_it_was_sent() {
    let desk = Desk::new().await;
    let service = desk.service("echo").await;
    let sent = json!({
        "ServiceId": service, "ApiName": "echo", "ApiDesc": "d", "ApiType": "NORMAL", "Protocol": "HTTP",
        "AuthType": "SECRET", "ApiBusinessType": "NORMAL", "EnableCORS": true, "IsDebugAfterCharge": true,
        "UserType": "u", "Owner": "o", "TargetNamespaceId": "n",
        "RequestConfig": {"Path": "/echo/{id}", "Method": "ANY"},
        "RequestParameters": [
            {"Name": "id", "Position": "PATH", "Type": "String", "DefaultValue": "", "Required": true, "Desc": "x"},
            {"Name": "X-A", "Position": "HEADER", "Type": "int", "DefaultValue": "1", "Required": false, "Desc": ""},
        ],
        "ServiceType": "HTTP", "ServiceTimeout": 1800,
        "ServiceConfig": {"Product": "clb", "UniqVpcId": "vpc-1", "Url": "https://b:8443", "Path": "/b/{no}", "Method": "ANY"},
        "ServiceParameters": [
            {"Name": "no", "Position": "PATH", "RelevantRequestParameterName": "id",
             "RelevantRequestParameterPosition": "PATH", "DefaultValue": "", "RelevantRequestParameterDesc": "y"},
        ],
        "ConstantParameters": [{"Name": "host", "Desc": "z", "Position": "HEADER", "DefaultValue": "h.example"}],
        "ResponseType": "JSON", "ResponseSuccessExample": "s", "ResponseFailExample": "f",
        "ResponseErrorCodes": [{"Code": 1, "Msg": "m", "Desc": "d", "ConvertedCode": 2, "NeedConvert": true}],
    });
    let api = text(&desk.ask("CreateApi", sent.clone()).await, "/Result/ApiId");
    let told = desk.ask("DescribeApi", json!({"ServiceId": service, "ApiId": api})).await;
    let mut expected = sent;
    expected["ServiceConfig"]["UpstreamId"] = Value::Null;
    expected["ServiceConfig"]["CosConfig"] = Value::Null;
    for (name, value) in expected.as_object().unwrap() {
        // The vendor has no member to tell these back in.
        if !["UserType", "Owner", "TargetNamespaceId"].contains(&name.as_str()) {
            assert_eq!(&told["Result"][name], value, "{name}");
        }
    }
}

#[tokio::test]
async fn a_changed_api_keeps_its_name_timeout_and_error_codes_when_they_are_left_out() {
    let desk = Desk::new().await;
    let service = desk.service("kept").await;
    let mut first = mock(&service, "/kept");
    first["ResponseErrorCodes"] = json!([{"Code": 1, "Msg": "m"}]);
    first["AuthType"] = json!("SECRET");
    first["ApiDesc"] = json!("gone after the change");
    let api = text(&desk.ask("CreateApi", first).await, "/Result/ApiId");
    let change = json!({
        "ServiceId": service, "ApiId": api, "ServiceType": "MOCK", "ServiceMockReturnMessage": "test",
        "RequestConfig": {"Path": "/xxxx", "Method": "get"},
    });
    let changed = desk.ask("ModifyApi", change).await;
    assert_eq!(members(&changed), ["RequestId"]);
    let told = desk.ask("DescribeApi", json!({"ServiceId": service, "ApiId": api})).await["Result"].take();
    assert_eq!(told["ApiName"], "/kept");
    assert_eq!(told["ServiceTimeout"], 15);
    assert_eq!(told["ResponseErrorCodes"][0]["Code"], 1);
    assert_eq!(told["AuthType"], "NONE");
    assert_eq!(told["ApiDesc"], "");
}

#[tokio::test]
async fn what_is_not_served_is_refused_by_name() {
    let desk = Desk::new().await;
    let service = desk.service("unserved").await;
    let not_in_options = "InvalidParameterValue.NotInOptions";
    for (member, value, expected) in [
        ("ServiceType", json!("EB"), "UnsupportedOperation.InvalidEndpointType"),
        ("ServiceType", json!("TARGET"), "UnsupportedOperation.InvalidEndpointType"),
        ("ServiceType", json!("CARRIER_PIGEON"), "InvalidParameterValue.InvalidServiceType"),
        ("AuthType", json!("LDAP"), not_in_options),
        ("ApiType", json!("TSF"), "InvalidParameterValue.InvalidApiType"),
        ("ApiBusinessType", json!("OAUTH"), "InvalidParameterValue.InvalidApiBusinessType"),
        ("EventBusId", json!("bus-1"), "InvalidParameterValue.UnsupportedParameter"),
    ] {
        let mut body = mock(&service, "/x");
        let word = value.as_str().unwrap().to_owned();
        body[member] = value;
        let answer = desk.ask("CreateApi", body).await;
        assert_refused(&answer, expected, member);
        assert!(member == "EventBusId" || text(&answer, "/Error/Message").contains(&word), "{answer}");
    }
}

#[tokio::test]
async fn a_manual_key_needs_both_halves_and_an_automatic_one_neither() {
    let desk = Desk::new().await;
    for (body, expected, words) in [
        (json!({"AccessKeyType": "manual"}), "MissingParameter", "AccessKeyId"),
        (json!({"AccessKeyType": "manual", "AccessKeyId": "abcde"}), "MissingParameter", "AccessKeySecret"),
        (json!({"AccessKeyId": "abcde"}), "InvalidParameter.FormatError", "AccessKeyId"),
        (json!({"AccessKeySecret": "0123456789"}), "InvalidParameter.FormatError", "AccessKeySecret"),
        (
            json!({"AccessKeyType": "manual", "AccessKeyId": "ab c d", "AccessKeySecret": "0123456789"}),
            "InvalidParameter.FormatError",
            "AccessKeyId",
        ),
        (
            json!({"AccessKeyType": "manual", "AccessKeyId": "abcde", "AccessKeySecret": "012345678"}),
            "InvalidParameter.FormatError",
            "AccessKeySecret",
        ),
    ] {
        let mut body = body;
        body["SecretName"] = json!("k");
        let answer = desk.ask("CreateApiKey", body).await;
        assert_refused(&answer, expected, words);
    }
    let pair = json!({"SecretName": "k", "AccessKeyType": "manual", "AccessKeyId": "my-own_id", "AccessKeySecret": "my-own_secret"});
    let made = desk.ask("CreateApiKey", pair.clone()).await;
    assert_eq!(made["Result"]["AccessKeySecret"], "my-own_secret");
    assert_refused(&desk.ask("CreateApiKey", pair).await, "FailedOperation.AccessKeyExist", "my-own_id");
    let update = desk.ask("UpdateApiKey", json!({"AccessKeyId": "my-own_id"})).await;
    assert_refused(&update, "MissingParameter", "AccessKeySecret");
}

#[tokio::test]
async fn a_release_needs_a_remark_of_at_most_200_characters() {
    let desk = Desk::new().await;
    let (service, ..) = desk.released().await;
    for (remark, expected) in [
        (json!(""), "MissingParameter"),
        (json!("ü".repeat(201)), "InvalidParameter.FormatError"),
        (json!("ü".repeat(200)), ""),
        (json!(null), "MissingParameter"),
    ] {
        let body =
            json!({"ServiceId": service, "EnvironmentName": "test", "ReleaseDesc": remark, "ApiIds": ["api-reserved"]});
        assert_eq!(code(&desk.ask("ReleaseService", body).await), expected, "{remark}");
    }
}

#[tokio::test]
async fn a_plan_without_bounds_is_null_alone_and_minus_one_in_lists() {
    let desk = Desk::new().await;
    let made = desk.ask("CreateUsagePlan", json!({"UsagePlanName": "free"})).await["Result"].take();
    assert_eq!(
        (&made["MaxRequestNum"], &made["MaxRequestNumPreSec"], &made["UsagePlanDesc"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    let said = json!({"UsagePlanName": "said", "MaxRequestNum": -1, "MaxRequestNumPreSec": -1});
    assert_eq!(desk.ask("CreateUsagePlan", said).await["Result"]["MaxRequestNum"], -1);
    let listed = desk.ask("DescribeUsagePlansStatus", json!({})).await["Result"].take();
    for plan in listed["UsagePlanStatusSet"].as_array().unwrap() {
        assert_eq!((&plan["MaxRequestNum"], &plan["MaxRequestNumPreSec"]), (&json!(-1), &json!(-1)));
    }
    let bounded = desk.plan("bounded").await;
    let freed =
        desk.ask("ModifyUsagePlan", json!({"UsagePlanId": bounded, "MaxRequestNum": -1})).await["Result"].take();
    assert_eq!((&freed["MaxRequestNum"], &freed["MaxRequestNumPreSec"]), (&Value::Null, &json!(10)));
}

#[tokio::test]
async fn parts_of_a_definition_that_contradict_each_other_have_the_code_of_their_part() {
    let desk = Desk::new().await;
    let service = desk.service("parts").await;
    let query = |name: &str| json!({"Name": name, "Position": "QUERY"});
    for (members, expected) in [
        (json!({"RequestParameters": [query("a"), query("a")]}), "InvalidParameterValue.InvalidRequestParameters"),
        (
            json!({"RequestConfig": {"Path": "/x/{id}", "Method": "GET"}}),
            "InvalidParameterValue.InvalidRequestParameters",
        ),
        (json!({"ServiceParameters": [query("a")]}), "InvalidParameterValue.ParameterNotMatch"),
        (
            json!({"RequestParameters": [query("a")], "ServiceParameters": [query("a"), query("a")]}),
            "InvalidParameterValue.InvalidServiceParameters",
        ),
        (json!({"ConstantParameters": [query("a"), query("a")]}), "InvalidParameterValue.InvalidConstantParameters"),
        (
            json!({"ServiceType": "HTTP", "ServiceConfig": {"Url": "http://h", "Path": "/{open}", "Method": "ANY"}}),
            "InvalidParameterValue.InvalidBackendPath",
        ),
    ] {
        let mut body = mock(&service, "/x");
        for (name, value) in members.as_object().unwrap() {
            body[name] = value.clone();
        }
        assert_refused(&desk.ask("CreateApi", body).await, expected, "");
    }
}

#[tokio::test]
async fn of_two_changes_at_once_none_takes_back_the_other() {
    let desk = Desk::new().await;
    let service = desk.service("service").await;
    let api = desk.api(&service, "/a").await;
    let moved = json!({
        "ServiceId": service, "ApiId": api, "ServiceType": "MOCK", "ServiceMockReturnMessage": "hello",
        "RequestConfig": {"Path": "/b", "Method": "GET"},
    });
    let mut renamed = moved.clone();
    renamed["ApiName"] = json!("renamed");
    renamed["RequestConfig"]["Path"] = json!("/a");
    let (moving, renaming) = tokio::join!(desk.ask("ModifyApi", moved), desk.ask("ModifyApi", renamed));
    let mut codes = [code(&moving), code(&renaming)];
    codes.sort_unstable();
    assert_eq!(codes, ["", "FailedOperation.ServiceInOperation"]);
    let told = desk.ask("DescribeApi", json!({"ServiceId": service, "ApiId": api})).await;
    let told = [text(&told, "/Result/ApiName"), text(&told, "/Result/RequestConfig/Path")];
    assert!(told == ["/a", "/b"] || told == ["renamed", "/a"], "{told:?}");
}
