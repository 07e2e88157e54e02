//! Configuration checks at the crate's boundary.

mod table;
