//! Ruby gems: installed specifications and `Gemfile.lock`.
//!
//! Formats: RubyGems' specification reference and Bundler's documentation.

mod lock;
mod specification;

use std::borrow::Cow;

use lazaret_version::Scheme;

use crate::document::file_name;
use crate::recognise::{beginning, ends};
use crate::{Ecosystem, EvidenceKind, Reader};

/// Ruby gems.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "gem",
    title: "Ruby gem",
    osv: &["RubyGems"],
    scheme: Scheme::Gem,
    normalise: |name| Cow::Borrowed(name),
    readers: &[
        Reader {
            id: "gem/installed",
            revision: 2,
            evidence: EvidenceKind::Installed,
            recognises: |i| ends(i, ".gemspec"),
            wants: specification::wants,
            max_bytes: 4 << 20,
            read: specification::read,
        },
        Reader {
            id: "gem/lock",
            revision: 2,
            evidence: EvidenceKind::Locked,
            recognises: |i| {
                let has = |line: &str| beginning(i).lines().any(|l| l == line);
                has("  specs:") && (has("GEM") || has("GIT") || has("PATH"))
            },
            wants: |path| matches!(file_name(path), "Gemfile.lock" | "gems.locked"),
            max_bytes: 16 << 20,
            read: lock::read,
        },
    ],
};
