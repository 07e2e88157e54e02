//! Configuration checks at the crate's boundary.

mod bases;
mod compose;
mod dockerfile_hostile;
mod edits;
mod exposure;
mod manifest;
mod page;
mod peers;
mod table;
mod terraform;
