//! How every change is made.
