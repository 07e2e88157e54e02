//! Configuration checks at the crate's boundary.

mod exposure;
mod manifest;
mod table;
mod terraform;
