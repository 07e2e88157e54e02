//! The crate's behaviour at its boundary.

#![allow(
    clippy::print_stderr,
    reason = "a test that skips or counts says so to who runs it"
)]

mod checks;
mod images;
mod packages;
mod patches;
