//! What the crate promises at its boundary, over images made in code.

mod base;
mod changed;
mod images;
mod links;
mod looks;
mod ownership;
mod rebase;
mod rpm;
mod secrets;
