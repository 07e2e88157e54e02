//! `Cargo.toml`: the package and what it asks for.
//!
//! A dependency states a requirement; `1.2` means any later version that is compatible,
//! and only `=1.2.3` is one version. Dependencies by path or repository alone are not
//! from the registry. Format: the Cargo Book, "The Manifest Format" and "Specifying
//! Dependencies".

use lazaret_model::Package;

use crate::document::{self, Value, add, members, string, unique};
use crate::{Found, Input, ReadError};

/// Tables of dependencies, and whether they serve development only.
const TABLES: [(&str, bool); 3] = [
    ("dependencies", false),
    ("build-dependencies", false),
    ("dev-dependencies", true),
];

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let manifest = document::toml(input.bytes)?;
    let own = manifest.get("package");
    let workspace = manifest.get("workspace");
    if own.is_none() && workspace.is_none() {
        return Err(ReadError::new("neither a package nor a workspace"));
    }
    let mut found = Found::default();
    if let Some(own) = own {
        let package = Package::new("cargo", string(own, "name"), string(own, "version"));
        add(&mut found, package.as_project());
    }
    // A workspace's own table is what its members inherit from.
    let platforms = members(&manifest, "target").map(|(_, platform)| platform);
    for place in std::iter::once(&manifest).chain(workspace).chain(platforms) {
        for (table, development) in TABLES {
            for (name, entry) in members(place, table) {
                if let Some(mut package) = asked(name, entry) {
                    package.development = development;
                    add(&mut found, package);
                }
            }
        }
    }
    Ok(unique(found))
}

fn asked(name: &str, entry: &Value) -> Option<Package> {
    let requirement = entry
        .as_str()
        .unwrap_or_else(|| string(entry, "version"))
        .trim();
    if requirement.is_empty() {
        return None;
    }
    let name = match string(entry, "package") {
        "" => name,
        renamed => renamed,
    };
    let exact = requirement.strip_prefix('=').map(str::trim);
    let whole = |v: &&str| v.split('.').count() == 3 && !v.contains([',', '*', ' ']);
    Some(match exact.filter(whole) {
        Some(version) => Package::new("cargo", name, version),
        None => Package::new("cargo", name, requirement).asked_for(requirement),
    })
}
