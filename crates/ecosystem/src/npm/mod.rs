//! npm packages: what is installed below `node_modules`, and lock files.
//!
//! A `package.json` counts only where npm puts one: directly of a package below
//! `node_modules`. Others are manifests of projects or fixtures of tests, and count when
//! a person names them. Formats: the documentation of npm, Yarn, pnpm and Bun.

mod bun;
mod installed;
mod package_lock;
mod pnpm;
mod yarn;

use std::borrow::Cow;

use lazaret_version::Scheme;

use crate::document::file_name;
use crate::recognise::{beginning, called, ends, first, is_blank, mentions};
use crate::{Ecosystem, EvidenceKind, Found, Input, ReadError, Reader};

/// npm packages.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "npm",
    title: "npm package",
    osv: &["npm"],
    scheme: Scheme::Npm,
    normalise: |name| Cow::Borrowed(name),
    readers: &[
        Reader {
            id: "npm/installed",
            revision: 3,
            evidence: EvidenceKind::Installed,
            recognises: installed::recognises,
            wants: installed::wants,
            max_bytes: 16 << 20,
            read: installed::read,
        },
        Reader {
            id: "npm/package-lock",
            revision: 2,
            evidence: EvidenceKind::Locked,
            recognises: |i| {
                first(i) == Some(b'{')
                    && beginning(i).contains("\"lockfileVersion\"")
                    && !is_bun(beginning(i))
                    && !mentions(i, "bun")
            },
            wants: |path| {
                !path.contains("node_modules/")
                    && matches!(file_name(path), "package-lock.json" | "npm-shrinkwrap.json")
            },
            max_bytes: 128 << 20,
            read: package_lock::read,
        },
        Reader {
            id: "npm/yarn-lock",
            revision: 2,
            evidence: EvidenceKind::Locked,
            recognises: |i| {
                let text = beginning(i);
                text.contains("# yarn lockfile v1")
                    || text.contains("\n__metadata:")
                    || (called(i, "yarn") && ends(i, ".lock"))
            },
            wants: |path| !path.contains("node_modules/") && file_name(path) == "yarn.lock",
            max_bytes: 64 << 20,
            read: yarn::read,
        },
        Reader {
            id: "npm/pnpm-lock",
            revision: 2,
            evidence: EvidenceKind::Locked,
            recognises: |i| {
                (ends(i, ".yaml") || ends(i, ".yml"))
                    && (called(i, "pnpmlock") || beginning(i).starts_with("lockfileVersion:"))
            },
            wants: |path| !path.contains("node_modules/") && file_name(path) == "pnpm-lock.yaml",
            max_bytes: 64 << 20,
            read: pnpm::read,
        },
        Reader {
            id: "npm/bun-lock",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |i| {
                let says_lock = beginning(i).contains("\"lockfileVersion\"");
                let says_bun = is_bun(beginning(i)) || mentions(i, "bun");
                first(i) == Some(b'{') && says_lock && says_bun
                    || called(i, "bunlock") && is_blank(i)
            },
            wants: |path| !path.contains("node_modules/") && file_name(path) == "bun.lock",
            max_bytes: 64 << 20,
            read: bun::read,
        },
    ],
};

/// Whether a path is that of the manifest of one installed package.
pub(crate) fn is_installed_manifest(path: &str) -> bool {
    installed::wants(path)
}

/// Reads the manifest of one installed package, for archives that hold some.
pub(crate) fn installed_manifest(input: Input<'_>) -> Result<Found, ReadError> {
    installed::read(input)
}

/// Whether a lock file is Bun's: its workspaces are an object, npm's are a list.
fn is_bun(text: &str) -> bool {
    text.split_once("\"workspaces\"")
        .and_then(|(_, rest)| rest.trim_start().strip_prefix(':'))
        .is_some_and(|rest| rest.trim_start().starts_with('{'))
}

/// The parts of `name@rest`; the name may have a scope.
fn split(text: &str) -> Option<(&str, &str)> {
    let scope = usize::from(text.starts_with('@'));
    let at = text.get(scope..)?.find('@')? + scope;
    let (name, rest) = (text.get(..at)?, text.get(at + 1..)?);
    (name.len() > scope).then_some((name, rest))
}
