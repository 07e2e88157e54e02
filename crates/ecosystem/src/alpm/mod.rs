//! Arch Linux packages: the local database of pacman.
//!
//! Reads `var/lib/pacman/local/<name>-<version>/desc`, the file list `files` beside it,
//! and the `.PKGINFO` of a package that was unpacked. Formats: libalpm `be_local.c`,
//! makepkg's PKGINFO(5). Not read: `sync`, which lists what could be installed.

mod database;
mod information;

use std::borrow::Cow;

use lazaret_version::Scheme;

use crate::recognise::{beginning, mentions, never};
use crate::{Ecosystem, EvidenceKind, Input, Reader};

/// Arch Linux packages.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "alpm",
    title: "Arch Linux package",
    osv: &[],
    scheme: Scheme::Pacman,
    normalise: |name| Cow::Borrowed(name),
    readers: &[
        Reader {
            id: "alpm/desc",
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: is_description,
            wants: |path| database::entry(path, "desc").is_some(),
            max_bytes: 4 << 20,
            read: database::read,
        },
        Reader {
            id: "alpm/files",
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: never,
            wants: |path| database::entry(path, "files").is_some(),
            max_bytes: 64 << 20,
            read: database::files,
        },
        Reader {
            id: "alpm/pkginfo",
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: |input| {
                let has = |key: &str| beginning(input).lines().any(|line| line.starts_with(key));
                has("pkgname = ") && has("pkgver = ")
            },
            // Where a package was unpacked without pacman; elsewhere it is not installed.
            wants: |path| path == ".PKGINFO",
            max_bytes: 4 << 20,
            read: information::read,
        },
    ],
};

/// A description by its content, or an empty file of a folder of pacman's.
fn is_description(input: Input<'_>) -> bool {
    let text = beginning(input);
    if text.trim().is_empty() {
        return input.bytes.len() == text.len()
            && (mentions(input, "pacman") || mentions(input, "alpm"));
    }
    text.lines()
        .any(|line| matches!(line.trim(), "%NAME%" | "%VERSION%" | "%BASE%"))
}
