//! Version schemes and ranges: how every ecosystem orders its versions, and
//! which versions an advisory speaks of.
//!
//! The floor of the workspace: text in, answers out, no dependencies, no I/O.
//! [`Scheme`] compares versions by the rule of the ecosystem's own tool,
//! [`Range`] is a set of versions and says whether it contains one, [`osv`]
//! builds ranges from OSV events and [`constraint`] from requirement languages.
//!
//! What cannot be compared is never a "no": [`Scheme::compare`] returns
//! [`Unparsable`] and [`Range::contains`] returns [`Containment::Undecided`].

pub mod constraint;
mod digits;
pub mod osv;
mod range;
mod scheme;
mod sort;
pub mod vers;

pub use range::{Bound, Containment, Interval, Matched, Range};
pub use scheme::{Scheme, UnknownScheme, Unparsable};
pub use sort::sorted_by;
