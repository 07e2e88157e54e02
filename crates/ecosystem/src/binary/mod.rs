//! Programs and libraries that no package manager installed, told by their content.
//!
//! A [`Classifier`] is a row of data: names of files that are worth a look, what the
//! file must say about itself, and the names that the program is known by. Rows are
//! sought in the one pass that the executable probe makes over a file (`search`), and
//! only in files whose name passes the gate (`gate`), so other files cost nothing.
//!
//! How a program spells its version out is taken from its source, not from one sample; each
//! row says where. A program of Go that carries a list of modules is named by that list:
//! the row then only lends its version, where the list has none, and its CPE names.
//! What a distribution's package owns is decided by `scan` on the whole tree.

mod cpe;
mod gate;
mod java;
mod search;
mod table;

use std::borrow::Cow;

use lazaret_version::Scheme;

use crate::Ecosystem;

pub(crate) use search::{Search, by_module};

/// Programs by what they say about themselves, with no registry behind their names.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "generic",
    title: "program",
    osv: &[],
    scheme: Scheme::Generic,
    normalise: |name| Cow::Owned(name.to_lowercase()),
    readers: java::READERS,
};

/// How one program or library is recognised.
#[derive(Debug)]
pub struct Classifier {
    /// Stable name of the row.
    pub id: &'static str,
    /// File names, `*` for anything; with `/`, the last segments of the path.
    pub files: &'static [&'static str],
    /// The purl type: `generic`, or `golang` where a Go module is behind it.
    pub kind: &'static str,
    /// The name below that type: `nginx`, `oracle/openjdk`, a module path.
    pub package: &'static str,
    /// `vendor:product` of the CPE names, as the NVD's dictionary has them.
    pub cpes: &'static [&'static str],
    /// Ways to the version; the first that leads anywhere holds.
    pub patterns: &'static [Pattern],
}

/// A way to the version. Group 1 of an expression is the version.
///
/// Expressions speak of bytes, match at most 320 of them and look at
/// nothing before or behind the match, so that no cut of the stream changes the result.
#[derive(Debug, Clone, Copy)]
pub enum Pattern {
    /// The first place where the expression matches.
    Text(&'static str),
    /// A string that is the version and nothing else, in a file that also holds the
    /// literal. All such strings must say the same, or the version is not known.
    Whole(&'static str, &'static str),
    /// The same, but the version begins with the number in the file's name: `python3.11`.
    Named(&'static str, &'static str),
    /// A string that is the version and nothing else, and that also begins the text which the
    /// first expression finds: for texts in which nothing tells where the version ends.
    Begins(&'static str, &'static str),
}

/// Every row. Where several rows hold for one file, the first of them names it.
pub fn classifiers() -> impl Iterator<Item = &'static Classifier> {
    table::ALL.iter().copied().flatten()
}

/// Whether a file is worth reading for its name alone.
pub(crate) fn is_named(path: &str) -> bool {
    gate::rows(path).next().is_some()
}
