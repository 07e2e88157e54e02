//! The crate's boundary: readers, distributions, purls, the probe.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that skips or counts says so to who runs it"
)]

mod binaries;
mod distro;
mod go_programs;
mod hostile;
mod identification;
mod parsers;
mod properties;
mod references;
mod samples;
mod system;
