//! `Filters`: which items of a list are meant (spec: filters).
//!
//! An item is meant when every filter admits it; a filter admits it when one of its values does.

use serde::Deserialize;

use crate::code::Code;
use crate::refusal::Fault;

/// Most filters of a request.
const MOST_FILTERS: usize = 20;

/// Most values of a filter.
const MOST_VALUES: usize = 100;

/// A filter as it is sent.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Filter {
    name: String,
    values: Vec<String>,
}

/// The filters of a request, each of a name that the action knows.
#[derive(Debug)]
pub(crate) struct Filters(Vec<Filter>);

impl Filters {
    /// Checks the filters against the names that the action supports.
    pub(crate) fn new(sent: Option<Vec<Filter>>, supported: &[&str]) -> Result<Self, Fault> {
        let sent = sent.unwrap_or_default();
        if sent.len() > MOST_FILTERS {
            return Err(too_many("Filters", sent.len(), MOST_FILTERS));
        }
        for (index, filter) in sent.iter().enumerate() {
            if !supported.contains(&filter.name.as_str()) {
                return Err(Fault::new(
                    Code::InvalidFilterNotSupportedName,
                    format!(
                        "The parameter `Filters.{index}.Name`: `{}` is not supported; {} are.",
                        filter.name.escape_debug(),
                        supported.join(", ")
                    ),
                ));
            }
            let values = format!("Filters.{index}.Values");
            if filter.values.is_empty() {
                return Err(Fault::value(
                    Code::InvalidParameterValue,
                    &values,
                    "is empty; at least one value is needed",
                ));
            }
            if filter.values.len() > MOST_VALUES {
                return Err(too_many(&values, filter.values.len(), MOST_VALUES));
            }
        }
        Ok(Self(sent))
    }

    /// True when every filter admits an item, of which `fits` says whether a filter's name and one value do.
    pub(crate) fn admit(&self, fits: impl Fn(&str, &str) -> bool) -> bool {
        self.0.iter().all(|filter| filter.values.iter().any(|value| fits(&filter.name, value)))
    }

    /// The values of every filter called `name`.
    pub(crate) fn values<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f [String]> {
        self.0.iter().filter(move |filter| filter.name == name).map(|filter| filter.values.as_slice())
    }

    /// True when there is a filter called `name`.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.values(name).next().is_some()
    }
}

fn too_many(parameter: &str, count: usize, most: usize) -> Fault {
    Fault::value(Code::TooManyItems, parameter, format!("has {count} items; at most {most} are allowed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(name: &str, values: &[&str]) -> Filter {
        Filter { name: name.into(), values: values.iter().map(|value| (*value).to_owned()).collect() }
    }

    #[test]
    fn filters_are_joined_by_and_their_values_by_or() {
        let filters =
            Filters::new(Some(vec![filter("Id", &["a", "b"]), filter("Name", &["n"])]), &["Id", "Name"]).unwrap();
        let admits =
            |id: &str, name: &str| filters.admit(|field, value| value == if field == "Id" { id } else { name });
        assert!(admits("a", "n"));
        assert!(admits("b", "n"));
        assert!(!admits("c", "n"));
        assert!(!admits("a", "m"));
        assert!(Filters::new(None, &[]).unwrap().admit(|_, _| false));
    }

    #[test]
    fn a_foreign_name_is_refused_with_the_names_that_are_known() {
        let refused =
            Filters::new(Some(vec![filter("Id", &["a"]), filter("Colour", &["red"])]), &["Id", "Name"]).unwrap_err();
        assert_eq!(refused.code, Code::InvalidFilterNotSupportedName);
        assert_eq!(refused.message, "The parameter `Filters.1.Name`: `Colour` is not supported; Id, Name are.");
    }

    #[test]
    fn a_filter_without_values_or_with_very_many_is_refused() {
        assert_eq!(Filters::new(Some(vec![filter("Id", &[])]), &["Id"]).unwrap_err().code, Code::InvalidParameterValue);
        assert_eq!(Filters::new(Some(vec![filter("Id", &["x"; 101])]), &["Id"]).unwrap_err().code, Code::TooManyItems);
    }
}
