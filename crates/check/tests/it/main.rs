//! Configuration checks at the crate's boundary.

mod bases;
mod compose;
mod coverage;
mod dockerfile_hostile;
mod edits;
mod exposure;
mod hadolint;
mod manifest;
mod page;
mod peers;
mod shell;
mod table;
mod terraform;
