//! `conanfile.txt`: references below `[requires]` and its kin, one on each line.

use super::reference;
use crate::document::{self, add, unique};
use crate::{Found, Input, ReadError};

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let mut found = Found::default();
    let mut section = "";
    for line in document::text(input.bytes)?.lines() {
        // A `#` with a blank before it is a comment; otherwise it begins a revision.
        let line = line.split(" #").next().unwrap_or_default().trim();
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            section = name;
            continue;
        }
        let development = match section {
            "requires" => false,
            "build_requires" | "tool_requires" | "test_requires" => true,
            _ => continue,
        };
        if line.starts_with('#') {
            continue;
        }
        if let Some(mut package) = reference::package(line) {
            package.development = development;
            add(&mut found, package);
        }
    }
    Ok(unique(found))
}
