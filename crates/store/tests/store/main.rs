//! What a store promises.
//!
//! [`suite`] holds for every store, however it keeps its records; [`sqlite`] is about the files of the default one,
//! [`killed`] about losing power, [`fixture`] about reading what an earlier version wrote.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fixture;
mod killed;
mod load;
mod samples;
mod sqlite;
mod suite;
