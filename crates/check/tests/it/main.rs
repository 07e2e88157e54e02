//! Configuration checks at the crate's boundary.

mod bases;
mod exposure;
mod manifest;
mod table;
mod terraform;
