//! What the crate promises at its boundary, over images made in code.

mod changed;
mod images;
mod links;
mod looks;
mod ownership;
mod rpm;
mod secrets;
