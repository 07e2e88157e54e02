//! The crate at its boundary: databases are built, opened, broken and updated.

#![allow(clippy::unwrap_used)]

mod damage;
mod database;
mod distributions;
mod feeds;
mod hostile;
mod records;
mod slices;
mod sources;
mod starter;
#[cfg(feature = "feeds")]
mod update;
