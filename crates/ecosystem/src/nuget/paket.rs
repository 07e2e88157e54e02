//! Paket: `paket.lock` and `paket.dependencies`. Formats: Paket's documentation, "The
//! paket.lock file" and "The paket.dependencies file".
//!
//! Files that are taken from a repository of GitHub are packages of that type; a commit
//! is no version.

use lazaret_model::Package;

use crate::asked::Asked;
use crate::document::{self, add, unique};
use crate::{Found, Input, ReadError};

/// Sections at the margin, sources indented by two, what was resolved by four, and what
/// that asks for deeper.
pub(super) fn lock(input: Input<'_>) -> Result<Found, ReadError> {
    let mut found = Found::default();
    let (mut section, mut remote) = ("", "");
    for line in document::text(input.bytes)?.lines() {
        let words = line.trim();
        let indent = line.len() - line.trim_start().len();
        if indent == 0 {
            section = words;
            remote = "";
        } else if let Some(place) = words.strip_prefix("remote:") {
            remote = place.trim();
        } else if indent == 4
            && let Some((name, rest)) = words.split_once(" (")
            && let Some((version, _)) = rest.split_once(')')
        {
            match section {
                "NUGET" => add(&mut found, Package::new("nuget", name, version)),
                "GITHUB" => {
                    let repository = if remote.is_empty() { name } else { remote };
                    add(&mut found, repository_at(repository, version));
                }
                _ => {}
            }
        }
    }
    Ok(unique(found))
}

fn repository_at(name: &str, reference: &str) -> Package {
    let commit = reference.len() >= 7 && reference.bytes().all(|b| b.is_ascii_hexdigit());
    Package::new("github", name, if commit { "" } else { reference })
}

/// `nuget NAME VERSION` and `github OWNER/NAME[:REFERENCE] [FILE]` on each line.
pub(super) fn dependencies(input: Input<'_>) -> Result<Found, ReadError> {
    let mut found = Found::default();
    for line in document::text(input.bytes)?.lines() {
        let line = line.split("//").next().unwrap_or_default();
        let line = line.split('#').next().unwrap_or_default();
        let mut words = line.split_whitespace();
        let (Some(kind), Some(name)) = (words.next(), words.next()) else {
            continue;
        };
        match kind {
            "nuget" => {
                let requirement = words.take_while(|w| !w.ends_with(':'));
                let requirement: Vec<&str> = requirement.collect();
                add(&mut found, asked(name, &requirement.join(" ")));
            }
            "github" => {
                let (repository, reference) = name.split_once(':').unwrap_or((name, ""));
                if repository.contains('/') {
                    add(&mut found, repository_at(repository, reference));
                }
            }
            _ => {}
        }
    }
    Ok(unique(found))
}

/// `1.2`, `= 1.2` and `== 1.2` pin; everything else is a range, the `!` before it a
/// strategy.
fn asked(name: &str, requirement: &str) -> Package {
    let requirement = requirement.trim_start_matches(['!', '@']).trim();
    let pinned = requirement.trim_start_matches('=').trim();
    let is_version = |v: &str| {
        v.starts_with(|c: char| c.is_ascii_digit()) && !v.contains([' ', '*', '<', '>', '~'])
    };
    if is_version(pinned) {
        return Asked::Exact(pinned).package("nuget", name);
    }
    let mut words = requirement.split_whitespace();
    let lowest = words
        .find(|w| w.starts_with(|c: char| c.is_ascii_digit()))
        .unwrap_or_default();
    let text = requirement;
    Asked::Range { lowest, text }.package("nuget", name)
}
