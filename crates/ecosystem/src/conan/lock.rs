//! `conan.lock`: a graph of nodes in release 1, lists of references in release 2.

use std::collections::BTreeSet;

use super::reference;
use crate::document::{self, Value, add, items, members, string, unique};
use crate::{Found, Input, ReadError};

/// Lists of release 2, and whether they serve building only.
const LISTS: [(&str, bool); 4] = [
    ("requires", false),
    ("build_requires", true),
    ("python_requires", true),
    ("config_requires", true),
];

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let lock = document::json(input.bytes)?;
    if !lock.is_object() {
        return Err(ReadError::new("the lock file is not an object"));
    }
    let mut found = Found::default();
    match lock.get("graph_lock") {
        Some(graph) => nodes(graph, &mut found),
        None => {
            for (list, development) in LISTS {
                for reference in items(&lock, list).filter_map(Value::as_str) {
                    if let Some(mut package) = reference::package(reference) {
                        package.development = development;
                        add(&mut found, package);
                    }
                }
            }
        }
    }
    Ok(unique(found))
}

/// The nodes of a graph. The project itself is the node with a path that nothing
/// requires.
fn nodes(graph: &Value, found: &mut Found) {
    let mut required = BTreeSet::new();
    let mut building = BTreeSet::new();
    for (_, node) in members(graph, "nodes") {
        required.extend(targets(node, "requires"));
        building.extend(targets(node, "build_requires"));
    }
    for (id, node) in members(graph, "nodes") {
        let id = id.as_str();
        let is_used = required.contains(id) || building.contains(id);
        if !string(node, "path").is_empty() && !is_used {
            continue;
        }
        // Before version 0.4 of the file, `pref` stood for `ref`.
        let reference = match string(node, "ref") {
            "" => string(node, "pref"),
            reference => reference,
        };
        if let Some(mut package) = reference::package(reference) {
            package.development = building.contains(id) && !required.contains(id);
            add(found, package);
        }
    }
}

/// The nodes that a node requires: a list of ids, or in the oldest files a map to them.
fn targets<'a>(node: &'a Value, key: &'a str) -> impl Iterator<Item = &'a str> {
    items(node, key)
        .chain(members(node, key).map(|(_, id)| id))
        .filter_map(Value::as_str)
}
