//! Text becomes a document of a version that is known.

use serde_json::Value;

use super::fault::Fault;
use super::place::Place;
use crate::yaml;

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Format {
    Yaml,
    Json,
}

/// Which words a document uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// 2.0.
    Swagger,
    /// 3.0 and 3.1.
    OpenApi,
}

/// The longest document, in bytes.
pub(super) const LONGEST: usize = 8 * 1024 * 1024;

/// What the text says.
pub(super) fn parse(text: &str, format: Format) -> Result<Value, Fault> {
    if text.len() > LONGEST {
        return Err(Fault::new("", format!("is {} bytes long; at most {LONGEST} are allowed", text.len())));
    }
    match format {
        Format::Json => {
            serde_json::from_str(text).map_err(|fault| Fault::new("", format!("the document is no JSON: {fault}")))
        }
        Format::Yaml => yaml::parse(text).map_err(|fault| Fault::new("", format!("the document is no YAML: {fault}"))),
    }
}

/// The version that the document says it has.
pub(super) fn version(root: &Place<'_>) -> Result<Version, Fault> {
    root.object()?;
    // YAML reads `2.0` and `3.0` without quotes as numbers.
    let said = |place: &Place<'_>| match place.value {
        Value::Number(number) => Ok(number.to_string()),
        _ => place.text().map(str::to_owned),
    };
    if let Some(place) = root.member("openapi") {
        let version = said(&place)?;
        let is_known = ["3.0", "3.1"]
            .iter()
            .any(|known| version.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')));
        return if is_known {
            Ok(Version::OpenApi)
        } else {
            Err(place.fault(format!("`{}` is not read; 3.0 and 3.1 are", version.escape_debug())))
        };
    }
    if let Some(place) = root.member("swagger") {
        return match said(&place)?.as_str() {
            "2.0" => Ok(Version::Swagger),
            other => Err(place.fault(format!("`{}` is not read; 2.0 is", other.escape_debug()))),
        };
    }
    Err(root.fault("has neither `openapi` nor `swagger`: OpenAPI 3.0 and 3.1 and Swagger 2.0 are read"))
}
