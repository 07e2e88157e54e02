//! One binary for the tests that look at the crate from outside.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that skips or counts says so to who runs it"
)]

mod conformance;
mod constraints;
mod laws;
mod lists;
mod native;
mod osv_events;
mod ranges;
mod sorting;
mod vers;
