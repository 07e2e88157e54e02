//! Changes to files that people wrote: images and packages in newer versions, mistakes of
//! configuration mended.
//!
//! Everything here is a pure function from a text to [`Edit`]s of that text. An edit
//! replaces the bytes that say a version and no other, so comments, blanks, quotes and line
//! ends stay what they were. Where a file cannot be changed without its ecosystem's own
//! tool (checksums of versions that nobody has fetched, a graph to be solved again), that
//! is said, with the command to type: a lock file that no tool would accept mends nothing.
//!
//! Whoever calls this proves what an edit removes: by matching and checking the file again.

mod checks;
mod edit;
pub mod image;
pub mod package;
mod patch;
mod target;
mod yaml;

pub use checks::{Mended, Mending, mend};
pub use edit::{Conflict, apply, merge, then};
pub use lazaret_check::Edit;
pub use patch::patch;
pub use target::target;
