//! No request makes the dialect fail: whatever stands in a field, the answer is 200, an envelope and a clear code.

use serde_json::{Value, json};

use super::desk::{Desk, code, text};

/// Values that fit almost nowhere.
fn odd_values() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(0),
        json!(1.5),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(""),
        json!(" "),
        json!("\u{0}"),
        json!("-1"),
        json!("../../etc/passwd"),
        json!("商店 & <b>'\"\\"),
        json!("x".repeat(70_000)),
        json!("{".repeat(200)),
        json!([]),
        json!([null]),
        json!(["a", "a", 1]),
        json!(vec!["release"; 500]),
        json!({}),
        json!({"Name": {"Name": []}}),
        json!([{"Name": "ServiceId", "Values": ["x"]}, {"Name": "Environment", "Values": ["release"]}]),
    ]
}

/// A request that is served, for each served action.
fn requests(service: &str, api: &str, version: &str, plan: &str, key: &str) -> Vec<(&'static str, Value)> {
    let place = json!({"ServiceId": service, "EnvironmentName": "test"});
    let of_domain = json!({"ServiceId": service, "SubDomain": "a.example.com"});
    let with = |base: &Value, more: Value| {
        let mut body = base.clone();
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    };
    let definition = json!({
        "ServiceId": service, "ApiName": "n", "ApiDesc": "d", "ApiType": "NORMAL", "Protocol": "HTTP", "AuthType": "NONE",
        "ApiBusinessType": "NORMAL", "EnableCORS": true, "RequestConfig": {"Path": "/p/{a}", "Method": "GET"},
        "RequestParameters": [{"Name": "a", "Position": "PATH", "Type": "String", "DefaultValue": "x", "Required": true, "Desc": "d"}],
        "ServiceType": "HTTP", "ServiceTimeout": 15,
        "ServiceConfig": {"Product": "clb", "UniqVpcId": "vpc-1", "Url": "http://h:1", "Path": "/{a}", "Method": "GET"},
        "ServiceParameters": [{"Name": "a", "Position": "PATH", "RelevantRequestParameterName": "a",
            "RelevantRequestParameterPosition": "PATH", "DefaultValue": "x", "RelevantRequestParameterDesc": "d",
            "RelevantRequestParameterType": "String"}],
        "ConstantParameters": [{"Name": "c", "Desc": "d", "Position": "QUERY", "DefaultValue": "x"}],
        "ServiceMockReturnMessage": "m", "ResponseType": "JSON", "ResponseSuccessExample": "s",
        "ResponseFailExample": "f", "ResponseErrorCodes": [{"Code": 1, "Msg": "m", "Desc": "d", "ConvertedCode": 2, "NeedConvert": true}],
        "IsDeleteResponseErrorCodes": false, "IsDebugAfterCharge": true, "ServiceScfFunctionName": "", "TokenTimeout": 0,
        "AuthRelationApiId": "", "OauthConfig": {"PublicKey": "", "TokenLocation": "", "LoginRedirectUrl": ""},
    });
    let page = json!({"Limit": 10, "Offset": 0});
    let of_service = with(&page, json!({"ServiceId": service}));
    let of_plan = with(&page, json!({"UsagePlanId": plan}));
    let bind = json!({"UsagePlanIds": [plan], "BindType": "API", "Environment": "test", "ServiceId": service, "ApiIds": [api]});
    let upstream = json!({
        "Scheme": "HTTP", "Algorithm": "ROUND-ROBIN", "UniqVpcId": "vpc-1", "UpstreamName": "n", "UpstreamDescription": "d",
        "UpstreamType": "IP_PORT", "Retries": 1, "UpstreamHost": "h", "Tags": [{"Key": "k", "Value": "v"}],
        "Nodes": [{"Host": "10.0.0.1", "Port": 80, "Weight": 1, "VmInstanceId": "ins-1", "Tags": ["t"]}],
        "HealthChecker": {"EnableActiveCheck": true, "EnablePassiveCheck": true, "HealthyHttpStatus": "200",
            "UnhealthyHttpStatus": "500", "TcpFailureThreshold": 1, "TimeoutThreshold": 1, "HttpFailureThreshold": 1,
            "ActiveCheckHttpPath": "/", "ActiveCheckTimeout": 1, "ActiveCheckInterval": 1, "UnhealthyTimeout": 1,
            "ActiveRequestHeader": [{"Name": "n", "Value": "v"}]},
        "K8sService": [],
    });
    let strategy = json!({"ServiceId": service, "StrategyId": "IPStrategy-abcdefgh"});
    let plugin = json!({"PluginId": "plugin-abcdefgh"});
    let application = json!({"ApiAppId": "app-abcdefgh"});
    let bind_app = json!({"ApiAppId": "app-abcdefgh", "Environment": "test", "ServiceId": service, "ApiId": api});
    let filters = |name: &str| with(&page, json!({"Filters": [{"Name": name, "Values": ["x"]}]}));
    vec![
        (
            "CreateService",
            json!({"ServiceName": "n", "Protocol": "http", "ServiceDesc": "d", "NetTypes": ["OUTER"], "IpVersion": "IPv4",
                "SetServerName": "s", "AppIdType": "t", "Tags": [{"Key": "k", "Value": "v"}], "InstanceId": "instance-1",
                "UniqVpcId": "vpc-1"}),
        ),
        ("DescribeService", json!({"ServiceId": service})),
        ("DescribeServicesStatus", filters("ServiceName")),
        (
            "ModifyService",
            json!({"ServiceId": service, "ServiceName": "n", "ServiceDesc": "d", "Protocol": "http", "NetTypes": ["OUTER"], "UniqVpcId": "vpc-1"}),
        ),
        ("DeleteService", json!({"ServiceId": service, "SkipVerification": 0})),
        ("CreateApi", with(&definition, json!({"UserType": "u", "Owner": "o", "TargetNamespaceId": "t"}))),
        ("DescribeApi", json!({"ServiceId": service, "ApiId": api})),
        ("DescribeApisStatus", with(&filters("ApiName"), json!({"ServiceId": service}))),
        (
            "ModifyApi",
            with(
                &definition,
                json!({"ApiId": api, "AuthRequired": false, "TagSpecifications": {"Key": "k", "Value": "v"}}),
            ),
        ),
        (
            "ModifyApiIncrement",
            json!({"ServiceId": service, "ApiId": api, "BusinessType": "OAUTH", "PublicKey": "{}", "LoginRedirectUrl": "https://h"}),
        ),
        ("DeleteApi", json!({"ServiceId": service, "ApiId": api})),
        ("ReleaseService", with(&place, json!({"ReleaseDesc": "d", "ApiIds": [api]}))),
        ("UnReleaseService", with(&place, json!({"ApiIds": [api]}))),
        ("UpdateService", with(&place, json!({"VersionName": version, "UpdateDesc": "d"}))),
        ("DescribeServiceEnvironmentList", of_service.clone()),
        ("DescribeServiceEnvironmentReleaseHistory", with(&of_service, json!({"EnvironmentName": "test"}))),
        ("DescribeServiceReleaseVersion", of_service.clone()),
        ("DescribeServiceEnvironmentStrategy", of_service.clone()),
        (
            "ModifyServiceEnvironmentStrategy",
            json!({"ServiceId": service, "Strategy": 9, "EnvironmentNames": ["test"]}),
        ),
        ("DescribeApiEnvironmentStrategy", with(&of_service, json!({"EnvironmentNames": ["test"], "ApiId": api}))),
        ("ModifyApiEnvironmentStrategy", with(&place, json!({"Strategy": 9, "ApiIds": [api]}))),
        (
            "CreateUsagePlan",
            json!({"UsagePlanName": "n", "UsagePlanDesc": "d", "MaxRequestNum": 1, "MaxRequestNumPreSec": 1, "Tags": [{"Key": "k", "Value": "v"}]}),
        ),
        ("DescribeUsagePlan", json!({"UsagePlanId": plan})),
        ("DescribeUsagePlansStatus", filters("UsagePlanName")),
        (
            "ModifyUsagePlan",
            json!({"UsagePlanId": plan, "UsagePlanName": "n", "UsagePlanDesc": "d", "MaxRequestNum": 1, "MaxRequestNumPreSec": 1}),
        ),
        ("DeleteUsagePlan", json!({"UsagePlanId": plan})),
        ("BindEnvironment", bind.clone()),
        ("UnBindEnvironment", bind),
        ("BindSecretIds", json!({"UsagePlanId": plan, "AccessKeyIds": [key]})),
        ("UnBindSecretIds", json!({"UsagePlanId": plan, "AccessKeyIds": [key]})),
        ("DemoteServiceUsagePlan", json!({"UsagePlanId": plan, "ServiceId": service, "Environment": "test"})),
        ("DescribeUsagePlanEnvironments", with(&of_plan, json!({"BindType": "API"}))),
        ("DescribeUsagePlanSecretIds", of_plan),
        ("DescribeServiceUsagePlan", of_service.clone()),
        ("DescribeApiUsagePlan", of_service),
        (
            "CreateApiKey",
            json!({"SecretName": "n", "AccessKeyType": "manual", "AccessKeyId": "abcdef", "AccessKeySecret": "0123456789", "Tags": []}),
        ),
        ("DescribeApiKey", json!({"AccessKeyId": key})),
        ("DescribeApiKeysStatus", filters("KeyWord")),
        ("EnableApiKey", json!({"AccessKeyId": key})),
        ("DisableApiKey", json!({"AccessKeyId": key})),
        ("UpdateApiKey", json!({"AccessKeyId": key, "AccessKeySecret": "0123456789"})),
        ("DeleteApiKey", json!({"AccessKeyId": key})),
        ("CreateUpstream", upstream.clone()),
        ("ModifyUpstream", with(&upstream, json!({"UpstreamId": "upstream-abcdefgh"}))),
        ("DescribeUpstreams", filters("UpstreamName")),
        ("DescribeUpstreamBindApis", with(&filters("ApiId"), json!({"UpstreamId": "upstream-abcdefgh"}))),
        ("DeleteUpstream", json!({"UpstreamId": "upstream-abcdefgh"})),
        (
            "BindSubDomain",
            json!({"ServiceId": service, "SubDomain": "a.example.com", "Protocol": "http", "NetType": "OUTER",
                "IsDefaultMapping": false, "NetSubDomain": format!("{service}-1250000000.gz.apigw.tencentcs.com"),
                "CertificateId": "", "PathMappingSet": [{"Path": "/", "Environment": "test"}], "IsForcedHttps": false}),
        ),
        (
            "ModifySubDomain",
            json!({"ServiceId": service, "SubDomain": "a.example.com", "IsDefaultMapping": false, "CertificateId": "",
                "Protocol": "http", "PathMappingSet": [{"Path": "/", "Environment": "test"}], "NetType": "INNER",
                "IsForcedHttps": false}),
        ),
        ("DescribeServiceSubDomains", json!({"ServiceId": service, "Limit": 1, "Offset": 0})),
        ("DescribeServiceSubDomainMappings", of_domain.clone()),
        (
            "DeleteServiceSubDomainMapping",
            json!({"ServiceId": service, "SubDomain": "a.example.com", "Environment": "test"}),
        ),
        ("UnBindSubDomain", of_domain),
        ("CreateApiApp", json!({"ApiAppName": "n", "ApiAppDesc": "d"})),
        ("ModifyApiApp", with(&application, json!({"ApiAppName": "n", "ApiAppDesc": "d"}))),
        ("UpdateApiAppKey", with(&application, json!({"ApiAppKey": "my-key", "ApiAppSecret": "my-own-secret"}))),
        ("DeleteApiApp", application.clone()),
        ("BindApiApp", bind_app.clone()),
        ("UnbindApiApp", bind_app),
        ("DescribeApiAppsStatus", filters("ApiAppName")),
        ("DescribeApiAppBindApisStatus", with(&filters("ApiName"), application)),
        ("DescribeApiBindApiAppsStatus", with(&filters("ApiAppId"), json!({"ServiceId": service, "ApiIds": [api]}))),
        ("DescribeApiForApiApp", json!({"ServiceId": service, "ApiId": api, "ApiRegion": "ap-guangzhou"})),
        ("DescribeServiceForApiApp", json!({"ServiceId": service, "ApiRegion": "ap-guangzhou"})),
        (
            "CreateIPStrategy",
            json!({"ServiceId": service, "StrategyName": "n", "StrategyType": "WHITE", "StrategyData": "10.0.0.1"}),
        ),
        ("ModifyIPStrategy", with(&strategy, json!({"StrategyData": "10.0.0.0/8"}))),
        ("DeleteIPStrategy", strategy.clone()),
        ("BindIPStrategy", with(&strategy, json!({"EnvironmentName": "test", "BindApiIds": [api]}))),
        ("UnBindIPStrategy", with(&strategy, json!({"EnvironmentName": "test", "UnBindApiIds": [api]}))),
        ("DescribeIPStrategy", with(&strategy, with(&page, json!({"EnvironmentName": "test", "Filters": []})))),
        ("DescribeIPStrategysStatus", with(&filters("StrategyName"), json!({"ServiceId": service}))),
        (
            "DescribeIPStrategyApisStatus",
            with(&strategy, with(&page, json!({"EnvironmentName": "test", "Filters": []}))),
        ),
        (
            "CreatePlugin",
            json!({"PluginName": "name", "PluginType": "IPControl", "PluginData": "{\"type\":\"black_list\",\"blocks\":\"10.0.0.1\"}",
                "Description": "d", "Tags": [{"Key": "k", "Value": "v"}]}),
        ),
        ("ModifyPlugin", with(&plugin, json!({"PluginName": "name", "Description": "d", "PluginData": "{}"}))),
        ("DescribePlugin", with(&page, plugin.clone())),
        (
            "DescribePlugins",
            with(
                &page,
                json!({"PluginIds": ["plugin-abcdefgh"], "PluginName": "n", "PluginType": "Cors", "Filters": []}),
            ),
        ),
        ("DescribePluginApis", with(&page, plugin.clone())),
        ("DescribePluginsByApi", with(&with(&page, place.clone()), json!({"ApiId": api}))),
        ("DescribeAllPluginApis", with(&with(&page, place.clone()), plugin.clone())),
        ("AttachPlugin", with(&with(&place, plugin.clone()), json!({"ApiIds": [api]}))),
        ("DetachPlugin", with(&with(&place, plugin.clone()), json!({"ApiId": api}))),
        ("DeletePlugin", plugin),
        (
            "CreateAPIDoc",
            json!({"ApiDocName": "n", "ServiceId": service, "Environment": "test", "ApiIds": [api],
                "Tags": [{"Key": "k", "Value": "v"}]}),
        ),
        (
            "ModifyAPIDoc",
            json!({"ApiDocId": "apidoc-abcdefgh", "ApiDocName": "n", "ServiceId": service, "Environment": "test",
                "ApiIds": [api]}),
        ),
        ("BuildAPIDoc", json!({"ApiDocId": "apidoc-abcdefgh"})),
        ("DeleteAPIDoc", json!({"ApiDocId": "apidoc-abcdefgh"})),
        ("ResetAPIDocPassword", json!({"ApiDocId": "apidoc-abcdefgh"})),
        ("DescribeAPIDocDetail", json!({"ApiDocId": "apidoc-abcdefgh"})),
        ("DescribeAPIDocs", page.clone()),
        (
            "ImportOpenApi",
            json!({"ServiceId": service, "Content": "openapi: 3.0.0\nservers: [{url: 'http://h'}]\npaths: {/imported: {get: {}}}",
                "EncodeType": "YAML", "ContentVersion": "openAPI"}),
        ),
        (
            "DescribeLogSearch",
            with(
                &json!({"ServiceId": service, "Limit": 10}),
                json!({"StartTime": "2020-02-26 14:10:01", "EndTime": "2020-02-26 14:10:02", "Filters": [], "Query": "",
                    "ConText": "", "Sort": "asc", "LogQuerys": [{"Name": "req_t", "Operator": ">=", "Value": "0.5"}]}),
            ),
        ),
        ("DescribeExclusiveInstanceDetail", json!({"InstanceId": "instance-tollgate"})),
        ("DescribeExclusiveInstances", filters("InstanceId")),
        ("DescribeExclusiveInstancesStatus", filters("InstanceName")),
        ("DescribeExclusiveInstanceRegions", json!({})),
        ("DescribeInstancesNetworkConfig", page),
        (
            "ModifyExclusiveInstance",
            json!({"InstanceId": "instance-tollgate", "InstanceName": "n", "InstanceDescription": "d",
                "Parameters": [{"Name": "ServiceRequestNumPreSec", "Value": "5000"}]}),
        ),
    ]
}

