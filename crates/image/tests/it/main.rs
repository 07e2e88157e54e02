//! What the crate promises at its boundary.

mod registry;
mod sparse;
