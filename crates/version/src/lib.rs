//! Orders of versions, and ranges of them.
//!
//! Every ecosystem orders its versions by a rule of its own, and a scanner that uses the
//! wrong one is wrong silently. Each [`Scheme`] follows the native tool of its ecosystem
//! and names the document it follows. Two versions that have no order give an error,
//! never a guess: [`Containment::Undecided`] is an answer that callers must show.
//!
//! No dependencies, no allocation in the hot paths, no number that can overflow.

pub mod constraint;
mod digits;
mod osv;
mod range;
mod scheme;

pub use osv::Event;
pub use range::{Bound, Containment, Interval, Matched, Range};
pub use scheme::{Scheme, UnknownScheme, Unparsable};
