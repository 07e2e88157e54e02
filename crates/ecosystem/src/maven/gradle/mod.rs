//! The files of Gradle that name artifacts: lock files, dependency verification, and
//! version catalogues.

mod catalogue;
mod lockfile;
mod verification;

use crate::document::file_name;
use crate::recognise::{beginning, ends, mentions};
use crate::{EvidenceKind, Input, Reader};

pub(super) const LOCKFILE: Reader = Reader {
    id: "maven/gradle-lockfile",
    revision: 2,
    evidence: EvidenceKind::Locked,
    recognises: is_lockfile,
    wants: |path| {
        // Before release 7, one file for each configuration.
        file_name(path).ends_with("gradle.lockfile")
            || (path.contains("gradle/dependency-locks/") && path.ends_with(".lockfile"))
    },
    max_bytes: 16 << 20,
    read: lockfile::read,
};

pub(super) const VERIFICATION: Reader = Reader {
    id: "maven/gradle-verification",
    revision: 1,
    evidence: EvidenceKind::Locked,
    recognises: |i| ends(i, ".xml") && beginning(i).contains("<verification-metadata"),
    wants: |path| file_name(path) == "verification-metadata.xml",
    max_bytes: 32 << 20,
    read: verification::read,
};

pub(super) const CATALOGUE: Reader = Reader {
    id: "maven/gradle-catalogue",
    revision: 1,
    evidence: EvidenceKind::Locked,
    recognises: |i| ends(i, ".versions.toml"),
    wants: |path| {
        file_name(path) == "libs.versions.toml"
            || (path.contains("gradle/") && path.ends_with(".versions.toml"))
    },
    max_bytes: 16 << 20,
    read: catalogue::read,
};

fn is_lockfile(input: Input<'_>) -> bool {
    let text = beginning(input);
    let named = mentions(input, "gradlelockfile")
        || (mentions(input, "gradle") && mentions(input, "lockfile"));
    let comments = || text.lines().all(|l| l.is_empty() || l.starts_with('#'));
    let locks = |line: &str| {
        let mut parts = line.split('=').next().unwrap_or_default().split(':');
        let filled = parts.by_ref().take(3).filter(|p| !p.is_empty()).count();
        filled == 3 && parts.next().is_none() && line.contains('=') && !line.contains(' ')
    };
    text.starts_with("# This is a Gradle generated file")
        || (named && (comments() || text.lines().any(locks)))
}
