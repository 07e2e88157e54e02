//! One binary for the tests that look at the crate from outside.

mod conformance;
mod constraints;
mod laws;
mod osv_events;
mod ranges;
