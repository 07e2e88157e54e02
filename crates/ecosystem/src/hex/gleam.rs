//! Gleam: `manifest.toml` tells what was resolved, `gleam.toml` what is asked for.

use lazaret_model::Package;

use crate::document::{self, add, items, members, string, unique};
use crate::{Found, Input, ReadError};

/// `packages`, those of Hex. Other tools use the name of the file, too, so one without
/// the list says nothing.
pub(super) fn manifest(input: Input<'_>) -> Result<Found, ReadError> {
    let manifest = document::toml(input.bytes)?;
    let mut found = Found::default();
    for entry in items(&manifest, "packages") {
        if string(entry, "source") == "hex" {
            let (name, version) = (string(entry, "name"), string(entry, "version"));
            add(&mut found, Package::new("hex", name, version));
        }
    }
    Ok(unique(found))
}

/// Requirements by name, or tables with one. What lies beside the project or in a
/// repository is not from Hex.
pub(super) fn project(input: Input<'_>) -> Result<Found, ReadError> {
    let project = document::toml(input.bytes)?;
    let mut found = Found::default();
    for (table, development) in [
        ("dependencies", false),
        ("dev-dependencies", true),
        ("dev_dependencies", true),
    ] {
        for (name, entry) in members(&project, table) {
            let requirement = entry.as_str().unwrap_or_else(|| string(entry, "version"));
            if requirement.is_empty() {
                continue;
            }
            let mut package = Package::new("hex", name, requirement).asked_for(requirement);
            package.development = development;
            add(&mut found, package);
        }
    }
    Ok(unique(found))
}
