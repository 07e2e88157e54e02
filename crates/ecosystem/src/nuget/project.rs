//! Project files of MSBuild: references of `*.csproj` and its kin, and the versions that
//! `Directory.Packages.props` manages centrally.
//!
//! A plain version is the lowest that would do, which is the one that NuGet takes; an
//! interval or a floating version says nothing certain. A reference without a version has
//! it from another file, which is read for itself. Properties are filled in where this
//! file sets them. Sources: NuGet's "PackageReference in project files", "Central Package
//! Management" and "Package versioning".

use std::collections::BTreeMap;

use lazaret_model::GapKind;
use roxmltree::Node;

use crate::asked::Asked;
use crate::document::{add, file_name, unique};
use crate::xml::{self, children, text_of};
use crate::{Found, Input, ReadError};

/// Longest text that filling in properties may make, in bytes.
const MAX_LENGTH: usize = 4096;

/// Items that name packages.
const ITEMS: [&str; 4] = [
    "PackageReference",
    "PackageVersion",
    "GlobalPackageReference",
    "PackageDownload",
];

pub(super) fn wants(path: &str) -> bool {
    let name = file_name(path).to_ascii_lowercase();
    let project = [".csproj", ".vbproj", ".fsproj"];
    project.iter().any(|ending| name.ends_with(ending)) || name.ends_with("packages.props")
}

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let text = xml::decoded(input.bytes)?;
    let document = xml::document(&text)?;
    let root = document.root_element();
    if root.tag_name().name() != "Project" {
        return Err(ReadError::new("the document is no project"));
    }
    let mut properties = BTreeMap::new();
    for property in children(root, "PropertyGroup").flat_map(|group| group.children()) {
        if property.is_element() {
            let value = property.text().unwrap_or_default().trim();
            properties.insert(property.tag_name().name(), value);
        }
    }
    let mut found = Found::default();
    for item in children(root, "ItemGroup").flat_map(|group| group.children()) {
        if ITEMS.contains(&item.tag_name().name()) {
            reference(&mut found, item, &properties);
        }
    }
    Ok(unique(found))
}

/// An attribute, or the child element of the same name.
fn told<'a>(item: Node<'a, '_>, name: &str) -> &'a str {
    match item.attribute(name).unwrap_or_default().trim() {
        "" => text_of(item, name),
        value => value,
    }
}

fn reference(found: &mut Found, item: Node<'_, '_>, properties: &BTreeMap<&str, &str>) {
    let names = match told(item, "Include") {
        "" => told(item, "Update"),
        names => names,
    };
    let version = match told(item, "VersionOverride") {
        "" => told(item, "Version"),
        version => version,
    };
    if names.is_empty() || version.is_empty() {
        return;
    }
    let (Some(names), Some(version)) = (filled(names, properties), filled(version, properties))
    else {
        let detail = format!("{names} {version}: a property that this file does not set");
        found.gaps.push((GapKind::MissingVersion, detail));
        return;
    };
    for name in names.split(';').map(str::trim) {
        let mut package = asked(&version).package("nuget", name);
        package.development = told(item, "PrivateAssets").eq_ignore_ascii_case("all");
        add(found, package);
    }
}

fn asked(version: &str) -> Asked<'_> {
    let version = version.trim();
    if version.contains('*') {
        return Asked::Range {
            lowest: version,
            text: version,
        };
    }
    Asked::interval(version).unwrap_or(Asked::Exact(version))
}

/// `text` with every `$(…)` filled in, once; `None` where one is not known.
fn filled(text: &str, properties: &BTreeMap<&str, &str>) -> Option<String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("$(") {
        let (name, after) = after.split_once(')')?;
        let value = properties.get(name).filter(|v| !v.contains("$("))?;
        filled.push_str(before);
        filled.push_str(value);
        if filled.len() > MAX_LENGTH {
            return None;
        }
        rest = after;
    }
    filled.push_str(rest);
    Some(filled)
}
