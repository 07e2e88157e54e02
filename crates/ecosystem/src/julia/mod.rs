//! Julia packages: `Manifest.toml` in both formats, and `Project.toml`.
//!
//! Format 1 has a table array for each name, format 2 has them below `deps`. A package of
//! the standard library states no version and has that of Julia, where the manifest
//! states it. Format: Pkg's documentation, "Project.toml and Manifest.toml".

use std::borrow::Cow;
use std::collections::BTreeMap;

use lazaret_model::Package;
use lazaret_version::Scheme;

use crate::document::{self, Value, add, file_name, items, members, string};
use crate::recognise::{beginning, called, ends, mentions};
use crate::{Ecosystem, EvidenceKind, Found, Input, ReadError, Reader};

/// Julia packages.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "julia",
    title: "Julia package",
    osv: &["Julia"],
    scheme: Scheme::Semver,
    normalise: |name| Cow::Borrowed(name),
    readers: &[
        Reader {
            id: "julia/manifest",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |i| {
                let text = beginning(i);
                let is_manifest = text.contains("manifest_format =") || text.contains("[[deps.");
                let is_called = called(i, "manifest") && mentions(i, "julia");
                ends(i, ".toml") && (is_manifest || is_called && text.contains("uuid ="))
            },
            wants: |path| {
                let name = file_name(path);
                let name = name.strip_prefix("Julia").unwrap_or(name);
                name == "Manifest.toml" || name.starts_with("Manifest-v") && name.ends_with(".toml")
            },
            max_bytes: 16 << 20,
            read: manifest,
        },
        Reader {
            id: "julia/project",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |i| {
                let has = |line: &str| beginning(i).lines().any(|l| l.trim() == line);
                ends(i, ".toml") && has("[deps]") && (has("[compat]") || mentions(i, "julia"))
            },
            wants: |path| matches!(file_name(path), "Project.toml" | "JuliaProject.toml"),
            max_bytes: 4 << 20,
            read: project,
        },
    ],
};

fn manifest(input: Input<'_>) -> Result<Found, ReadError> {
    let manifest = document::toml(input.bytes)?;
    let packages: BTreeMap<&str, &[Value]> = match manifest.get("deps") {
        Some(deps) if manifest.get("manifest_format").is_some() || deps.is_object() => {
            entries(deps)
        }
        _ => entries(&manifest),
    };
    let julia = string(&manifest, "julia_version");
    let mut found = Found::default();
    for (name, same) in &packages {
        for entry in *same {
            for needed in items(entry, "deps").filter_map(Value::as_str) {
                // A list names what is there once; otherwise it must be a table of UUIDs.
                if packages.get(needed).is_none_or(|p| p.len() != 1) {
                    let reason = format!("{name} needs `{needed}`, which is not there once");
                    return Err(ReadError::new(reason));
                }
            }
            add(&mut found, package(name, entry, julia));
        }
    }
    Ok(found)
}

fn entries(table: &Value) -> BTreeMap<&str, &[Value]> {
    table
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(name, list)| Some((name.as_str(), list.as_array()?.as_slice())))
        .collect()
}

fn package(name: &str, entry: &Value, julia: &str) -> Package {
    let has = |key: &str| entry.get(key).is_some();
    let version = match string(entry, "version") {
        // Only the standard library is neither from a tree nor from a place.
        "" if !has("path") && !has("git-tree-sha1") && !has("repo-url") => julia,
        version => version,
    };
    let mut package = Package::new("julia", name, version);
    package.purl.set("uuid", string(entry, "uuid"));
    package
}

fn project(input: Input<'_>) -> Result<Found, ReadError> {
    let project = document::toml(input.bytes)?;
    let compat = project.get("compat").unwrap_or(&Value::Null);
    let mut found = Found::default();
    for (section, development) in [("deps", false), ("extras", true)] {
        for (name, uuid) in members(&project, section) {
            let asked = string(compat, name);
            let version = asked.trim_start_matches(['^', '~', '=', ' ']);
            let is_one = version
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-.+".contains(&b));
            let version = if is_one { version } else { "" };
            let mut package = Package::new("julia", name, version).asked_for(asked);
            package.purl.set("uuid", uuid.as_str().unwrap_or_default());
            package.development = development;
            add(&mut found, package);
        }
    }
    Ok(found)
}
