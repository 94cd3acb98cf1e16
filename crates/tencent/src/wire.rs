//! Bytes to parameters and answers to bytes (spec: control plane wire protocol).
//!
//! A request's parameters come as a JSON body, as a flattened query or form (`Filters.0.Values.0=x`), or as a multipart
//! form; [`params`] makes one tree of each, [`reader`] reads a typed request out of the tree and names the parameter
//! that does not fit. [`envelope`] writes the answer.

pub(crate) mod body;
pub(crate) mod envelope;
pub(crate) mod json;
pub(crate) mod multipart;
pub(crate) mod params;
mod reader;

pub(crate) use envelope::Answer;
pub(crate) use params::Params;
pub(crate) use reader::read_tree;
