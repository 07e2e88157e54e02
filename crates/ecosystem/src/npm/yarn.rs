//! `yarn.lock`: Yarn's own format of version 1, and the YAML of later versions.
//!
//! Both are paragraphs: a line with the descriptors at the margin and indented fields.
//! The reader takes the name from the descriptor (or from `resolution`) and the version
//! from the field, and so needs no YAML.

use lazaret_model::Package;

use crate::document::{self, add, unique};
use crate::{Found, Input, ReadError};

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let mut found = Found::default();
    let mut name = String::new();
    for line in document::text(input.bytes)?.lines() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if !line.starts_with(' ') {
            name = descriptor(line).unwrap_or_default().to_owned();
            continue;
        }
        // Fields of the entry are indented by two; deeper lines are its dependencies.
        let Some(field) = line.strip_prefix("  ").filter(|f| !f.starts_with(' ')) else {
            continue;
        };
        let Some((key, value)) = field.split_once(' ') else {
            continue;
        };
        let value = value.trim().trim_matches('"');
        if key.trim_end_matches(':').trim_matches('"') != "version" || name.is_empty() {
            continue;
        }
        if value != "0.0.0-use.local" {
            add(&mut found, Package::new("npm", name.as_str(), value));
        }
    }
    Ok(unique(found))
}

/// The package that the first descriptor of an entry asks for.
fn descriptor(line: &str) -> Option<&str> {
    let first = line.trim_end_matches(':').split(',').next()?;
    let first = first.trim().trim_matches('"');
    let scope = usize::from(first.starts_with('@'));
    let at = first.get(scope..)?.find('@')? + scope;
    let (name, range) = (first.get(..at)?, first.get(at + 1..)?);
    if range.starts_with("workspace:") || range.starts_with("link:") {
        return None;
    }
    // An alias names the real package in its range.
    match range.strip_prefix("npm:") {
        Some(real) => {
            let scope = usize::from(real.starts_with('@'));
            match real.get(scope..)?.find('@') {
                Some(end) => real.get(..end + scope),
                None => Some(name),
            }
        }
        None => Some(name),
    }
}
