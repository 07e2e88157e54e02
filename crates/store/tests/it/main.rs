//! One suite, two engines.

mod audit;
mod blob;
mod image;
mod job;
mod open;
mod people;
mod support;
