//! `go.mod`: the directives `require` and `replace`, alone or as a block.
//!
//! Format: the Go modules reference, "go.mod files". A replacement by a local path
//! leaves the module out, for what is there then has no version.

use std::collections::BTreeMap;

use lazaret_model::Package;

use crate::document::{self, add, unique};
use crate::{Found, Input, ReadError};

type Replacements = BTreeMap<(String, Option<String>), (String, Option<String>)>;

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let mut block = String::new();
    let mut required = Vec::new();
    let mut replaced = Replacements::new();
    let mut named = false;
    for line in document::text(input.bytes)?.lines() {
        let line = line.split("//").next().unwrap_or_default().trim();
        if line == ")" {
            block.clear();
            continue;
        }
        let mut words = line.split_whitespace().map(|w| w.trim_matches(['"', '`']));
        let verb = if block.is_empty() {
            words.next().unwrap_or_default().to_owned()
        } else {
            block.clone()
        };
        let words: Vec<&str> = words.collect();
        if words == ["("] {
            block = verb;
            continue;
        }
        match (verb.as_str(), words.as_slice()) {
            ("module", [_]) => named = true,
            ("require", [path, version]) => required.push((*path, *version)),
            ("replace", words) => replace(&mut replaced, words),
            _ => {}
        }
    }
    if !named && required.is_empty() {
        return Err(ReadError::new("neither a module nor a require directive"));
    }
    let mut found = Found::default();
    for (path, version) in required {
        let exact = (path.to_owned(), Some(version.to_owned()));
        let other = replaced
            .get(&exact)
            .or_else(|| replaced.get(&(path.to_owned(), None)));
        match other {
            None => add(&mut found, Package::new("golang", path, version)),
            Some((new, Some(version))) => add(
                &mut found,
                Package::new("golang", new.as_str(), version.as_str()),
            ),
            Some((_, None)) => {}
        }
    }
    Ok(unique(found))
}

fn replace(replaced: &mut Replacements, words: &[&str]) {
    let Some(arrow) = words.iter().position(|w| *w == "=>") else {
        return;
    };
    let (old, new) = words.split_at(arrow);
    let owned = |w: Option<&&str>| w.map(|w| (*w).to_owned());
    if let (Some(from), Some(to)) = (old.first(), new.get(1)) {
        replaced.insert(
            ((*from).to_owned(), owned(old.get(1))),
            ((*to).to_owned(), owned(new.get(2))),
        );
    }
}
