//! The rules: every use case once, who may do what, and publishing.
