//! Debian packages: the database of dpkg.
//!
//! Reads `var/lib/dpkg/status`, the one-package files of distroless images in
//! `var/lib/dpkg/status.d`, and the file lists beside both. Formats: deb-control(5),
//! dpkg's `pkg-format.c` for the source field. Not read: `status-old`, available lists,
//! archives of packages that are not installed.

mod lists;
mod status;
mod vendor;

use std::borrow::Cow;

use lazaret_version::Scheme;

use crate::recognise::never;
use crate::{Ecosystem, EvidenceKind, Reader};

/// Debian packages.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "deb",
    title: "Debian package",
    osv: &["Debian", "Ubuntu", "Echo"],
    scheme: Scheme::Deb,
    normalise: |name| Cow::Borrowed(name),
    readers: &[
        Reader {
            id: "deb/status",
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: never,
            wants: status::wants,
            max_bytes: 256 << 20,
            read: status::read,
        },
        Reader {
            id: "deb/lists",
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: never,
            wants: lists::wants,
            max_bytes: 64 << 20,
            read: lists::read,
        },
    ],
};
