//! Conan packages of C and C++: lock files and `conanfile.txt`.
//!
//! Formats: Conan's documentation, "Lockfiles" (of releases 1 and 2), "conanfile.txt",
//! and "Version ranges".

mod lock;
mod manifest;
mod reference;

use std::borrow::Cow;

use lazaret_version::Scheme;

use crate::document::file_name;
use crate::recognise::{beginning, mentions, never};
use crate::{Ecosystem, EvidenceKind, Reader};

/// Conan packages.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "conan",
    title: "Conan package",
    osv: &["ConanCenter"],
    scheme: Scheme::Conan,
    normalise: |name| Cow::Borrowed(name),
    readers: &[
        Reader {
            id: "conan/lock",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |i| {
                let text = beginning(i);
                text.contains("\"graph_lock\"")
                    || (text.contains("\"build_requires\"") && text.contains("\"python_requires\""))
                    || mentions(i, "conanlock")
            },
            wants: |path| file_name(path) == "conan.lock",
            max_bytes: 64 << 20,
            read: lock::read,
        },
        Reader {
            id: "conan/manifest",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: never,
            wants: |path| file_name(path) == "conanfile.txt",
            max_bytes: 4 << 20,
            read: manifest::read,
        },
    ],
};
