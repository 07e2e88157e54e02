//! The crate's behaviour at its boundary.

mod bills;
mod fixtures;
mod formats;
mod owners;
mod pipelines;
