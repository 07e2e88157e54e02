//! `go.sum`: `module version hash` on each line, `version/go.mod` where only the module
//! file was needed. Of several versions the highest is the one that is built, as Go's
//! minimal version selection says. Format: the Go modules reference, "go.sum files".

use std::collections::BTreeMap;

use lazaret_model::Package;
use lazaret_version::Scheme;

use crate::document::{self, add};
use crate::{Found, Input, ReadError};

/// Whether the text looks like such a file.
pub(super) fn is_one(text: &str) -> bool {
    let mut lines = text.lines().filter(|l| !l.trim().is_empty());
    lines.next().is_some_and(|l| entry(l).is_some())
}

/// Module, version and hash.
fn entry(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split_whitespace();
    let (module, version, hash) = (words.next()?, words.next()?, words.next()?);
    (hash.starts_with("h1:") && words.next().is_none()).then_some((module, version))
}

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let mut highest: BTreeMap<&str, &str> = BTreeMap::new();
    for line in document::text(input.bytes)?.lines() {
        if line.trim().is_empty() {
            continue;
        }
        let Some((module, version)) = entry(line) else {
            return Err(ReadError::new("a line is not module, version and hash"));
        };
        if version.ends_with("/go.mod") {
            continue;
        }
        let known = highest.entry(module).or_insert(version);
        if Scheme::Go.compare(version, known).is_ok_and(|o| o.is_gt()) {
            *known = version;
        }
    }
    let mut found = Found::default();
    for (module, version) in highest {
        add(&mut found, Package::new("golang", module, version));
    }
    Ok(found)
}
