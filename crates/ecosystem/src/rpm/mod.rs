//! RPM packages: the three databases of rpm, and the manifest of distroless images.
//!
//! Every database is a heap of header blobs ([`header`]); they differ in how the heap is
//! kept: an SQLite table, a Berkeley DB hash, or rpm's own NDB. Each is read from the bytes
//! of one file with bounds on everything that a number in the file could ask for.

mod berkeley;
mod bottlerocket;
mod digests;
mod header;
mod manifest;
mod ndb;
mod vendor;

use std::borrow::Cow;

use lazaret_model::GapKind;
use lazaret_version::Scheme;

pub use header::source_of_file;

use crate::recognise::{beginning, ends, mentions, never};
use crate::sqlite::Database;
use crate::sums::{SumReader, Sums};
use crate::{Ecosystem, EvidenceKind, Found, Input, ReadError, Reader};

/// Largest database that is read, in bytes.
const MAX_BYTES: u64 = 512 << 20;

const fn reader(
    id: &'static str,
    wants: fn(&str) -> bool,
    recognises: fn(Input<'_>) -> bool,
    read: fn(Input<'_>) -> Result<Found, ReadError>,
) -> Reader {
    Reader {
        id,
        revision: 1,
        evidence: EvidenceKind::Installed,
        recognises,
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
            |i| Database::is_one(i.bytes) && has_packages(i.bytes),
            |i| headers(&rows(i.bytes)?),
        ),
        reader(
            "rpm/wal",
            |p| database(p, "rpmdb.sqlite-wal"),
            never,
            write_ahead,
        ),
        reader(
            "rpm/berkeley",
            |p| database(p, "Packages"),
            |i| berkeley::is_hash(i.bytes),
            |i| headers(&berkeley::blobs(i.bytes)?),
        ),
        reader(
            "rpm/ndb",
            |p| database(p, "Packages.db"),
            |i| ndb::is_one(i.bytes),
            |i| headers(&ndb::blobs(i.bytes)?),
        ),
        reader(
            "rpm/manifest",
            |p| p == "var/lib/rpmmanifest/container-manifest-2",
            |i| {
                let first = beginning(i).lines().next().unwrap_or_default();
                mentions(i, "manifest") && first.matches('\t').count() >= 8
            },
            manifest::read,
        ),
        reader(
            "rpm/bottlerocket",
            |p| p.ends_with("usr/share/bottlerocket/application-inventory.json"),
            |i| ends(i, ".json") && beginning(i).contains("\"ApplicationType\""),
            bottlerocket::read,
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

/// The table that rpm keeps its headers in, named in the schema of the first pages.
fn has_packages(bytes: &[u8]) -> bool {
    let schema = bytes.get(..64 << 10).unwrap_or(bytes);
    memchr::memmem::find(schema, b"Packages").is_some()
        && memchr::memmem::find(schema, b"hnum INTEGER").is_some()
}

/// The headers in `rpmdb.sqlite`; an empty file is a database that was never filled.
fn rows(bytes: &[u8]) -> Result<Blobs<'_>, ReadError> {
    if bytes.is_empty() {
        return Ok(Blobs::default());
    }
    let mut database = Database::open(bytes)?;
    let mut found = Blobs::default();
    match database.table("Packages") {
        Some(table) => {
            for row in &table.rows {
                match row.blob(1) {
                    Some(blob) => found.blobs.push(blob),
                    None => found.broken("a row without a header".to_owned()),
                }
            }
        }
        None => found.broken("no table of packages".to_owned()),
    }
    found.gaps.extend(database.gaps());
    Ok(found)
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

/// Checksums of files, which stand in the headers that tell the packages.
pub(crate) const SUMS: SumReader = SumReader {
    id: "rpm/digests",
    revision: 1,
    wants: |p| {
        ["rpmdb.sqlite", "Packages", "Packages.db"]
            .iter()
            .any(|f| database(p, f))
    },
    max_bytes: MAX_BYTES,
    read: digests,
};

fn digests(input: Input<'_>) -> Result<Sums, ReadError> {
    let blobs = match input.path.rsplit('/').next() {
        Some("rpmdb.sqlite") => rows(input.bytes)?,
        Some("Packages.db") => ndb::blobs(input.bytes)?,
        _ => berkeley::blobs(input.bytes)?,
    };
    // What is broken in the database the reader of packages has said.
    let mut sums = Sums::default();
    let mut unknown = 0_usize;
    for blob in &blobs.blobs {
        match digests::read(blob) {
            Ok(stated) => stated.into_iter().for_each(|s| sums.push(s)),
            Err(digests::Unknown) => unknown += 1,
        }
    }
    if unknown > 0 {
        let detail = format!("{unknown} packages state checksums of a kind that is not compared");
        sums.gaps.push((GapKind::Unsupported, detail));
    }
    Ok(sums)
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
