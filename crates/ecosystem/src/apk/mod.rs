//! Alpine packages: the database of apk-tools.
//!
//! Reads `lib/apk/db/installed`, which newer images keep in `usr/lib/apk/db`. Format:
//! Alpine's wiki, "Apk spec", "Installed database V2". Wolfi and Chainguard use the same.

mod installed;
pub(crate) mod sums;

use std::borrow::Cow;

use lazaret_version::Scheme;

use crate::recognise::{beginning, mentions};
use crate::{Ecosystem, EvidenceKind, Input, Reader};

/// Alpine packages.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "apk",
    title: "Alpine package",
    osv: &["Alpine", "Wolfi", "Chainguard", "MinimOS", "Alpaquita"],
    scheme: Scheme::Apk,
    normalise: |name| Cow::Borrowed(name),
    readers: &[Reader {
        id: "apk/installed",
        revision: 1,
        evidence: EvidenceKind::Installed,
        recognises: is_database,
        wants: is_installed,
        max_bytes: 256 << 20,
        read: installed::read,
    }],
};

fn is_installed(path: &str) -> bool {
    matches!(path, "lib/apk/db/installed" | "usr/lib/apk/db/installed")
}

/// A database by its content, or an empty file of a folder of apk's.
fn is_database(input: Input<'_>) -> bool {
    let text = beginning(input);
    if text.trim().is_empty() {
        return input.bytes.len() == text.len() && mentions(input, "apk");
    }
    let has = |field: &str| text.lines().any(|line| line.starts_with(field));
    has("P:") && has("V:") && (has("C:Q1") || has("A:"))
}
