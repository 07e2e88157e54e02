//! `go.mod`: the directives `module`, `require`, `replace` and `exclude`, alone or as a
//! block.
//!
//! The module itself is listed without a version, which the file does not state. A
//! replacement by a local path leaves the module out, for what is there then has no
//! version; so does an exclusion of the version that is required, which Go ignores. The
//! directives `go` and `toolchain` name the oldest toolchain that would do, not the one
//! that builds, so they make no package. Format: the Go modules reference, "go.mod
//! files".

use std::collections::{BTreeMap, BTreeSet};

use lazaret_model::Package;

use crate::document::{self, add, unique};
use crate::{Found, Input, ReadError};

/// A module, and a version of it or all.
type Target = (String, Option<String>);

/// What the directives say.
#[derive(Default)]
struct Module<'t> {
    name: Option<&'t str>,
    required: Vec<(&'t str, &'t str)>,
    replaced: BTreeMap<Target, Target>,
    excluded: BTreeSet<(&'t str, &'t str)>,
}

impl<'t> Module<'t> {
    fn new(text: &'t str) -> Self {
        let mut module = Self::default();
        let mut block = "";
        for line in text.lines() {
            let line = line.split("//").next().unwrap_or_default().trim();
            if line == ")" {
                block = "";
                continue;
            }
            let words: Vec<&str> = line
                .split_whitespace()
                .map(|w| w.trim_matches(['"', '`']))
                .collect();
            let (verb, words) = match words.as_slice() {
                words if !block.is_empty() => (block, words),
                [verb, words @ ..] => (*verb, words),
                [] => continue,
            };
            if words == ["("] {
                block = verb;
                continue;
            }
            module.directive(verb, words);
        }
        module
    }

    fn directive(&mut self, verb: &str, words: &[&'t str]) {
        match (verb, words) {
            ("module", [name]) => self.name = Some(name),
            ("require", [path, version]) => self.required.push((path, version)),
            ("exclude", [path, version]) => {
                self.excluded.insert((path, version));
            }
            ("replace", words) => self.replace(words),
            _ => {}
        }
    }

    fn replace(&mut self, words: &[&str]) {
        let Some(arrow) = words.iter().position(|w| *w == "=>") else {
            return;
        };
        let (old, new) = words.split_at(arrow);
        let owned = |w: Option<&&str>| w.map(|w| (*w).to_owned());
        if let (Some(from), Some(to)) = (old.first(), new.get(1)) {
            self.replaced.insert(
                ((*from).to_owned(), owned(old.get(1))),
                ((*to).to_owned(), owned(new.get(2))),
            );
        }
    }

    /// What stands in for a required module.
    fn replacement(&self, path: &str, version: &str) -> Option<&Target> {
        let exact = (path.to_owned(), Some(version.to_owned()));
        let every = (path.to_owned(), None);
        self.replaced
            .get(&exact)
            .or_else(|| self.replaced.get(&every))
    }
}

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let module = Module::new(document::text(input.bytes)?);
    if module.name.is_none() && module.required.is_empty() {
        return Err(ReadError::new("neither a module nor a require directive"));
    }
    let mut found = Found::default();
    if let Some(name) = module.name {
        add(&mut found, Package::new("golang", name, "").as_project());
    }
    for (path, version) in &module.required {
        if module.excluded.contains(&(*path, *version)) {
            continue;
        }
        match module.replacement(path, version) {
            None => add(&mut found, Package::new("golang", *path, *version)),
            Some((new, Some(version))) => add(
                &mut found,
                Package::new("golang", new.as_str(), version.as_str()),
            ),
            Some((_, None)) => {}
        }
    }
    Ok(unique(found))
}
