//! One suite, two engines.

mod audit;
mod image;
mod job;
mod open;
mod people;
mod support;
