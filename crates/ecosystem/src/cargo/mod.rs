//! Rust crates: `Cargo.lock` and `Cargo.toml`. What is built into an executable is the
//! probe's matter.

mod lock;
mod manifest;

use std::borrow::Cow;

use lazaret_version::Scheme;

use crate::document::file_name;
use crate::recognise::{beginning, ends};
use crate::{Ecosystem, EvidenceKind, Reader};

/// Rust crates.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "cargo",
    title: "Rust crate",
    osv: &["crates.io"],
    scheme: Scheme::Cargo,
    normalise: |name| Cow::Borrowed(name),
    readers: &[
        Reader {
            id: "cargo/lock",
            revision: 2,
            evidence: EvidenceKind::Locked,
            recognises: |i| ends(i, ".lock") && lock::is_one(i),
            wants: |path| file_name(path) == "Cargo.lock",
            max_bytes: 64 << 20,
            read: lock::read,
        },
        Reader {
            id: "cargo/manifest",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |i| {
                let package = |l: &str| matches!(l.trim(), "[package]" | "[workspace]");
                ends(i, ".toml") && beginning(i).lines().any(package)
            },
            wants: |path| file_name(path) == "Cargo.toml",
            max_bytes: 16 << 20,
            read: manifest::read,
        },
    ],
};
