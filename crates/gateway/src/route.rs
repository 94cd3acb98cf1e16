//! Which API a call is for: from method and path to one value out of thousands.

mod captures;

use model::{FrontendPath, Method, MethodMatch};

pub use captures::Captures;

/// One API as the router sees it.
#[derive(Debug, Clone)]
pub struct Entry<T> {
    /// The path it answers at.
    pub path: FrontendPath,
    /// The methods it answers.
    pub method: MethodMatch,
    /// What [`Router::find`] gives back.
    pub value: T,
}

/// What [`Router::find`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<'r, T> {
    /// This API answers.
    Api {
        /// The value of its entry.
        value: &'r T,
        /// How many bytes of the path the frontend path matched; what follows them is appended to the backend path.
        matched: usize,
    },
    /// The path is somebody's, but nobody answers this method at it.
    WrongMethod,
    /// Nobody answers at this path.
    Nothing,
}

/// All APIs of one environment of one service, ready for look-up. Immutable.
#[derive(Debug)]
pub struct Router<T> {
    entries: Vec<Entry<T>>,
}

impl<T> Router<T> {
    /// A router over `entries`, which come in definition order, oldest first.
    pub fn new(entries: Vec<Entry<T>>) -> Self {
        Self { entries }
    }

    /// The API that answers `method` at `path`; its variables are left in `captures`.
    pub fn find(&self, _method: Method, _path: &str, _captures: &mut Captures) -> Found<'_, T> {
        let _ = &self.entries;
        todo!()
    }
}
