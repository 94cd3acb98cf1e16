//! The embedded, revisioned record store.
