//! What tests need and products do not: servers that misbehave on demand.

pub mod registry;
