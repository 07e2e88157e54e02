//! `bun.lock`: JSON with comments and trailing commas.
//!
//! `packages` maps a place in the tree to a tuple whose first item is `name@resolution`:
//! a version, `workspace:path`, `root:`, an address or a file. The name there is the
//! package's own, the key may be an alias. Format: Bun's documentation of its lock file
//! and the types of its package `bun-types`.

use std::collections::HashSet;

use lazaret_model::Package;

use crate::document::{self, Value, add, members, string, unique};
use crate::graph::Graph;
use crate::{Found, Input, ReadError};

/// Deepest place in the tree that is looked up from level by level.
const MAX_DEPTH: usize = 64;

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let lock = document::jsonc(input.bytes)?;
    if !lock.get("lockfileVersion").is_some_and(Value::is_number) {
        return Err(ReadError::new("no `lockfileVersion` that is a number"));
    }
    let runtime = runtime(&lock);
    let mut found = Found::default();
    for (key, entry) in members(&lock, "packages") {
        let identity = entry.get(0).and_then(Value::as_str).and_then(super::split);
        let Some((name, resolution)) = identity else {
            let reason = format!("the entry `{key}` does not begin with a name and a resolution");
            return Err(ReadError::new(reason));
        };
        let version = match resolution.split_once(':') {
            Some(("root" | "link", _)) => continue,
            Some(("workspace", path)) => lock
                .get("workspaces")
                .and_then(|w| w.get(path))
                .map_or("", |w| string(w, "version")),
            Some(("npm", version)) => version,
            // A file, a repository or an address of its own.
            _ if resolution.contains([':', '/']) => "",
            _ => resolution,
        };
        let mut package = Package::new("npm", name, version);
        package.development = !runtime.contains(key.as_str());
        add(&mut found, package);
    }
    Ok(unique(found))
}

/// The places of the packages that the project needs when it runs.
fn runtime(lock: &Value) -> HashSet<String> {
    const SECTIONS: [&str; 3] = ["dependencies", "optionalDependencies", "peerDependencies"];
    let packages = lock.get("packages");
    let place = |from: &str, name: &str| -> String {
        // As Node looks: below the package itself, then below each one above it.
        let mut above = from;
        for _ in 0..MAX_DEPTH {
            let there = format!("{above}/{name}");
            if above.is_empty() || packages.is_some_and(|p| p.get(&there).is_some()) {
                return there.trim_start_matches('/').to_owned();
            }
            above = above.rsplit_once('/').map_or("", |(above, _)| above);
        }
        name.to_owned()
    };
    let mut graph = Graph::default();
    for (_, workspace) in members(lock, "workspaces") {
        for section in SECTIONS {
            for (name, _) in members(workspace, section) {
                graph.root(place(string(workspace, "name"), name));
            }
        }
    }
    for (key, entry) in members(lock, "packages") {
        let facts = entry
            .as_array()
            .into_iter()
            .flatten()
            .find(|i| i.is_object());
        for section in SECTIONS {
            for (name, _) in facts.into_iter().flat_map(|f| members(f, section)) {
                graph.needs(key, place(key, name));
            }
        }
    }
    graph.reached().into_iter().map(str::to_owned).collect()
}
