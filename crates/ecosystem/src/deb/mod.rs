//! Debian packages: the database of dpkg.
//!
//! Reads `var/lib/dpkg/status`, the one-package files of distroless images in
//! `var/lib/dpkg/status.d`, and the file lists beside both. Formats: deb-control(5),
//! dpkg's `pkg-format.c` for the source field. Not read: `status-old`, available lists,
//! archives of packages that are not installed.

pub(crate) mod lists;
pub(crate) mod status;
mod vendor;

use std::borrow::Cow;

use lazaret_version::Scheme;

use crate::recognise::{beginning, mentions, never};
use crate::{Ecosystem, EvidenceKind, Input, Reader, chisel, opkg};

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
            recognises: is_status,
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
        chisel::READER,
    ],
};

/// A database by its content, or an empty file of a folder of dpkg's.
fn is_status(input: Input<'_>) -> bool {
    let text = beginning(input);
    if text.trim().is_empty() {
        return input.bytes.len() == text.len() && mentions(input, "dpkg") && !opkg::named(input);
    }
    status::is_database(text) && !opkg::is_database(input)
}
