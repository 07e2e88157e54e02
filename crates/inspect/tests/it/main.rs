//! What the crate promises to those who call it.

mod licenses;
mod secrets;
