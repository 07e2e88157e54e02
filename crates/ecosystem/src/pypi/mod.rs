//! Python packages: installed metadata and lock files.
//!
//! Names are compared as PEP 503 says; reports keep them as written. Formats: the core
//! metadata specification, and the documentation of pip, Pipenv, Poetry, PDM and uv.

mod installed;
mod locked;

use std::borrow::Cow;

use lazaret_version::Scheme;

use crate::document::file_name;
use crate::recognise::never;
use crate::{Ecosystem, EvidenceKind, Reader};

/// Python packages.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "pypi",
    title: "Python package",
    osv: &["PyPI"],
    scheme: Scheme::Pep440,
    normalise,
    readers: &[
        Reader {
            id: "pypi/installed",
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: never,
            wants: installed::wants,
            max_bytes: 16 << 20,
            read: installed::read,
        },
        Reader {
            id: "pypi/requirements",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: never,
            wants: |path| {
                let name = file_name(path);
                name.contains("requirements") && name.ends_with(".txt")
            },
            max_bytes: 16 << 20,
            read: locked::requirements,
        },
        Reader {
            id: "pypi/pipfile-lock",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: never,
            wants: |path| file_name(path) == "Pipfile.lock",
            max_bytes: 64 << 20,
            read: locked::pipfile,
        },
        Reader {
            id: "pypi/toml-lock",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: never,
            wants: |path| {
                let name = file_name(path);
                matches!(name, "poetry.lock" | "uv.lock" | "pdm.lock" | "pylock.toml")
                    || (name.starts_with("pylock.") && name.ends_with(".toml"))
            },
            max_bytes: 64 << 20,
            read: locked::toml_lock,
        },
    ],
};

/// PEP 503: lower case, runs of `-`, `_` and `.` are one `-`.
fn normalise(name: &str) -> Cow<'_, str> {
    let odd = |b: u8| b.is_ascii_uppercase() || b == b'_' || b == b'.';
    if !name.bytes().any(odd) && !name.contains("--") {
        return Cow::Borrowed(name);
    }
    let mut key = String::with_capacity(name.len());
    for c in name.chars() {
        if !matches!(c, '-' | '_' | '.') {
            key.push(c.to_ascii_lowercase());
        } else if !key.ends_with('-') {
            key.push('-');
        }
    }
    Cow::Owned(key)
}
