//! `pyproject.toml`: what a project asks for.
//!
//! `project.dependencies` and its optional ones, dependency groups (PEP 735), and the
//! tables of Poetry, PDM and uv. What builds the project (`build-system`) does not count.
//! Format: the specifications "pyproject.toml" and "Dependency groups"; Poetry's
//! documentation, "Dependency specification".

use lazaret_model::{GapKind, Package};

use super::requirement::Requirement;
use crate::document::{self, Value, add, items, members, unique};
use crate::{Found, Input, ReadError};

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let manifest = document::toml(input.bytes)?;
    let mut found = Found::default();
    let at = |path: &[&str]| {
        path.iter()
            .try_fold(&manifest, |value, key| value.get(key))
            .unwrap_or(&Value::Null)
    };
    let project = at(&["project"]);
    listed(&mut found, items(project, "dependencies"), false);
    for (_, group) in members(project, "optional-dependencies") {
        listed(&mut found, group.as_array().into_iter().flatten(), false);
    }
    for (table, key) in [
        (&manifest, "dependency-groups"),
        (at(&["tool", "pdm"]), "dev-dependencies"),
    ] {
        for (_, group) in members(table, key) {
            listed(&mut found, group.as_array().into_iter().flatten(), true);
        }
    }
    listed(
        &mut found,
        items(at(&["tool", "uv"]), "dev-dependencies"),
        true,
    );
    let poetry = at(&["tool", "poetry"]);
    poetry_table(&mut found, poetry, "dependencies", false);
    poetry_table(&mut found, poetry, "dev-dependencies", true);
    for (name, group) in members(poetry, "group") {
        poetry_table(&mut found, group, "dependencies", name != "main");
    }
    Ok(unique(found))
}

fn listed<'a>(found: &mut Found, list: impl Iterator<Item = &'a Value>, development: bool) {
    // Tables in a group include another group, which is read by itself.
    for text in list.filter_map(Value::as_str) {
        match Requirement::parse(text) {
            Some(requirement) => {
                let mut package = requirement.package();
                package.development = development;
                add(found, package);
            }
            None => {
                let detail = format!("`{text}` is no requirement");
                found.gaps.push((GapKind::Unreadable, detail));
            }
        }
    }
}

/// Poetry's own tables: names with a constraint, or with a table or list of them.
fn poetry_table(found: &mut Found, table: &Value, key: &str, development: bool) {
    for (name, entry) in members(table, key).filter(|(name, _)| *name != "python") {
        let entries = match entry {
            Value::Array(several) => several.as_slice(),
            one => std::slice::from_ref(one),
        };
        for entry in entries {
            let constraint = entry
                .as_str()
                .or_else(|| entry.get("version").and_then(Value::as_str))
                .unwrap_or_default();
            let mut package = poetry(name, constraint.trim());
            package.development = development;
            add(found, package);
        }
    }
}

/// A bare version pins; `^1.2`, `~1.2` and the operators of PEP 440 do not.
fn poetry(name: &str, constraint: &str) -> Package {
    let version = constraint
        .trim_start_matches(['^', '~', '=', '>', '<'])
        .trim();
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.+!".contains(&b);
    if version.is_empty() || !version.bytes().all(plain) {
        return Package::new("pypi", name, "").asked_for(constraint);
    }
    match constraint.strip_suffix(version).unwrap_or_default().trim() {
        "" | "==" | "===" => Package::new("pypi", name, version),
        "^" | "~" | "~=" | ">=" | "<=" => Package::new("pypi", name, version).asked_for(constraint),
        _ => Package::new("pypi", name, "").asked_for(constraint),
    }
}
