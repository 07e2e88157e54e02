//! Configuration checks at the crate's boundary.

mod bases;
mod compose;
mod exposure;
mod manifest;
mod page;
mod peers;
mod table;
mod terraform;
