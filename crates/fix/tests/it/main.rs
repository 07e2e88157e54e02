//! The crate's behaviour at its boundary.

mod checks;
mod images;
mod packages;
mod patches;
