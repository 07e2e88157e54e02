//! Configuration checks: Dockerfiles and other files that decide how containers are built
//! and run, judged before anything runs.
//!
//! A [`Language`] is a kind of file with its checks; [`ALL`] lists them. A [`Check`] is a
//! row of facts (id, title, severity, the ids that peers give to the same rule, a good and
//! a bad example) with the code that finds it in the same file. [`walk`] gathers
//! [`Source`]s, [`examine`] turns them into [`Finding`]s, and [`answers`] into what a
//! report holds. What could not be read is a gap, and what the file alone cannot tell is
//! [`CheckStatus::Unknown`](lazaret_model::CheckStatus): neither is ever silently passed.
//!
//! Nothing here opens a socket or reads a clock; only [`walk`] opens files.

mod beyond;
mod check;
pub mod compose;
pub mod dockerfile;
mod engine;
pub mod exposure;
mod ignore;
pub mod image;
pub mod manifest;
mod settings;
mod source;
pub mod tags;
pub mod terraform;
pub mod walk;

pub use beyond::{BASE_IMAGE, BEYOND};
pub use check::{Check, Edit, Finding, Findings};
pub use engine::{Answers, answers, check, checks, each, examine};
pub use ignore::{Ignore, Reach};
pub use manifest::charts;
pub use settings::Settings;
pub use source::{Place, Source};

/// A kind of file, and what is checked in it.
pub struct Language {
    /// Stable name: `dockerfile`, `kubernetes`, `compose`, `terraform`.
    pub name: &'static str,
    /// The name for people.
    pub title: &'static str,
    /// Its checks, in the order of their ids.
    pub checks: fn() -> Vec<&'static Check>,
    /// Whether a file of this path, found in a directory, may be of this kind: it is read
    /// then. Paths have `/` between their parts.
    pub wants: fn(path: &str) -> bool,
    /// Whether a file that was read is of this kind. The first language in [`ALL`] that
    /// says so gets it.
    pub claims: fn(&Source) -> bool,
    /// Looks through every file of this kind at once, so that one file may be judged with
    /// what another says. `others` are the files of the whole run, for look-ups by path.
    /// [`each`] serves languages whose files stand alone.
    pub examine: fn(files: &[&Source], others: &[Source], settings: &Settings) -> Findings,
    /// The ignore comments of a file of this kind.
    pub ignores: fn(&Source) -> Vec<Ignore>,
}

/// Every kind of file.
pub static ALL: &[&Language] = &[
    &dockerfile::LANGUAGE,
    &image::LANGUAGE,
    &manifest::LANGUAGE,
    &compose::LANGUAGE,
    &terraform::LANGUAGE,
];
