//! Answers that are given again.

use serde::{Deserialize, Serialize};

use crate::{Invalid, Location, Method, Whole, parameter};

/// Keeps answers of an API's backend, and gives them to calls that ask the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerCache {
    /// What tells one question from another, beside the API, the method, the path and who calls. Where nothing is listed,
    /// the whole query does.
    pub parameters: Vec<CacheParameter>,
    /// The methods whose answers are kept; at least one.
    pub methods: Vec<Method>,
    /// The statuses of answers that are kept; at least one.
    pub statuses: Vec<Whole<200, 599>>,
    /// `Cache-Control` of requests and answers is obeyed: what it says of time stands in place of `lifetime`.
    pub obeys: bool,
    /// How long answers are kept, in seconds.
    pub lifetime: Whole<0, 3600>,
}

/// A declared parameter whose values tell calls apart, whatever their case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawCacheParameter", into = "RawCacheParameter")]
pub struct CacheParameter {
    location: Location,
    name: String,
}

#[derive(Serialize, Deserialize)]
struct RawCacheParameter {
    location: Location,
    name: String,
}

impl AnswerCache {
    /// Most parameters of a plugin.
    pub const MOST_PARAMETERS: usize = 20;
    /// The methods whose answers may be kept.
    pub const METHODS: [Method; 5] = [Method::Get, Method::Post, Method::Put, Method::Delete, Method::Head];
}

impl CacheParameter {
    /// The parameter `name`, which stands at `location`.
    ///
    /// # Errors
    /// A name that cannot stand there; one of a body, which is compared as a whole.
    pub fn new(location: Location, name: String) -> Result<Self, Invalid> {
        if location == Location::Body {
            return Err(Invalid::new("location", "is the body; header, query and path are allowed"));
        }
        parameter::check_name(&name, location)?;
        Ok(Self { location, name })
    }

    /// Where it stands.
    pub fn location(&self) -> Location {
        self.location
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// True when it is the parameter of that name at that place.
    pub fn is(&self, name: &str, location: Location) -> bool {
        self.location == location
            && match location {
                Location::Header => self.name.eq_ignore_ascii_case(name),
                Location::Query | Location::Path | Location::Body => self.name == name,
            }
    }
}

impl TryFrom<RawCacheParameter> for CacheParameter {
    type Error = Invalid;

    fn try_from(raw: RawCacheParameter) -> Result<Self, Invalid> {
        Self::new(raw.location, raw.name)
    }
}

impl From<CacheParameter> for RawCacheParameter {
    fn from(parameter: CacheParameter) -> Self {
        Self { location: parameter.location, name: parameter.name }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_known_by_name_and_place() {
        let header = CacheParameter::new(Location::Header, "X-Id".to_owned()).unwrap();
        assert!(header.is("x-id", Location::Header) && !header.is("X-Id", Location::Query));
        let query = CacheParameter::new(Location::Query, "id".to_owned()).unwrap();
        assert!(query.is("id", Location::Query) && !query.is("ID", Location::Query));
        assert!(CacheParameter::new(Location::Body, "id".to_owned()).is_err());
        assert!(CacheParameter::new(Location::Header, "a b".to_owned()).is_err());
        assert!(serde_json::from_str::<CacheParameter>(r#"{"location":"query","name":""}"#).is_err());
    }
}
