//! Why a value was refused.

/// A raw value that could not become a valid one: which field, and what is allowed there.
///
/// `field` is the model's own word for the place (`path`, `origin`, `timeout`); a dialect that needs its own word or
/// code knows which conversion it was making. `reason` is a sentence for the person who sent the value: it names what
/// was wrong and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct Invalid {
    /// The field, in the model's words.
    pub field: &'static str,
    /// What was wrong and what is allowed.
    pub reason: String,
}

impl Invalid {
    /// A refusal of `field` because of `reason`.
    pub fn new(field: &'static str, reason: impl Into<String>) -> Self {
        Self { field, reason: reason.into() }
    }
}
