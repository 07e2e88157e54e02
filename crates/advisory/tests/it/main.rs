//! The crate at its boundary: databases are built, opened, broken and updated.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that skips or counts says so to who runs it"
)]
#![allow(clippy::unwrap_used)]

mod damage;
mod database;
mod delta;
mod distributions;
mod feeds;
mod hostile;
mod made;
mod records;
mod slices;
mod sources;
mod starter;
#[cfg(feature = "feeds")]
mod update;
mod vendors;
mod wholes;
