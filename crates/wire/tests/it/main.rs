//! What the crate promises at its boundary.

mod events;
mod roles;
mod sign;
mod ticket;
