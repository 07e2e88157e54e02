//! `yarn.lock`: Yarn's own format of version 1, and the YAML of later versions.
//!
//! Both are paragraphs: a line with the descriptors at the margin and indented fields.
//! The reader takes the name from `resolution`, or else from the first descriptor, and
//! the version from its field, and so needs no YAML. Packages of the project itself have
//! the version `0.0.0-use.local` and do not count. Format: `@yarnpkg/lockfile` and
//! Yarn's documentation of its protocols.

use lazaret_model::Package;

use crate::document::{self, add, unique};
use crate::{Found, Input, ReadError};

/// What Yarn writes for a package of the project itself.
const OWN: &str = "0.0.0-use.local";

/// Protocols that Yarn resolves. Others it refuses, and so they are nothing that is there.
const PROTOCOLS: &[&str] = &[
    "npm",
    "patch",
    "file",
    "link",
    "portal",
    "exec",
    "git",
    "github",
    "gitlab",
    "bitbucket",
    "http",
    "https",
    "ssh",
    "jsr",
];

#[derive(Default)]
struct Entry<'a> {
    descriptor: &'a str,
    version: &'a str,
    resolution: &'a str,
}

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let mut found = Found::default();
    let mut entry = Entry::default();
    for line in document::text(input.bytes)?.lines() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if !line.starts_with(' ') {
            take(&mut found, &std::mem::take(&mut entry));
            entry.descriptor = line;
            continue;
        }
        // Fields of the entry are indented by two; deeper lines are its dependencies.
        let Some(field) = line.strip_prefix("  ").filter(|f| !f.starts_with(' ')) else {
            continue;
        };
        let Some((key, value)) = field.split_once(' ') else {
            continue;
        };
        let slot = match key.trim_end_matches(':').trim_matches('"') {
            "version" => &mut entry.version,
            "resolution" => &mut entry.resolution,
            _ => continue,
        };
        *slot = value.trim().trim_matches('"');
    }
    take(&mut found, &entry);
    Ok(unique(found))
}

fn take(found: &mut Found, entry: &Entry<'_>) {
    let first = entry.descriptor.trim_end().trim_end_matches(':');
    let first = first.split(',').next().unwrap_or_default();
    let descriptor = first.trim().trim_matches('"');
    if entry.version.is_empty() || entry.version == OWN || descriptor == "__metadata" {
        return;
    }
    let name = match super::split(entry.resolution) {
        Some((name, _)) => Some(name),
        None => named(descriptor),
    };
    if let Some(name) = name {
        add(found, Package::new("npm", name, entry.version));
    }
}

/// The package that a descriptor asks for: `name`, `name@range` or `alias@npm:name@range`.
fn named(descriptor: &str) -> Option<&str> {
    let Some((name, range)) = super::split(descriptor) else {
        return Some(descriptor);
    };
    let Some((protocol, rest)) = range.split_once(':') else {
        return Some(name);
    };
    let protocol = protocol.split('+').next().unwrap_or(protocol);
    // `git@host:owner/repository` is an address, too.
    let is_word = protocol.bytes().all(|b| b.is_ascii_alphabetic());
    if is_word && !PROTOCOLS.contains(&protocol) {
        return None;
    }
    match (protocol, super::split(rest)) {
        ("npm", Some((real, _))) => Some(real),
        _ => Some(name),
    }
}
