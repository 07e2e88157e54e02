//! Documents of JSON that NuGet resolved: `packages.lock.json` (versions 1 and 2),
//! `project.assets.json`, and the manifest of tools.

use lazaret_model::Package;

use crate::document::{self, Value, add, members, string, unique};
use crate::{Found, Input, ReadError};

/// `dependencies` by framework, then by name. Other projects of the solution are no
/// packages.
pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let lock = document::json(input.bytes)?;
    if !lock.get("dependencies").is_some_and(Value::is_object) {
        return Err(ReadError::new("no dependencies by framework"));
    }
    let mut found = Found::default();
    for (_, framework) in members(&lock, "dependencies") {
        for (name, entry) in framework.as_object().into_iter().flatten() {
            let version = string(entry, "resolved");
            if !version.is_empty() && !string(entry, "type").eq_ignore_ascii_case("project") {
                add(&mut found, Package::new("nuget", name, version));
            }
        }
    }
    Ok(unique(found))
}

/// `libraries`, keyed `name/version`.
pub(super) fn assets(input: Input<'_>) -> Result<Found, ReadError> {
    let assets = document::json(input.bytes)?;
    if !assets.get("libraries").is_some_and(Value::is_object) {
        return Err(ReadError::new("no libraries"));
    }
    let mut found = Found::default();
    for (key, entry) in members(&assets, "libraries") {
        if let Some((name, version)) = key.split_once('/')
            && string(entry, "type").eq_ignore_ascii_case("package")
        {
            add(&mut found, Package::new("nuget", name, version));
        }
    }
    Ok(unique(found))
}

/// `tools` by name: programs that serve development.
pub(super) fn tools(input: Input<'_>) -> Result<Found, ReadError> {
    let manifest = document::json(input.bytes)?;
    let mut found = Found::default();
    for (name, entry) in members(&manifest, "tools") {
        let mut package = Package::new("nuget", name, string(entry, "version"));
        package.development = true;
        add(&mut found, package);
    }
    Ok(unique(found))
}
