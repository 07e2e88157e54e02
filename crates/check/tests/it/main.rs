//! Configuration checks at the crate's boundary.

mod bases;
mod table;
