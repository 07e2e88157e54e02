//! What the crate promises at its boundary.

mod roles;
mod sign;
mod ticket;
