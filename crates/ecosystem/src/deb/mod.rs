//! Debian packages: the database of dpkg.
//!
//! Reads `var/lib/dpkg/status`, the one-package files of distroless images in
//! `var/lib/dpkg/status.d`, and the file lists beside both. Formats: deb-control(5),
//! dpkg's `pkg-format.c` for the source field. Not read: `status-old`, available lists,
//! archives of packages that are not installed.

mod diversions;
pub(crate) mod lists;
pub(crate) mod status;
pub(crate) mod sums;
mod vendor;

use std::borrow::Cow;

use lazaret_version::Scheme;

use crate::recognise::{beginning, mentions, never};
use crate::{Ecosystem, EvidenceKind, Found, Input, Reader, chisel, opkg};

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
        Reader {
            id: "deb/diversions",
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: never,
            wants: |path| path == "var/lib/dpkg/diversions",
            max_bytes: 16 << 20,
            read: diversions::read,
        },
        chisel::READER,
        Reader {
            id: "deb/copyright",
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: is_copyright,
            // It lies beside every package that the database lists.
            wants: |_| false,
            max_bytes: 16 << 20,
            read: |_| Ok(Found::default()),
        },
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

/// The terms of a package, `usr/share/doc/<package>/copyright`: whoever names such a file
/// is told that it holds no packages, which is not the same as that nobody could read it.
fn is_copyright(input: Input<'_>) -> bool {
    mentions(input, "copyright") && beginning(input).to_lowercase().contains("licen")
}
