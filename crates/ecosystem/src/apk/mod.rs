//! Alpine packages: the database of apk-tools.
//!
//! Reads `lib/apk/db/installed`, which newer images keep in `usr/lib/apk/db`. Format:
//! Alpine's wiki, "Apk spec", "Installed database V2". Wolfi and Chainguard use the same.

mod installed;

use std::borrow::Cow;

use lazaret_version::Scheme;

use crate::recognise::never;
use crate::{Ecosystem, EvidenceKind, Reader};

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
        recognises: never,
        wants: |path| matches!(path, "lib/apk/db/installed" | "usr/lib/apk/db/installed"),
        max_bytes: 256 << 20,
        read: installed::read,
    }],
};
