//! One entry of the local database: sections of `%KEY%`, values one on a line, and an
//! empty line.

use std::collections::HashMap;

use lazaret_model::{GapKind, Package, Source};

use crate::document::text;
use crate::{Found, Input, OwnedFiles, ReadError};

/// Most files that one package may own.
const MAX_PATHS: usize = 500_000;

/// The folder `<name>-<version>-<release>` of the local database that holds `file`.
pub(super) fn entry<'a>(path: &'a str, file: &str) -> Option<&'a str> {
    let (folder, name) = path
        .strip_prefix("var/lib/pacman/local/")?
        .split_once('/')?;
    (name == file).then_some(folder)
}

/// Values by key. A value that belongs to no key is passed over.
fn sections(text: &str) -> HashMap<&str, Vec<&str>> {
    let mut all: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut open = None;
    for line in text.lines().map(str::trim) {
        if line.is_empty() {
            open = None;
        } else if let Some(key) = line.strip_prefix('%').and_then(|l| l.strip_suffix('%')) {
            all.entry(key).or_default();
            open = Some(key);
        } else if let Some(values) = open.and_then(|key| all.get_mut(key)) {
            values.push(line);
        }
    }
    all
}

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let sections = sections(text(input.bytes)?);
    let first = |key: &str| {
        sections
            .get(key)
            .and_then(|v| v.first().copied())
            .unwrap_or_default()
    };
    let mut found = Found::default();
    let (name, version) = (first("NAME"), first("VERSION"));
    if name.is_empty() || version.is_empty() {
        // An entry that was cut off while it was written; pacman skips it, too.
        let detail = "an entry that names no package or no version".to_owned();
        found.gaps.push((GapKind::Unreadable, detail));
        return Ok(found);
    }
    found.packages.push(package(
        name,
        version,
        first("BASE"),
        first("ARCH"),
        first("PACKAGER"),
    ));
    if let Some(package) = found.packages.first_mut() {
        let licenses = sections.get("LICENSE").into_iter().flatten();
        package.licenses = licenses.map(|l| (*l).to_owned()).collect();
    }
    Ok(found)
}

/// A package, with the package base as its source.
pub(super) fn package(
    name: &str,
    version: &str,
    base: &str,
    architecture: &str,
    packager: &str,
) -> Package {
    let some = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
    let mut package = Package::new("alpm", name, version);
    package.source = Some(Source {
        name: some(base).unwrap_or_else(|| name.to_owned()),
        version: version.to_owned(),
    });
    package.architecture = some(architecture);
    package.vendor = some(packager);
    package
}

pub(super) fn files(input: Input<'_>) -> Result<Found, ReadError> {
    let folder =
        entry(input.path, "files").ok_or_else(|| ReadError::new("not in the local database"))?;
    // Neither version nor release has a hyphen.
    let name = folder.rsplitn(3, '-').nth(2).unwrap_or(folder);
    let sections = sections(text(input.bytes)?);
    let listed = sections.get("FILES").map(Vec::as_slice).unwrap_or_default();
    let mut found = Found::default();
    if listed.len() > MAX_PATHS {
        found
            .gaps
            .push((GapKind::Limit, format!("more than {MAX_PATHS} files")));
    }
    let paths = listed.iter().take(MAX_PATHS).filter(|p| !p.ends_with('/'));
    found.owned.push(OwnedFiles {
        kind: "alpm",
        package: name.to_owned(),
        paths: paths
            .map(|p| p.trim_start_matches('/').to_owned())
            .collect(),
    });
    Ok(found)
}
