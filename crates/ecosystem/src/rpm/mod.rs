//! RPM packages: the three databases of rpm, and the manifest of distroless images.
//!
//! Every database is a heap of header blobs ([`header`]); they differ in how the heap is
//! kept: an SQLite table, a Berkeley DB hash, or rpm's own NDB. Each is read from the bytes
//! of one file with bounds on everything that a number in the file could ask for.

mod berkeley;
mod header;
mod manifest;
mod ndb;
mod sqlite;
mod vendor;

use std::borrow::Cow;

use lazaret_model::GapKind;
use lazaret_version::Scheme;

pub use header::source_of_file;

use crate::recognise::never;
use crate::{Ecosystem, EvidenceKind, Found, Input, ReadError, Reader};

/// Largest database that is read, in bytes.
const MAX_BYTES: u64 = 512 << 20;

const fn reader(
    id: &'static str,
    wants: fn(&str) -> bool,
    read: fn(Input<'_>) -> Result<Found, ReadError>,
) -> Reader {
    Reader {
        id,
        revision: 1,
        evidence: EvidenceKind::Installed,
        recognises: never,
        wants,
        max_bytes: MAX_BYTES,
        read,
    }
}

/// RPM packages.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "rpm",
    title: "RPM package",
    osv: &[
        "AlmaLinux",
        "Rocky Linux",
        "Red Hat",
        "SUSE",
        "openSUSE",
        "Mageia",
        "openEuler",
        "Azure Linux",
        "Photon OS",
    ],
    scheme: Scheme::Rpm,
    normalise: |name| Cow::Borrowed(name),
    readers: &[
        reader(
            "rpm/sqlite",
            |p| database(p, "rpmdb.sqlite"),
            |i| headers(&sqlite::blobs(i.bytes)?),
        ),
        reader("rpm/wal", |p| database(p, "rpmdb.sqlite-wal"), write_ahead),
        reader(
            "rpm/berkeley",
            |p| database(p, "Packages"),
            |i| headers(&berkeley::blobs(i.bytes)?),
        ),
        reader(
            "rpm/ndb",
            |p| database(p, "Packages.db"),
            |i| headers(&ndb::blobs(i.bytes)?),
        ),
        reader(
            "rpm/manifest",
            |p| p == "var/lib/rpmmanifest/container-manifest-2",
            manifest::read,
        ),
    ],
};

fn database(path: &str, file: &str) -> bool {
    ["var/lib/rpm/", "usr/lib/sysimage/rpm/", "usr/share/rpm/"]
        .iter()
        .any(|folder| path.strip_prefix(folder) == Some(file))
}

/// The blobs of a database, and what of it could not be read.
#[derive(Debug, Default)]
pub(crate) struct Blobs<'a> {
    pub(crate) blobs: Vec<Cow<'a, [u8]>>,
    pub(crate) gaps: Vec<(GapKind, String)>,
}

impl Blobs<'_> {
    /// Notes that something is broken; the same sort of damage is named a few times only.
    pub(crate) fn broken(&mut self, detail: String) {
        if self.gaps.len() < 20 {
            self.gaps.push((GapKind::Unreadable, detail));
        }
    }
}

fn headers(blobs: &Blobs<'_>) -> Result<Found, ReadError> {
    let mut found = Found {
        gaps: blobs.gaps.clone(),
        ..Found::default()
    };
    for (number, blob) in blobs.blobs.iter().enumerate() {
        match header::read(blob) {
            Ok(Some((package, files))) => {
                found.packages.push(package);
                if !files.paths.is_empty() {
                    found.owned.push(files);
                }
            }
            Ok(None) => {}
            Err(reason) if found.gaps.len() < 20 => {
                found
                    .gaps
                    .push((GapKind::Unreadable, format!("header {number}: {reason}")));
            }
            Err(_) => {}
        }
    }
    Ok(found)
}

/// Rows that are in the write-ahead log alone are not seen.
fn write_ahead(input: Input<'_>) -> Result<Found, ReadError> {
    let mut found = Found::default();
    if !input.bytes.is_empty() {
        let detail = "a write-ahead log that was not folded into the database is not read";
        found.gaps.push((GapKind::Unsupported, detail.to_owned()));
    }
    Ok(found)
}

/// Big- or little-endian numbers at an offset; `None` beyond the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endian {
    Big,
    Little,
}

impl Endian {
    pub(crate) fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        let raw: [u8; 2] = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self == Self::Big {
            u16::from_be_bytes(raw)
        } else {
            u16::from_le_bytes(raw)
        })
    }

    pub(crate) fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        let raw: [u8; 4] = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self == Self::Big {
            u32::from_be_bytes(raw)
        } else {
            u32::from_le_bytes(raw)
        })
    }

    pub(crate) fn size(self, bytes: &[u8], at: usize) -> Option<usize> {
        usize::try_from(self.u32(bytes, at)?).ok()
    }
}
