//! Tests at the crate's boundary: bytes in, facts out.

mod parsers;
mod properties;
