//! Header fields as spans of the head's bytes, in the order and case in which they came.
