//! Definitions become a document: OpenAPI 3.0.0, the version that the vendor's import reads too.

use std::collections::BTreeMap;

use model::{ApiDefinition, ApiId, Service};
use serde_json::{Map, Value, json};

use super::document::Format;
use super::extension::{self as words, ConstantItem, ErrorCodeItem, MappingItem, ResponseItem, TagItem};
use super::read::method_key;
use super::{backend, oauth, parameters};

/// The document of a service with these APIs, in the order in which they were made.
pub fn write<'a>(
    service: &Service,
    apis: impl IntoIterator<Item = (&'a ApiId, &'a ApiDefinition)>,
    format: Format,
) -> String {
    let apis: Vec<(&ApiId, &ApiDefinition)> = apis.into_iter().collect();
    let by_id: BTreeMap<&ApiId, &ApiDefinition> = apis.iter().copied().collect();
    let mut paths: Map<String, Value> = Map::new();
    for (order, (_, definition)) in apis.into_iter().enumerate() {
        let (key, mut operation) = (key(&paths, definition), operation(definition));
        if let Some(part) = &definition.oauth {
            operation.extend(oauth::write(part, &by_id).into_iter().map(|(name, value)| (name.to_owned(), value)));
        }
        operation.insert(words::ORDER.to_owned(), json!(order));
        if key != definition.path.as_str() {
            operation.insert(words::PATH.to_owned(), json!(definition.path.as_str()));
        }
        let item = paths.entry(key).or_insert_with(|| json!({}));
        if let Value::Object(item) = item {
            item.insert(method_key(definition.method).to_owned(), Value::Object(operation));
        }
    }
    let mut info = json!({"title": service.name.as_str(), "version": "1"});
    if !service.description.as_str().is_empty() {
        info["description"] = json!(service.description.as_str());
    }
    let document = json!({"openapi": "3.0.0", "info": info, "paths": paths});
    match format {
        Format::Json => serde_json::to_string_pretty(&document).unwrap_or_default() + "\n",
        Format::Yaml => serde_yaml_ng::to_string(&document).unwrap_or_default(),
    }
}

/// The key of `paths` for an API: its path, but for one that begins with a mark, or whose place is taken.
fn key(paths: &Map<String, Value>, definition: &ApiDefinition) -> String {
    let path = definition.path.as_str();
    let method = method_key(definition.method);
    let mut key = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    while paths.get(&key).is_some_and(|item| item.get(method).is_some()) {
        key.push('+');
    }
    key
}

fn operation(definition: &ApiDefinition) -> Map<String, Value> {
    let mut operation = Map::new();
    let mut put = |name: &str, value: Value| {
        operation.insert(name.to_owned(), value);
    };
    put("operationId", json!(definition.name.as_str()));
    put("responses", json!({"default": {"description": "What the backend answers"}}));
    put(words::PROTOCOL, json!(words::protocol_word(definition.protocol)));
    put(words::AUTH, json!(words::auth_word(definition.auth)));
    put(words::CORS, json!(definition.cors));
    put(words::TIMEOUT, json!(definition.timeout.seconds()));
    put(words::BACKEND, backend::write(&definition.backend));
    if !definition.description.as_str().is_empty() {
        put("description", json!(definition.description.as_str()));
    }
    let mappings = definition.mappings.iter().map(|mapping| MappingItem {
        name: mapping.name.clone(),
        position: words::position_word(mapping.location).to_owned(),
        relevant_request_parameter_name: mapping.source_name.clone(),
        relevant_request_parameter_position: words::position_word(mapping.source_location).to_owned(),
        default_value: mapping.default.clone(),
        relevant_request_parameter_desc: mapping.description.clone(),
        relevant_request_parameter_type: mapping.source_type.clone(),
    });
    let constants = definition.constants.iter().map(|constant| ConstantItem {
        name: constant.name.clone(),
        position: words::position_word(constant.location).to_owned(),
        default_value: constant.value.clone(),
        desc: constant.description.clone(),
    });
    let tags = definition.tags.iter().map(|tag| TagItem { key: tag.key.clone(), value: tag.value.clone() });
    for (name, list) in [
        (words::MAPPINGS, json!(mappings.collect::<Vec<_>>())),
        (words::CONSTANTS, json!(constants.collect::<Vec<_>>())),
        (words::TAGS, json!(tags.collect::<Vec<_>>())),
    ] {
        if list.as_array().is_some_and(|list| !list.is_empty()) {
            put(name, list);
        }
    }
    let guide = &definition.response;
    if *guide != model::ResponseGuide::default() {
        let codes = guide.error_codes.iter().map(|code| ErrorCodeItem {
            code: code.code,
            msg: code.message.clone(),
            desc: code.description.clone(),
            converted_code: code.converted,
            need_convert: code.convert,
        });
        let item = ResponseItem {
            response_type: guide.body_type.clone(),
            response_success_example: guide.success_example.as_str().to_owned(),
            response_fail_example: guide.failure_example.as_str().to_owned(),
            response_error_codes: codes.collect(),
        };
        put(words::RESPONSE, json!(item));
    }
    if !definition.annotations.is_empty() {
        put(words::ANNOTATIONS, json!(definition.annotations));
    }
    parameters::write(&definition.parameters, &mut operation);
    operation
}
