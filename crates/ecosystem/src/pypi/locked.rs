//! Lock files and pinned requirements of Python projects.
//!
//! A requirement counts where it pins one version (`==` or `===` without a wildcard); a
//! range says nothing about what is there.

use lazaret_model::Package;

use crate::document::{self, Value, add, items, members, string, unique};
use crate::{Found, Input, ReadError};

pub(super) fn requirements(input: Input<'_>) -> Result<Found, ReadError> {
    let mut found = Found::default();
    let mut joined = String::new();
    for line in document::text(input.bytes)?.lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if let Some(head) = line.strip_suffix('\\') {
            joined.push_str(head);
            continue;
        }
        joined.push_str(line);
        let whole = std::mem::take(&mut joined);
        if let Some((name, version)) = pinned(&whole) {
            add(&mut found, Package::new("pypi", name, version));
        }
    }
    Ok(unique(found))
}

/// Name and version of a requirement that pins one version.
fn pinned(line: &str) -> Option<(&str, &str)> {
    if line.starts_with(['#', '-']) {
        return None;
    }
    let line = line.split(';').next()?;
    let line = line.split(" --").next()?;
    let (name, version) = line.split_once("==")?;
    let version = version.trim_start_matches('=').trim();
    let name = name.split('[').next()?.trim();
    let good = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.+!".contains(c);
    let pins = !version.is_empty() && version.chars().all(plain);
    (pins && !name.is_empty() && name.chars().all(good)).then_some((name, version))
}

pub(super) fn pipfile(input: Input<'_>) -> Result<Found, ReadError> {
    let lock = document::json(input.bytes)?;
    let mut found = Found::default();
    for (group, development) in [("default", false), ("develop", true)] {
        for (name, entry) in members(&lock, group) {
            let version = string(entry, "version").trim_start_matches('=');
            if !version.is_empty() {
                let mut package = Package::new("pypi", name, version);
                package.development = development;
                add(&mut found, package);
            }
        }
    }
    Ok(unique(found))
}

/// `poetry.lock`, `uv.lock` and `pdm.lock` (`[[package]]`), `pylock.toml`
/// (`[[packages]]`).
pub(super) fn toml_lock(input: Input<'_>) -> Result<Found, ReadError> {
    let lock = document::toml(input.bytes)?;
    let mut found = Found::default();
    for entry in items(&lock, "package").chain(items(&lock, "packages")) {
        let (name, version) = (string(entry, "name"), string(entry, "version"));
        // uv lists the project itself, which no registry knows.
        let own = |key: &str| entry.get("source").is_some_and(|s| s.get(key).is_some());
        if version.is_empty() || own("virtual") || own("editable") {
            continue;
        }
        let mut package = Package::new("pypi", name, version);
        package.development = string(entry, "category") == "dev" || only_development(entry);
        add(&mut found, package);
    }
    Ok(unique(found))
}

fn only_development(entry: &Value) -> bool {
    let mut groups = items(entry, "groups").peekable();
    groups.peek().is_some() && groups.all(|g| matches!(g.as_str(), Some("dev" | "test" | "docs")))
}
