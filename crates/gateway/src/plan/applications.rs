//! The applications that may call an API.

use std::sync::Arc;

use model::Application;
use rustc_hash::FxHashMap;
use sign::key_pair::Key;

/// An application, ready to be asked whether it signed a call.
#[derive(Debug)]
pub struct ApplicationPlan {
    /// Its identifier.
    pub id: Box<str>,
    /// The prepared states of its pair.
    pub key: Key,
}

impl ApplicationPlan {
    /// Prepares an application.
    pub fn new(application: &Application) -> Self {
        let key = Key::new(application.secret.expose().as_bytes());
        Self { id: application.id.as_str().into(), key }
    }
}

/// The applications that may call an API in an environment.
#[derive(Debug, Default)]
pub struct Applications(FxHashMap<Box<str>, Arc<ApplicationPlan>>);

impl Applications {
    /// The application whose key has this public half.
    pub fn of(&self, key: &str) -> Option<&ApplicationPlan> {
        self.0.get(key).map(AsRef::as_ref)
    }

    /// Lets an application call.
    pub fn add(&mut self, key: &str, application: Arc<ApplicationPlan>) {
        self.0.insert(key.into(), application);
    }
}
