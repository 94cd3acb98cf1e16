//! Request, backend and constant parameters, on their way in.

use model::parameter::{check_name, check_value};
use model::{Constant, Location, Mapping, Parameter};

use super::request::{ConstantParameter, RequestParameter, ServiceParameter};
use crate::code::Code;
use crate::field;
use crate::refusal::Fault;

/// Most parameters of each sort.
const MOST_PARAMETERS: usize = 100;

/// Where a parameter stands. The vendor's own texts write it in both cases, and `head` for `header`.
fn location(code: Code, parameter: &str, raw: &str) -> Result<Location, Fault> {
    match raw.to_ascii_lowercase().as_str() {
        "header" | "head" => Ok(Location::Header),
        "query" => Ok(Location::Query),
        "path" => Ok(Location::Path),
        "body" | "formdata" => Ok(Location::Body),
        _ => {
            let reason = format!("`{}` is no position; HEADER, QUERY, PATH and BODY are", raw.escape_debug());
            Err(Fault::value(code, parameter, reason))
        }
    }
}

/// How a location is written.
pub(super) fn position_word(location: Location) -> &'static str {
    match location {
        Location::Header => "HEADER",
        Location::Query => "QUERY",
        Location::Path => "PATH",
        Location::Body => "BODY",
    }
}

/// Refuses a list of more items than an API may have of them.
pub(crate) fn check_count(parameter: &str, count: usize) -> Result<(), Fault> {
    if count > MOST_PARAMETERS {
        let reason = format!("has {count} items; at most {MOST_PARAMETERS} are allowed");
        return Err(Fault::value(Code::TooManyItems, parameter, reason));
    }
    Ok(())
}

/// A default value; the empty one is none.
fn default(code: Code, parameter: &str, raw: Option<String>, location: Location) -> Result<Option<String>, Fault> {
    let Some(value) = raw.filter(|value| !value.is_empty()) else { return Ok(None) };
    check_value(&value, location).map_err(|invalid| Fault::invalid(code, parameter, &invalid))?;
    Ok(Some(value))
}

pub(super) fn parameters(sent: Vec<RequestParameter>) -> Result<Vec<Parameter>, Fault> {
    const CODE: Code = Code::InvalidRequestParameters;
    check_count("RequestParameters", sent.len())?;
    sent.into_iter()
        .enumerate()
        .map(|(index, sent)| {
            let at = |member: &str| format!("RequestParameters.{index}.{member}");
            let location = location(CODE, &at("Position"), &sent.position)?;
            check_name(&sent.name, location).map_err(|invalid| Fault::invalid(CODE, &at("Name"), &invalid))?;
            let type_name = sent.type_name.filter(|word| !word.is_empty()).unwrap_or_else(|| "String".to_owned());
            Ok(Parameter {
                type_name: field::short_text(&at("Type"), Some(type_name), 64)?.into(),
                default: default(CODE, &at("DefaultValue"), sent.default_value, location)?,
                required: sent.required.unwrap_or(false),
                description: field::text(&at("Desc"), sent.desc)?.into(),
                name: sent.name,
                location,
            })
        })
        .collect()
}

pub(super) fn mappings(sent: Vec<ServiceParameter>) -> Result<Vec<Mapping>, Fault> {
    const CODE: Code = Code::InvalidServiceParameters;
    check_count("ServiceParameters", sent.len())?;
    sent.into_iter()
        .enumerate()
        .map(|(index, sent)| {
            let at = |member: &str| format!("ServiceParameters.{index}.{member}");
            let needed = |member: &str| Fault::value(CODE, &at(member), "is needed");
            let name = sent.name.filter(|name| !name.is_empty()).ok_or_else(|| needed("Name"))?;
            let position = sent.position.filter(|word| !word.is_empty()).ok_or_else(|| needed("Position"))?;
            let place = location(CODE, &at("Position"), &position)?;
            check_name(&name, place).map_err(|invalid| Fault::invalid(CODE, &at("Name"), &invalid))?;
            // A backend parameter takes the frontend's of the same name and place unless it says another.
            let source_name =
                sent.relevant_request_parameter_name.filter(|name| !name.is_empty()).unwrap_or_else(|| name.clone());
            let source_location = match sent.relevant_request_parameter_position.filter(|word| !word.is_empty()) {
                Some(word) => location(CODE, &at("RelevantRequestParameterPosition"), &word)?,
                None => place,
            };
            Ok(Mapping {
                default: default(CODE, &at("DefaultValue"), sent.default_value, place)?,
                description: field::text(&at("RelevantRequestParameterDesc"), sent.relevant_request_parameter_desc)?
                    .into(),
                source_type: field::short_text(
                    &at("RelevantRequestParameterType"),
                    sent.relevant_request_parameter_type,
                    64,
                )?
                .into(),
                name,
                location: place,
                source_name,
                source_location,
            })
        })
        .collect()
}

pub(super) fn constants(sent: Vec<ConstantParameter>) -> Result<Vec<Constant>, Fault> {
    const CODE: Code = Code::InvalidConstantParameters;
    check_count("ConstantParameters", sent.len())?;
    sent.into_iter()
        .enumerate()
        .map(|(index, sent)| {
            let at = |member: &str| format!("ConstantParameters.{index}.{member}");
            let needed = |member: &str| Fault::value(CODE, &at(member), "is needed");
            let name = sent.name.filter(|name| !name.is_empty()).ok_or_else(|| needed("Name"))?;
            let position = sent.position.filter(|word| !word.is_empty()).ok_or_else(|| needed("Position"))?;
            let location = location(CODE, &at("Position"), &position)?;
            if !matches!(location, Location::Header | Location::Query) {
                return Err(Fault::value(CODE, &at("Position"), "a constant stands in HEADER or QUERY"));
            }
            check_name(&name, location).map_err(|invalid| Fault::invalid(CODE, &at("Name"), &invalid))?;
            let value = sent.default_value.unwrap_or_default();
            check_value(&value, location).map_err(|invalid| Fault::invalid(CODE, &at("DefaultValue"), &invalid))?;
            Ok(Constant { name, location, value, description: field::text(&at("Desc"), sent.desc)?.into() })
        })
        .collect()
}
