//! `package-lock.json` and `npm-shrinkwrap.json`, versions 1 to 3.
//!
//! Versions 2 and 3 list every place that something is installed at; version 1 is a tree.
//! A package from a repository, a file or an address of its own states its version only
//! where npm wrote it down; an alias counts under its real name. Directories of the
//! project (workspaces, `file:` dependencies) count where something refers to them. The
//! project itself does not. Format: npm's documentation, "package-lock.json".

use std::collections::HashMap;

use lazaret_model::Package;

use crate::document::{self, Value, add, members, string, unique};
use crate::{Found, Input, ReadError};

/// Deepest nesting of dependencies in a lock file of version 1.
const MAX_DEPTH: usize = 64;

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let lock = document::json(input.bytes)?;
    if !lock.is_object() {
        return Err(ReadError::new("the lock file is not an object"));
    }
    let mut found = Found::default();
    if lock.get("packages").is_some_and(Value::is_object) {
        let directories = directories(&lock);
        for (path, entry) in members(&lock, "packages") {
            flat(&mut found, path, entry, &directories);
        }
    } else {
        nested(&mut found, &lock, 0);
    }
    Ok(unique(found))
}

fn flag(entry: &Value, key: &str) -> bool {
    entry.get(key).and_then(Value::as_bool).unwrap_or(false)
}

/// Directories of the project that something refers to, and the name that it uses.
fn directories(lock: &Value) -> HashMap<&str, &str> {
    let mut names = HashMap::new();
    for (path, entry) in members(lock, "packages") {
        if flag(entry, "link")
            && let Some(name) = installed_name(path)
        {
            names.insert(string(entry, "resolved"), name);
        }
        for section in ["dependencies", "devDependencies", "optionalDependencies"] {
            for (name, range) in members(entry, section) {
                file(&mut names, name, range.as_str());
            }
        }
    }
    // Version 2 repeats everything as version 1 wrote it.
    for (name, entry) in members(lock, "dependencies") {
        file(
            &mut names,
            name,
            entry.get("version").and_then(Value::as_str),
        );
    }
    names
}

fn file<'a>(names: &mut HashMap<&'a str, &'a str>, name: &'a str, range: Option<&'a str>) {
    if let Some(path) = range.and_then(|r| r.strip_prefix("file:")) {
        let path = path.strip_prefix("./").unwrap_or(path);
        names.entry(path).or_insert(name);
    }
}

/// The name that a package is installed under at a path below `node_modules`.
fn installed_name(path: &str) -> Option<&str> {
    let at = path.rfind("node_modules/")?;
    path.get(at + "node_modules/".len()..)
}

/// An entry of versions 2 and 3, keyed by the path that it is installed at.
fn flat(found: &mut Found, path: &str, entry: &Value, directories: &HashMap<&str, &str>) {
    // The empty path is the project itself.
    if path.is_empty() || flag(entry, "link") || flag(entry, "extraneous") {
        return;
    }
    let installed = match installed_name(path) {
        // A placeholder without version and source is nothing that npm installs.
        Some(_) if string(entry, "version").is_empty() && string(entry, "resolved").is_empty() => {
            return;
        }
        Some(name) => name,
        None => match directories.get(path) {
            Some(name) => name,
            None => return,
        },
    };
    let name = match string(entry, "name") {
        "" => installed,
        name => name,
    };
    let mut package = Package::new("npm", name, string(entry, "version"));
    package.development = flag(entry, "dev") || flag(entry, "devOptional");
    add(found, package);
}

/// The tree of version 1.
fn nested(found: &mut Found, node: &Value, depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    for (name, entry) in members(node, "dependencies") {
        let version = string(entry, "version");
        let (name, version) = match version.strip_prefix("npm:").and_then(super::split) {
            Some(real) => real,
            // An address instead of a version.
            None if version.contains([':', '/']) => (name.as_str(), ""),
            None => (name.as_str(), version),
        };
        if !string(entry, "version").is_empty() {
            let mut package = Package::new("npm", name, version);
            package.development = flag(entry, "dev");
            add(found, package);
        }
        nested(found, entry, depth + 1);
    }
}
