//! Import (导入 API): a document of OpenAPI becomes APIs (spec: OpenAPI import).

use control::openapi::{self, Fault as DocumentFault, Format, ReadApi, ReadDocument, WantedApi};
use model::ServiceId;
use serde::{Deserialize, Serialize};

use crate::api::{check_count, check_name};
use crate::call::Call;
use crate::code::Code;
use crate::field;
use crate::refusal::{Fault, Problem, refused};
use crate::tag;
use crate::time::written;
use crate::wire::Answer;

/// Most APIs of one document, and its longest text in bytes.
const MOST_APIS: usize = 10;
const LONGEST: usize = 100 * 1024;

/// `ImportOpenApi`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Import {
    service_id: String,
    content: String,
    encode_type: Option<String>,
    content_version: Option<String>,
}

/// Every operation becomes an API of its own; what is wrong with one is told with that one.
pub(crate) async fn import(call: Call, request: Import) -> Result<Answer, Problem> {
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let formats = [("YAML", Format::Yaml), ("JSON", Format::Json)];
    let format = match request.encode_type.as_deref().filter(|word| !word.is_empty()) {
        None => Format::Yaml,
        Some(word) => field::option(Code::InvalidParameterValue, "EncodeType", word, &formats)?,
    };
    if let Some(word) = request.content_version.as_deref().filter(|word| !word.is_empty()) {
        field::option(Code::UnsupportedParameter, "ContentVersion", word, &[("openAPI", ())])?;
    }
    if request.content.len() > LONGEST {
        let reason = format!("is {} bytes long; at most {LONGEST} are allowed", request.content.len());
        return Err(Fault::value(Code::InvalidParameterValue, "Content", reason).into());
    }
    call.service(&service)?;
    let document = openapi::read(&request.content, format, call.control.quotas());
    let mut document = document.map_err(|fault| in_content(Code::FormatError, &fault))?;
    document.apis.iter_mut().for_each(hold_to_bounds);
    let good = makeable(&call, &service, &document)?;
    let mut made = call.control.create_apis(&call.actor, &service, &good).await?.into_iter();
    let api_set: Vec<CreateApiRsp> = document
        .apis
        .iter()
        .map(|api| match &api.wanted {
            Err(faults) => CreateApiRsp::failed(api, told(faults)),
            Ok(_) => match made.next() {
                Some(Ok(done)) => CreateApiRsp {
                    api_id: Some(done.id.to_string()),
                    created_time: Some(written(done.created)),
                    status: SUCCESS,
                    ..CreateApiRsp::failed(api, String::new())
                },
                Some(Err(refusal)) => CreateApiRsp::failed(api, refused(&refusal, "CreateApi").message),
                None => CreateApiRsp::failed(api, String::new()),
            },
        })
        .collect();
    Ok(Answer::result(CreateApiRspSet { total_count: api_set.len(), api_set })?)
}

/// What `CreateApi` would refuse for its length or number is refused here too: whoever is told of an API may send back
/// what was told.
fn hold_to_bounds(api: &mut ReadApi) {
    let Ok(wanted) = &api.wanted else { return };
    let definition = &wanted.definition;
    let tags = tag::written(&definition.tags);
    let refused = [
        check_name("operationId", definition.name.as_str()),
        check_count("parameters", definition.parameters.len()),
        check_count("x-apigw-service-parameters", definition.mappings.len()),
        check_count("x-apigw-const-paramters", definition.constants.len()),
        tag::read("x-apigw-tags", tags).map(drop),
    ];
    let faults: Vec<DocumentFault> = refused
        .into_iter()
        .filter_map(Result::err)
        .map(|fault| DocumentFault::new(api.pointer.clone(), fault.message))
        .collect();
    if !faults.is_empty() {
        api.wanted = Err(faults);
    }
}

/// The APIs that can be asked for, if the document as a whole can be.
fn makeable(call: &Call, service: &ServiceId, document: &ReadDocument) -> Result<Vec<WantedApi>, Problem> {
    if document.apis.len() > MOST_APIS {
        let reason = format!("holds {} APIs; at most {MOST_APIS} are allowed", document.apis.len());
        return Err(Fault::value(Code::InvalidParameterValue, "Content", reason).into());
    }
    // What the document as a whole leaves out is told of the whole.
    let mut faults = document.apis.iter().filter_map(|api| api.wanted.as_ref().err()).flatten();
    if let Some(fault) = faults.find(|fault| ["/servers", "/host"].contains(&fault.pointer.as_str())) {
        return Err(in_content(Code::BackendSpecificParam, fault).into());
    }
    let good: Vec<WantedApi> = document.apis.iter().filter_map(|api| api.wanted.clone().ok()).collect();
    let room = call.control.quotas().apis_per_service;
    let there = call.service(service)?.apis.len();
    if there + good.len() > room {
        let reason =
            format!("holds {} APIs; the service has {there} already, and at most {room} are allowed", good.len());
        return Err(Fault::value(Code::ApiCount, "Content", reason).into());
    }
    Ok(good)
}

const SUCCESS: &str = "success";
const FAIL: &str = "fail";

fn in_content(code: Code, fault: &DocumentFault) -> Fault {
    Fault::value(code, "Content", fault)
}

/// All that is wrong, in one line.
fn told(faults: &[DocumentFault]) -> String {
    let all: Vec<String> = faults.iter().map(ToString::to_string).collect();
    all.join("; ")
}

/// The structure `CreateApiRspSet`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct CreateApiRspSet {
    total_count: usize,
    api_set: Vec<CreateApiRsp>,
}

/// The structure `CreateApiRsp`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct CreateApiRsp {
    api_id: Option<String>,
    path: String,
    method: &'static str,
    created_time: Option<String>,
    status: &'static str,
    err_msg: String,
    api_name: String,
}

impl CreateApiRsp {
    fn failed(api: &ReadApi, why: String) -> Self {
        Self {
            api_id: None,
            path: api.path.clone(),
            method: api.method.as_str(),
            created_time: None,
            status: FAIL,
            err_msg: why,
            api_name: api.name.clone(),
        }
    }
}
