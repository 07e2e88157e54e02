//! Go modules: `go.mod` and `go.sum`. What is built into an executable is the probe's
//! matter.

mod module;
mod sum;

use std::borrow::Cow;

use lazaret_version::Scheme;

use crate::document::file_name;
use crate::recognise::{beginning, ends};
use crate::{Ecosystem, EvidenceKind, Reader};

/// Go modules.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "golang",
    title: "Go module",
    osv: &["Go"],
    scheme: Scheme::Go,
    normalise: |name| Cow::Borrowed(name),
    readers: &[
        Reader {
            id: "golang/mod",
            revision: 2,
            evidence: EvidenceKind::Locked,
            recognises: |i| {
                let first = beginning(i).lines().find(|l| !l.trim().is_empty());
                ends(i, ".mod") && first.is_some_and(|l| l.starts_with("module "))
            },
            wants: |path| file_name(path) == "go.mod",
            max_bytes: 16 << 20,
            read: module::read,
        },
        Reader {
            id: "golang/sum",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |i| ends(i, ".sum") && sum::is_one(beginning(i)),
            // It keeps every version that was ever considered, so in a tree the module
            // file beside it is the one that tells.
            wants: |_| false,
            max_bytes: 64 << 20,
            read: sum::read,
        },
    ],
};
