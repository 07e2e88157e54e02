//! The crate's behaviour at its boundary.

mod bills;
mod fixtures;
mod formats;
mod pipelines;
