//! The data plane: a snapshot becomes a plan, and a call travels through it.
