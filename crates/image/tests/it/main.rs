//! What the crate promises at its boundary.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that skips or counts says so to who runs it"
)]

mod archive;
mod directory;
mod made;
mod referrers;
mod registry;
mod sparse;
mod transport;
