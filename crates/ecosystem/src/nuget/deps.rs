//! `*.deps.json`: what a built application loads.
//!
//! `libraries` names everything; `targets` says for the runtime target which of it has
//! files. A library without any only served to compile. The runtime that a self-contained
//! application brings along is named with the prefix `runtimepack.`, which no registry
//! knows.

use lazaret_model::Package;

use crate::document::{self, Value, add, members, string, unique};
use crate::{Found, Input, ReadError};

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let deps = document::json(input.bytes)?;
    if !["libraries", "targets"]
        .iter()
        .any(|key| deps.get(key).is_some_and(Value::is_object))
    {
        return Err(ReadError::new("neither libraries nor targets"));
    }
    let runtime = deps.get("runtimeTarget").map_or("", |t| string(t, "name"));
    let target = deps.get("targets").and_then(|t| t.get(runtime));
    let mut found = Found::default();
    for (key, entry) in members(&deps, "libraries") {
        let Some((name, version)) = key.split_once('/') else {
            continue;
        };
        let kind = string(entry, "type").to_ascii_lowercase();
        let counts = match kind.as_str() {
            "project" => true,
            "package" | "runtimepack" => has_files(target, key),
            _ => false,
        };
        if counts {
            let name = name.strip_prefix("runtimepack.").unwrap_or(name);
            let mut package = Package::new("nuget", name, version);
            if kind == "project" {
                package = package.as_project();
            }
            add(&mut found, package);
        }
    }
    Ok(unique(found))
}

/// Whether the target has files of the library, or does not know it.
fn has_files(target: Option<&Value>, key: &str) -> bool {
    let Some(entry) = target.and_then(|t| t.get(key)) else {
        return true;
    };
    ["runtime", "runtimeTargets", "native", "resources"]
        .iter()
        .any(|kind| members(entry, kind).next().is_some())
}
