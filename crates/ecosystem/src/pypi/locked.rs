//! Lock files in TOML: Poetry, PDM and uv (`[[package]]`), `pylock.toml` (`[[packages]]`).
//!
//! The project itself, which uv lists too, is no package of any registry. Formats: the
//! documentation of Poetry, PDM and uv; `pylock.toml` is PEP 751.

use std::collections::HashSet;

use lazaret_model::{GapKind, Package};

use crate::document::{self, Value, add, items, members, string, unique};
use crate::graph::Graph;
use crate::{Found, Input, ReadError};

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let lock = document::toml(input.bytes)?;
    let mut found = Found::default();
    let runtime = runtime(&lock)?;
    for entry in items(&lock, "package").chain(items(&lock, "packages")) {
        let (name, version) = (string(entry, "name"), string(entry, "version"));
        if own_place(entry).is_some() {
            continue;
        }
        if version.is_empty() {
            let detail = format!("`{name}` is locked without a version");
            found.gaps.push((GapKind::MissingVersion, detail));
            continue;
        }
        let mut package = Package::new("pypi", name, version);
        package.development = match &runtime {
            Some(runtime) => !runtime.contains(name),
            None => string(entry, "category") == "dev" || is_of_development(entry),
        };
        add(&mut found, package);
    }
    Ok(unique(found))
}

/// Where a package of the project itself lies, as uv writes it.
fn own_place(entry: &Value) -> Option<&str> {
    let source = entry.get("source")?;
    let place = source.get("virtual").or_else(|| source.get("editable"))?;
    Some(place.as_str().unwrap_or_default())
}

/// Whether every group that wants the package is one for development.
fn is_of_development(entry: &Value) -> bool {
    let mut groups = items(entry, "groups").peekable();
    groups.peek().is_some()
        && groups.all(|g| matches!(g.as_str(), Some("dev" | "test" | "tests" | "docs" | "lint")))
}

/// Names of the packages that the project needs when it runs, where the lock file is one
/// of uv's, which tells what needs what and not what is for development.
fn runtime(lock: &Value) -> Result<Option<HashSet<String>>, ReadError> {
    let mut graph = Graph::default();
    let mut places = HashSet::new();
    for entry in items(lock, "package") {
        let name = string(entry, "name");
        if let Some(place) = own_place(entry) {
            if !places.insert(place) {
                return Err(ReadError::new(format!("two projects at `{place}`")));
            }
            graph.root(name);
        }
        let optional = members(entry, "optional-dependencies").map(|(_, list)| list);
        let lists = entry.get("dependencies").into_iter().chain(optional);
        for dependency in lists.filter_map(Value::as_array).flatten() {
            graph.needs(name, string(dependency, "name"));
        }
    }
    if places.is_empty() {
        return Ok(None);
    }
    Ok(Some(
        graph.reached().into_iter().map(str::to_owned).collect(),
    ))
}
