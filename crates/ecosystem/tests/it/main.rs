//! The crate's boundary: readers, distributions, purls, the probe.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that skips or counts says so to who runs it"
)]

mod binaries;
mod compiled;
mod content;
mod distro;
mod go_programs;
mod hostile;
mod identification;
mod npm;
mod page;
mod parsers;
mod properties;
mod python;
mod recognised;
mod references;
mod samples;
mod scripts;
mod system;
mod tables;
mod told;
