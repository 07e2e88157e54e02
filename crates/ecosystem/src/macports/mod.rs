//! MacPorts: the registry of installed ports, and the archives that they came in.
//!
//! Reads the table `ports` of `var/macports/registry/registry.db`; a port is installed
//! when its state is `installed`, while `imaged` is one that is kept but not active.
//! Source: macports-base `registry2.0/sql.c`.

use std::borrow::Cow;

use lazaret_model::Package;
use lazaret_version::Scheme;

use crate::recognise::mentions;
use crate::sqlite::Database;
use crate::{Ecosystem, EvidenceKind, Found, Input, ReadError, Reader};

/// MacPorts packages.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "macports",
    title: "MacPorts package",
    osv: &[],
    scheme: Scheme::Generic,
    normalise: |name| Cow::Borrowed(name),
    readers: &[
        Reader {
            id: "macports/registry",
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: |input| mentions(input, "macports") && Database::is_one(input.bytes),
            wants: |path| path.ends_with("var/macports/registry/registry.db"),
            max_bytes: 256 << 20,
            read: registry,
        },
        Reader {
            id: "macports/archive",
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: |input: Input<'_>| archive(input.path).is_some(),
            // The registry tells which of them are active.
            wants: |_| false,
            max_bytes: 1 << 30,
            read: |input| {
                let (name, version) = archive(input.path)
                    .ok_or_else(|| ReadError::new("the path names no port and version"))?;
                Ok(Found {
                    packages: vec![Package::new("macports", name, version)],
                    ..Found::default()
                })
            },
        },
    ],
};

fn registry(input: Input<'_>) -> Result<Found, ReadError> {
    let mut database = Database::open(input.bytes)?;
    let ports = database
        .table("ports")
        .ok_or_else(|| ReadError::new("no table of ports"))?;
    let mut found = Found::default();
    for row in &ports.rows {
        let text = |column: &str| ports.text(row, column).unwrap_or_default();
        if text("state") != "installed" || text("name").is_empty() {
            continue;
        }
        let mut package = Package::new("macports", text("name"), text("version"));
        package.epoch = ports
            .integer(row, "epoch")
            .and_then(|epoch| u32::try_from(epoch).ok())
            .filter(|epoch| *epoch > 0);
        package.architecture = Some(text("archs")).filter(|a| !a.is_empty());
        found.packages.push(package);
    }
    found.gaps = database.gaps();
    Ok(found)
}

/// `macports/software/<name>/<name>-<version>_<revision><variants>.<platform>.tbz2`.
fn archive(path: &str) -> Option<(&str, &str)> {
    let (_, below) = path.rsplit_once("macports/software/")?;
    let (name, file) = below.split_once('/')?;
    let rest = file.strip_prefix(name)?.strip_prefix('-')?;
    let (version, _) = rest.split_once('_')?;
    (!version.is_empty()).then_some((name, version))
}
