//! `pnpm-lock.yaml`, versions 5 to 9.
//!
//! The keys of `packages` are dependency paths: `/name/1.0.0_peers` (5),
//! `/name@1.0.0(peers)` (6), `name@1.0.0` (9), with a host in front where it is not the
//! usual registry, or an address where it is no registry at all; then `name` and
//! `version` inside the entry tell. Of several documents the last one is the project's,
//! the one before it holds what pnpm needs for itself. Format: pnpm's `lockfile`
//! packages and its specification repository.

use std::collections::HashSet;

use lazaret_model::Package;

use crate::document::{self, Value, add, members, string, unique};
use crate::graph::Graph;
use crate::{Found, Input, ReadError};

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let lock = document::last_yaml(input.bytes)?;
    if lock.is_null() {
        return Ok(Found::default());
    }
    if !lock.is_object() {
        return Err(ReadError::new("the lock file is not a mapping"));
    }
    let runtime = runtime(&lock);
    let mut found = Found::default();
    for (key, entry) in members(&lock, "packages") {
        if !key.contains(['/', '@', ':']) {
            return Err(ReadError::new(format!("`{key}` is no dependency path")));
        }
        let (mut name, mut version) = parts(key).unwrap_or_default();
        if !string(entry, "name").is_empty() {
            name = string(entry, "name");
        }
        if !string(entry, "version").is_empty() {
            version = string(entry, "version");
        }
        if !version.is_empty() && !version.starts_with(|c: char| c.is_ascii_digit()) {
            version = "";
        }
        if version.is_empty() && !names_source(key, name) {
            continue;
        }
        let mut package = Package::new("npm", name, version);
        package.development = match &runtime {
            Some(runtime) => !runtime.contains(key.as_str()),
            None => entry.get("dev").and_then(Value::as_bool).unwrap_or(false),
        };
        add(&mut found, package);
    }
    Ok(unique(found))
}

/// Whether the key is a name and where the package comes from instead of a version.
fn names_source(key: &str, name: &str) -> bool {
    !name.is_empty() && !key.starts_with('/') && key.contains(':')
}

/// Name and version of a dependency path.
fn parts(path: &str) -> Option<(&str, &str)> {
    let path = path.split('(').next()?;
    let mut path = path.trim_start_matches('/');
    // A host in front of the name, as in `registry.example/name/1.0.0`.
    if let Some((host, rest)) = path.split_once('/')
        && host.contains('.')
        && !host.contains(['@', ':'])
    {
        path = rest;
    }
    let scope = usize::from(path.starts_with('@'));
    if let Some((name, version)) = super::split(path)
        && name.matches('/').count() == scope
    {
        return Some((name, version));
    }
    let (name, version) = path.rsplit_once('/')?;
    let names = name.matches('/').count() == scope && !name.contains(':');
    names.then_some((name, version.split('_').next()?))
}

/// The packages that the project needs when it runs; `None` where the entries tell.
fn runtime(lock: &Value) -> Option<HashSet<String>> {
    lock.get("snapshots").filter(|s| s.is_object())?;
    let mut graph = Graph::default();
    for (_, importer) in members(lock, "importers") {
        for section in ["dependencies", "optionalDependencies"] {
            for (name, dependency) in members(importer, section) {
                graph.root(snapshot(name, string(dependency, "version")));
            }
        }
    }
    for (key, entry) in members(lock, "snapshots") {
        for section in ["dependencies", "optionalDependencies"] {
            for (name, version) in members(entry, section) {
                graph.needs(key, snapshot(name, version.as_str().unwrap_or_default()));
            }
        }
    }
    let without_peers = |key: &str| key.split('(').next().unwrap_or(key).to_owned();
    Some(graph.reached().into_iter().map(without_peers).collect())
}

/// The key of what a dependency was resolved to: an alias is a whole key already.
fn snapshot(name: &str, version: &str) -> String {
    let head = version.split('(').next().unwrap_or(version);
    let aliased = super::split(head).is_some_and(|(name, _)| !name.contains(':'));
    if aliased {
        version.to_owned()
    } else {
        format!("{name}@{version}")
    }
}
