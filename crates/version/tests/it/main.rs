//! Orders and ranges at the crate's boundary.

mod constraints;
mod lists;
mod orders;
mod ranges;
