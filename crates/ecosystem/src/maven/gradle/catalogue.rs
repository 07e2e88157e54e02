//! Version catalogues of Gradle, `libs.versions.toml`: the table `libraries`, with
//! versions of its own or from the table `versions`. Format: Gradle's user manual,
//! "Version Catalogs".

use crate::document::{self, Value, add, members, string, unique};
use crate::maven::range;
use crate::{Found, Input, ReadError};

pub(in crate::maven) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let catalogue = document::toml(input.bytes)?;
    let versions = catalogue.get("versions").unwrap_or(&Value::Null);
    let mut found = Found::default();
    for (_, library) in members(&catalogue, "libraries") {
        let Some((name, version)) = library_of(library, versions) else {
            continue;
        };
        add(&mut found, range::read(version).package("maven", name));
    }
    Ok(unique(found))
}

/// `group:artifact` and version of an entry, which has one of four shapes.
fn library_of<'a>(library: &'a Value, versions: &'a Value) -> Option<(String, &'a str)> {
    if let Some(text) = library.as_str() {
        let mut parts = text.splitn(3, ':');
        let (group, artifact) = (parts.next()?, parts.next()?);
        let version = parts.next().unwrap_or_default();
        return named(group, artifact).map(|name| (name, version));
    }
    let name = match string(library, "module").split_once(':') {
        Some((group, artifact)) => named(group, artifact),
        None => named(string(library, "group"), string(library, "name")),
    };
    let version = library
        .get("version")
        .map_or("", |v| version_of(v, versions));
    name.map(|name| (name, version))
}

fn named(group: &str, artifact: &str) -> Option<String> {
    (!group.is_empty() && !artifact.is_empty()).then(|| format!("{group}:{artifact}"))
}

/// A version is a text, a reference, or a rich version, of which the strictest counts.
fn version_of<'a>(version: &'a Value, versions: &'a Value) -> &'a str {
    if let Some(text) = version.as_str() {
        return text;
    }
    let referred = versions.get(string(version, "ref"));
    if let Some(referred) = referred.filter(|_| version.get("ref").is_some()) {
        return referred.as_str().unwrap_or_else(|| rich(referred));
    }
    rich(version)
}

fn rich(version: &Value) -> &str {
    let stated = ["strictly", "require", "prefer"].map(|key| string(version, key));
    stated
        .into_iter()
        .find(|v| !v.is_empty())
        .unwrap_or_default()
}
