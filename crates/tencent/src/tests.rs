//! The dialect with a real `control` and a real store behind it, driven through its router with signed requests.

mod desk;
mod forms;
mod garbage;
mod nouns;
mod rights;
