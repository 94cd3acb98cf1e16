//! Object storage (COS): the model's bucket backend, in and out (spec: COS).

use model::{Backend, BackendPath, BucketAction, BucketBackend, BucketName, PathMatchMode};

use super::backend::method_match;
use super::request::{CosConfig, ServiceConfig};
use crate::code::Code;
use crate::field;
use crate::refusal::Fault;

const ACTIONS: [(&str, BucketAction); 6] = [
    ("GetObject", BucketAction::GetObject),
    ("PutObject", BucketAction::PutObject),
    ("PostObject", BucketAction::PostObject),
    ("AppendObject", BucketAction::AppendObject),
    ("HeadObject", BucketAction::HeadObject),
    ("DeleteObject", BucketAction::DeleteObject),
];

const MATCH_MODES: [(&str, PathMatchMode); 2] =
    [("BackEndPath", PathMatchMode::BackendPath), ("FullPath", PathMatchMode::FullPath)];

/// The backend.
pub(super) fn backend(config: Option<ServiceConfig>) -> Result<Backend, Fault> {
    let needed =
        |parameter: &str| Fault::value(Code::MissingParameter, parameter, "is needed when `ServiceType` is COS");
    let config = config.ok_or_else(|| needed("ServiceConfig"))?;
    let bucket = config.cos_config.ok_or_else(|| needed("ServiceConfig.CosConfig"))?;
    for (name, value) in [
        ("Product", &config.product),
        ("Url", &config.url),
        ("UniqVpcId", &config.uniq_vpc_id),
        ("UpstreamId", &config.upstream_id),
    ] {
        if value.as_deref().is_some_and(|value| !value.is_empty()) {
            let reason = "belongs to other backends; `ServiceType` is COS";
            return Err(Fault::value(Code::InvalidServiceConfig, &format!("ServiceConfig.{name}"), reason));
        }
    }
    let said = |value: Option<String>| value.filter(|text| !text.is_empty());
    let word = said(bucket.action).ok_or_else(|| needed("ServiceConfig.CosConfig.Action"))?;
    let action = field::option(Code::InvalidServiceConfig, "ServiceConfig.CosConfig.Action", &word, &ACTIONS)?;
    if let Some(method) = said(config.method) {
        let method = method_match("ServiceConfig.Method", &method)?;
        if !method.covers(action.method()) {
            let reason = format!("does not fit the action `{word}`, which is {}", action.method().as_str());
            return Err(Fault::value(Code::InvalidServiceConfig, "ServiceConfig.Method", reason));
        }
    }
    let name = said(bucket.bucket_name).ok_or_else(|| needed("ServiceConfig.CosConfig.BucketName"))?;
    let match_mode = match said(bucket.path_match_mode) {
        Some(word) => {
            field::option(Code::InvalidServiceConfig, "ServiceConfig.CosConfig.PathMatchMode", &word, &MATCH_MODES)?
        }
        None => PathMatchMode::BackendPath,
    };
    Ok(Backend::Bucket(BucketBackend {
        bucket: BucketName::try_from(name).map_err(|invalid| {
            Fault::invalid(Code::InvalidServiceConfig, "ServiceConfig.CosConfig.BucketName", &invalid)
        })?,
        action,
        signed: bucket.authorization == Some(true),
        path: BackendPath::try_from(said(config.path).ok_or_else(|| needed("ServiceConfig.Path"))?)
            .map_err(|invalid| Fault::invalid(Code::InvalidBackendPath, "ServiceConfig.Path", &invalid))?,
        match_mode,
    }))
}

/// How a bucket is told.
pub(super) fn config(bucket: &BucketBackend) -> ServiceConfig {
    let action = ACTIONS.iter().find(|(_, action)| *action == bucket.action).map_or("", |(word, _)| word);
    let mode = MATCH_MODES.iter().find(|(_, mode)| *mode == bucket.match_mode).map_or("", |(word, _)| word);
    ServiceConfig {
        product: Some(String::new()),
        uniq_vpc_id: Some(String::new()),
        url: Some(String::new()),
        path: Some(bucket.path.as_str().to_owned()),
        method: Some(bucket.action.method().as_str().to_owned()),
        upstream_id: None,
        cos_config: Some(CosConfig {
            action: Some(action.to_owned()),
            bucket_name: Some(bucket.bucket.as_str().to_owned()),
            authorization: Some(bucket.signed),
            path_match_mode: Some(mode.to_owned()),
        }),
    }
}
