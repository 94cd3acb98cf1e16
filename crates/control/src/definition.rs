//! What the parts of an API's definition must say of each other.
