//! `package-lock.json` (versions 1 to 3) and `pnpm-lock.yaml` (versions 5 to 9).

use lazaret_model::Package;

use crate::document::{self, Value, add, members, string, unique};
use crate::{Found, Input, ReadError};

/// Deepest nesting of dependencies in a lock file of version 1.
const MAX_DEPTH: usize = 64;

pub(super) fn package_lock(input: Input<'_>) -> Result<Found, ReadError> {
    let lock = document::json(input.bytes)?;
    if !lock.is_object() {
        return Err(ReadError::new("the lock file is not an object"));
    }
    let mut found = Found::default();
    if lock.get("packages").is_some_and(Value::is_object) {
        for (path, entry) in members(&lock, "packages") {
            flat(&mut found, path, entry);
        }
    } else {
        nested(&mut found, &lock, 0);
    }
    Ok(unique(found))
}

fn flag(entry: &Value, key: &str) -> bool {
    entry.get(key).and_then(Value::as_bool).unwrap_or(false)
}

/// An entry of versions 2 and 3, keyed by the path that it is installed at.
fn flat(found: &mut Found, path: &str, entry: &Value) {
    let Some(at) = path.rfind("node_modules/") else {
        return;
    };
    if flag(entry, "link") {
        return;
    }
    let installed = path.get(at + "node_modules/".len()..).unwrap_or_default();
    let name = match string(entry, "name") {
        "" => installed,
        name => name,
    };
    let version = string(entry, "version");
    if !version.is_empty() {
        let mut package = Package::new("npm", name, version);
        package.development = flag(entry, "dev") || flag(entry, "devOptional");
        add(found, package);
    }
}

/// The tree of version 1.
fn nested(found: &mut Found, node: &Value, depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    for (name, entry) in members(node, "dependencies") {
        let version = string(entry, "version");
        let (name, version) = match version
            .strip_prefix("npm:")
            .and_then(|v| v.rsplit_once('@'))
        {
            Some((real, version)) => (real, version),
            None => (name.as_str(), version),
        };
        if !version.is_empty() && !version.contains(':') {
            let mut package = Package::new("npm", name, version);
            package.development = flag(entry, "dev");
            add(found, package);
        }
        nested(found, entry, depth + 1);
    }
}

pub(super) fn pnpm(input: Input<'_>) -> Result<Found, ReadError> {
    let lock = document::yaml(input.bytes)?;
    if !lock.is_object() {
        return Err(ReadError::new("the lock file is not a mapping"));
    }
    let mut found = Found::default();
    for (key, entry) in members(&lock, "packages") {
        let (mut name, mut version) = pnpm_key(key).unwrap_or_default();
        if !string(entry, "name").is_empty() {
            name = string(entry, "name");
        }
        if !string(entry, "version").is_empty() {
            version = string(entry, "version");
        }
        if version.is_empty() || version.contains([':', '/']) {
            continue;
        }
        let mut package = Package::new("npm", name, version);
        package.development = flag(entry, "dev");
        add(&mut found, package);
    }
    Ok(unique(found))
}

/// `/name/1.0.0_peers` (5), `/name@1.0.0(peers)` (6), `name@1.0.0` (9).
fn pnpm_key(key: &str) -> Option<(&str, &str)> {
    let rooted = key.starts_with('/');
    let key = key.trim_start_matches('/');
    let key = key.split('(').next()?;
    let scope = usize::from(key.starts_with('@'));
    if let Some((at, _)) = key.match_indices('@').find(|(at, _)| *at >= scope) {
        let head = key.get(..at)?;
        if head.matches('/').count() == scope {
            return Some((head, key.get(at + 1..)?));
        }
    }
    let (name, version) = key.rsplit_once('/')?;
    rooted.then_some((name, version.split('_').next()?))
}
