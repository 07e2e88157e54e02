//! Rules that turn facts into a decision.
//!
//! Pure: a report, the rules and today's date go in, a decision comes out. Nothing here
//! knows where the facts came from.

mod difference;
mod gate;
mod ignore;

pub use difference::{difference, hide_known};
pub use gate::{FailOn, Gate, InvalidGate, decide};
pub use ignore::{IgnoreError, IgnoreRules, Unused};
