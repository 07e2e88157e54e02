//! The rows, by what the programs are for. A new row is a line here and a sample in the
//! tests.
//!
//! In expressions `{v}` stands for a version of two to four numbers, `{v3}` for one of three
//! and `{pre}` for what may mark a preview behind it (`-rc.1`, `beta2`).

mod cloud;
mod databases;
mod libraries;
mod network;
mod runtimes;
mod security;
mod system;
mod tools;
mod web;

use super::{Classifier, Pattern};

/// All rows, in the order of precedence.
pub(super) static ALL: &[&[Classifier]] = &[
    runtimes::ROWS,
    web::ROWS,
    databases::ROWS,
    network::ROWS,
    cloud::ROWS,
    tools::ROWS,
    security::ROWS,
    system::ROWS,
    libraries::ROWS,
];

type Names = &'static [&'static str];

/// The row of a program that is known by a name of its own.
const fn program(
    id: &'static str,
    files: Names,
    package: &'static str,
    cpes: Names,
    patterns: &'static [Pattern],
) -> Classifier {
    Classifier {
        id,
        files,
        kind: "generic",
        package,
        cpes,
        patterns,
    }
}

/// The version that Go's linker put into a program (`-ldflags -X`) is a string of its own.
const LINKED: &[Pattern] = &[Pattern::Whole(
    "runtime.goexit",
    r"v?({v3}{pre})(?:[+~][0-9A-Za-z.+~-]{1,32})?",
)];

/// The row of a Go program, known by its module.
const fn module(id: &'static str, files: Names, package: &'static str, cpes: Names) -> Classifier {
    Classifier {
        id,
        files,
        kind: "golang",
        package,
        cpes,
        patterns: LINKED,
    }
}
