//! OpenWrt packages: the database of opkg.
//!
//! Reads `status`, which is written in dpkg's format, and the file lists beside it. The
//! folder is `usr/lib/opkg` on OpenWrt, `var/lib/opkg` on systems built with Yocto and
//! `opt/lib/opkg` for Entware. Source: opkg's `libopkg/pkg_parse.c`. Newer OpenWrt has
//! apk-tools and is read there.

use std::borrow::Cow;

use lazaret_version::Scheme;

use crate::deb::{lists, status};
use crate::recognise::{beginning, mentions, never};
use crate::{Ecosystem, EvidenceKind, Input, ReadError, Reader};

/// OpenWrt packages.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "opkg",
    title: "opkg package",
    osv: &[],
    scheme: Scheme::Deb,
    normalise: |name| Cow::Borrowed(name),
    readers: &[
        Reader {
            id: "opkg/status",
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: |input| is_database(input) || is_empty(input),
            wants: |path| below(path) == Some("status"),
            max_bytes: 64 << 20,
            read: |input| status::packages(input, "opkg"),
        },
        Reader {
            id: "opkg/lists",
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: never,
            wants: |path| owner(path).is_some(),
            max_bytes: 16 << 20,
            read: |input| {
                let owner = owner(input.path).ok_or_else(|| ReadError::new("not a file list"))?;
                Ok(lists::owned(input, "opkg", owner))
            },
        },
    ],
};

fn below(path: &str) -> Option<&str> {
    ["usr/lib/opkg/", "var/lib/opkg/", "opt/lib/opkg/"]
        .iter()
        .find_map(|folder| path.strip_prefix(folder))
}

fn owner(path: &str) -> Option<&str> {
    let name = below(path)?.strip_prefix("info/")?.strip_suffix(".list")?;
    (!name.is_empty() && !name.contains('/')).then_some(name)
}

/// Whether the path speaks of opkg.
pub(crate) fn named(input: Input<'_>) -> bool {
    mentions(input, "opkg") || mentions(input, "openwrt")
}

/// opkg notes when a package was installed, which dpkg does not.
pub(crate) fn is_database(input: Input<'_>) -> bool {
    let text = beginning(input);
    let told = named(input) || text.lines().any(|line| line.starts_with("Installed-Time:"));
    told && status::is_database(text)
}

fn is_empty(input: Input<'_>) -> bool {
    input.bytes.trim_ascii().is_empty() && named(input)
}
