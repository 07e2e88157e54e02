//! Maven artifacts of Bazel builds, as the rules `rules_jvm_external` name them: in
//! `MODULE.bazel` and `WORKSPACE`, and in the lock file `maven_install.json`.
//!
//! Only these rules are followed; a function of the same name from elsewhere means
//! something else. Format: the README of rules_jvm_external.

mod starlark;
mod tokens;

use lazaret_model::Package;

use super::range;
use crate::document::{self, add, file_name, items, members, string, unique};
use crate::recognise::{ends, never};
use crate::{EvidenceKind, Found, Input, ReadError, Reader};

pub(super) const BUILD: Reader = Reader {
    id: "maven/bazel",
    revision: 1,
    evidence: EvidenceKind::Locked,
    recognises: |i| ends(i, ".bazel") && !ends(i, "BUILD.bazel"),
    wants: |path| {
        let name = file_name(path);
        matches!(name, "MODULE.bazel" | "WORKSPACE" | "WORKSPACE.bazel")
            || name.ends_with(".MODULE.bazel")
    },
    max_bytes: 16 << 20,
    read: build,
};

pub(super) const LOCK: Reader = Reader {
    id: "maven/bazel-lock",
    revision: 1,
    evidence: EvidenceKind::Locked,
    recognises: never,
    wants: |path| file_name(path).ends_with("maven_install.json"),
    max_bytes: 64 << 20,
    read: lock,
};

fn build(input: Input<'_>) -> Result<Found, ReadError> {
    let text = document::text(input.bytes)?;
    let mut found = Found::default();
    for coordinates in starlark::artifacts(text) {
        add_coordinates(&mut found, &coordinates);
    }
    Ok(unique(found))
}

/// `group:artifact[:packaging[:classifier]][:version]`.
fn add_coordinates(found: &mut Found, coordinates: &str) {
    let parts: Vec<&str> = coordinates.split(':').map(str::trim).collect();
    let (group, artifact, version) = match parts.as_slice() {
        [group, artifact] => (group, artifact, ""),
        [group, artifact, .., version] => (group, artifact, *version),
        _ => return,
    };
    if group.is_empty() || artifact.is_empty() {
        return;
    }
    let name = format!("{group}:{artifact}");
    add(found, range::read(version).package("maven", name));
}

/// Version 1 holds a tree of coordinates, version 2 artifacts by name.
fn lock(input: Input<'_>) -> Result<Found, ReadError> {
    let lock = document::json(input.bytes)?;
    if !lock.is_object() {
        return Err(ReadError::new("the lock file is not an object"));
    }
    let mut found = Found::default();
    for (name, entry) in members(&lock, "artifacts") {
        let mut parts = name.split(':');
        if let (Some(group), Some(artifact)) = (parts.next(), parts.next()) {
            let name = format!("{group}:{artifact}");
            add(
                &mut found,
                Package::new("maven", name, string(entry, "version")),
            );
        }
    }
    if let Some(tree) = lock.get("dependency_tree") {
        for entry in items(tree, "dependencies") {
            add_coordinates(&mut found, string(entry, "coord"));
        }
    }
    Ok(unique(found))
}
