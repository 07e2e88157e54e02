//! `Pipfile.lock`: groups of packages, of which `default` is what the project needs.
//!
//! Entries from repositories and files state no version and are gaps. Format: Pipenv's
//! documentation, "Pipfile & Pipfile.lock".

use lazaret_model::{GapKind, Package};

use crate::document::{self, add, string, unique};
use crate::recognise::is_blank;
use crate::{Found, Input, ReadError};

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let mut found = Found::default();
    if is_blank(input) {
        return Ok(found);
    }
    let lock = document::json(input.bytes)?;
    let Some(groups) = lock.as_object() else {
        return Err(ReadError::new("the lock file is not an object"));
    };
    for (group, packages) in groups.iter().filter(|(group, _)| *group != "_meta") {
        for (name, entry) in packages.as_object().into_iter().flatten() {
            let version = string(entry, "version").trim_start_matches('=').trim();
            if version.is_empty() {
                let detail = format!("`{name}` is locked without a version");
                found.gaps.push((GapKind::MissingVersion, detail));
                continue;
            }
            let mut package = Package::new("pypi", name, version);
            package.development = group != "default";
            add(&mut found, package);
        }
    }
    Ok(unique(found))
}
