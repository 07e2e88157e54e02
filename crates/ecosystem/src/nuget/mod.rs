//! .NET packages: `*.deps.json` of a built application, and lock files.
//!
//! Formats: the .NET host's "runtime configuration files" and NuGet's documentation.

use std::borrow::Cow;

use lazaret_model::{GapKind, Package};
use lazaret_version::Scheme;

use crate::document::{self, Value, add, file_name, members, string, unique};
use crate::recognise::never;
use crate::{Ecosystem, EvidenceKind, Found, Input, ReadError, Reader};

/// .NET packages.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "nuget",
    title: ".NET package",
    osv: &["NuGet"],
    scheme: Scheme::Nuget,
    normalise: |name| Cow::Owned(name.to_lowercase()),
    readers: &[
        Reader {
            id: "nuget/deps",
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: never,
            wants: |path| path.ends_with(".deps.json"),
            max_bytes: 64 << 20,
            read: deps,
        },
        Reader {
            id: "nuget/lock",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: never,
            wants: |path| file_name(path) == "packages.lock.json",
            max_bytes: 64 << 20,
            read: lock,
        },
        Reader {
            id: "nuget/packages-config",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: never,
            wants: |path| file_name(path) == "packages.config",
            max_bytes: 16 << 20,
            read: packages_config,
        },
    ],
};

/// `libraries` of type `package`, keyed `name/version`.
fn deps(input: Input<'_>) -> Result<Found, ReadError> {
    let deps = document::json(input.bytes)?;
    if !deps.is_object() {
        return Err(ReadError::new("the dependency manifest is not an object"));
    }
    let mut found = Found::default();
    for (key, entry) in members(&deps, "libraries") {
        let Some((name, version)) = key.split_once('/') else {
            continue;
        };
        if string(entry, "type").eq_ignore_ascii_case("package") {
            add(&mut found, Package::new("nuget", name, version));
        }
    }
    Ok(unique(found))
}

fn lock(input: Input<'_>) -> Result<Found, ReadError> {
    let lock = document::json(input.bytes)?;
    if !lock.get("dependencies").is_some_and(Value::is_object) {
        return Err(ReadError::new("no dependencies by framework"));
    }
    let mut found = Found::default();
    for (framework, _) in members(&lock, "dependencies") {
        let by_name = lock.get("dependencies").unwrap_or(&Value::Null);
        for (name, entry) in members(by_name, framework) {
            let version = string(entry, "resolved");
            if !version.is_empty() && !string(entry, "type").eq_ignore_ascii_case("project") {
                add(&mut found, Package::new("nuget", name, version));
            }
        }
    }
    Ok(unique(found))
}

fn packages_config(input: Input<'_>) -> Result<Found, ReadError> {
    let tree = roxmltree::Document::parse(document::text(input.bytes)?)
        .map_err(|e| ReadError::new(format!("not XML: {e}")))?;
    let mut found = Found::default();
    for node in tree
        .root_element()
        .children()
        .filter(|n| n.has_tag_name("package"))
    {
        let name = node.attribute("id").unwrap_or_default();
        let version = node.attribute("version").unwrap_or_default();
        if version.is_empty() {
            let detail = format!("{name}: the entry states no version");
            found.gaps.push((GapKind::MissingVersion, detail));
            continue;
        }
        let mut package = Package::new("nuget", name, version);
        package.development = node.attribute("developmentDependency") == Some("true");
        add(&mut found, package);
    }
    Ok(unique(found))
}
