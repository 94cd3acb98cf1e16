//! Where a call leads, told off the path of calls: for people who look for the reason of something.

use std::borrow::Cow;

use model::Method;

use crate::Gateway;
use crate::canonical::canonical;
use crate::route::{Captures, Found};

/// Where path and method lead in an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// The API's identifier.
    pub api: String,
    /// The release that the environment runs.
    pub version: String,
    /// The path's variables with what they stand for; those that took no part are left out.
    pub variables: Vec<(String, String)>,
    /// What the API's path did not match of the call's.
    pub rest: String,
}

impl Gateway {
    /// Where `path`, with or without the environment's segment and without a query, leads with `method`. `None` where no
    /// API answers.
    pub fn explain(&self, service: &str, environment: &str, method: &str, path: &str) -> Option<Explained> {
        let plan = self.plan();
        let service = plan.services.get(service)?;
        let environment = service.environments.iter().flatten().find(|known| known.environment == environment)?;
        let whole: Cow<'_, str> = canonical(path)?;
        let stripped = whole.strip_prefix('/').and_then(|path| path.strip_prefix(environment.environment));
        let path = match stripped {
            Some("") => "/",
            Some(path) if path.starts_with('/') => path,
            _ => &whole,
        };
        let mut captures = Captures::new();
        let method = Method::from_bytes(method.as_bytes())?;
        let Found::Api { value, matched } = environment.router.find(method, path, &mut captures) else { return None };
        let api = &environment.apis.get(*value)?.api;
        let names = api.frozen.definition.path.variables();
        let variable = |(index, name): (usize, &str)| Some((name.to_owned(), captures.text(path, index)?.to_owned()));
        Some(Explained {
            api: api.id().to_owned(),
            version: environment.version.as_str().to_owned(),
            variables: names.into_iter().enumerate().filter_map(variable).collect(),
            rest: path.get(matched..).unwrap_or("").to_owned(),
        })
    }
}