/// Every place in a body, as JSON pointers.
fn places(value: &Value, at: &str, out: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, below)| {
            let here = format!("{at}/{name}");
            places(below, &here, out);
            out.push(here);
        }),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, below)| {
            let here = format!("{at}/{index}");
            places(below, &here, out);
            out.push(here);
        }),
        _ => {}
    }
}

#[tokio::test]
async fn no_value_in_any_field_makes_an_action_fail() {
    let desk = Desk::new().await;
    let (service, api, version) = desk.released().await;
    let (plan, key) = (desk.plan("p").await, desk.key("k").await);
    let requests = requests(&service, &api, &version, &plan, &key);
    let served: Vec<&str> =
        crate::actions().filter(|action| action.refused.is_none()).map(|action| action.name).collect();
    let mut named: Vec<&str> = requests.iter().map(|(action, _)| *action).collect();
    named.sort_unstable();
    let mut sorted = served;
    sorted.sort_unstable();
    assert_eq!(named, sorted, "every served action has a request here");
    for (action, body) in &requests {
        let mut all = Vec::new();
        places(body, "", &mut all);
        for place in &all {
            for odd in odd_values() {
                let mut body = body.clone();
                *body.pointer_mut(place).unwrap() = odd.clone();
                let answer = desk.ask(action, body).await;
                let code = code(&answer);
                let told = if odd.to_string().len() > 200 { "a long value".to_owned() } else { odd.to_string() };
                assert!(!code.starts_with("InternalError"), "{action} {place} = {told}: {answer}");
                if !code.is_empty() {
                    assert!(text(&answer, "/Error/Message").len() > 10, "{action} {place} = {told}: {answer}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_required_field_that_is_left_out_is_named() {
    let desk = Desk::new().await;
    for action in crate::actions().filter(|action| action.refused.is_none()) {
        let answer = desk.ask(action.name, json!({})).await;
        let needs_none = [
            "DescribeServicesStatus",
            "DescribeUsagePlansStatus",
            "DescribeApiKeysStatus",
            "DescribePlugins",
            "DescribeApiAppsStatus",
            "DescribeExclusiveInstanceRegions",
            "DescribeInstancesNetworkConfig",
            "DescribeAPIDocs",
        ];
        if needs_none.contains(&action.name) {
            assert_eq!(code(&answer), "", "{answer}");
        } else {
            assert_eq!(code(&answer), "MissingParameter", "{}: {answer}", action.name);
            assert!(text(&answer, "/Error/Message").contains('`'), "{answer}");
        }
    }
}
