//! The crate's tests at its boundary.

mod feeds;
mod hostile;
