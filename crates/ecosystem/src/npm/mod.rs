//! npm packages: what is installed below `node_modules`, and lock files.
//!
//! A `package.json` counts only where npm puts one: directly of a package below
//! `node_modules`. Others are manifests of projects or fixtures of tests. Formats: the
//! documentation of npm, Yarn and pnpm.

mod installed;
mod locked;
mod yarn;

use std::borrow::Cow;

use lazaret_version::Scheme;

use crate::document::file_name;
use crate::recognise::{beginning, ends, mentions, never};
use crate::{Ecosystem, EvidenceKind, Reader};

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
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: never,
            wants: installed::wants,
            max_bytes: 16 << 20,
            read: installed::read,
        },
        Reader {
            id: "npm/package-lock",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |i| ends(i, ".json") && beginning(i).contains("\"lockfileVersion\""),
            wants: |path| {
                !path.contains("node_modules/")
                    && matches!(file_name(path), "package-lock.json" | "npm-shrinkwrap.json")
            },
            max_bytes: 128 << 20,
            read: locked::package_lock,
        },
        Reader {
            id: "npm/yarn-lock",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |i| {
                let text = beginning(i);
                text.contains("# yarn lockfile v1") || text.contains("__metadata:")
            },
            wants: |path| !path.contains("node_modules/") && file_name(path) == "yarn.lock",
            max_bytes: 64 << 20,
            read: yarn::read,
        },
        Reader {
            id: "npm/pnpm-lock",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |i| {
                ends(i, ".yaml")
                    && (mentions(i, "pnpm") || beginning(i).starts_with("lockfileVersion:"))
            },
            wants: |path| !path.contains("node_modules/") && file_name(path) == "pnpm-lock.yaml",
            max_bytes: 64 << 20,
            read: locked::pnpm,
        },
    ],
};
