//! Configuration checks at the crate's boundary.

mod compose;
mod bases;
mod exposure;
mod manifest;
mod table;
mod terraform;
