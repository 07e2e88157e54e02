//! What is given to others: a Debian package, an image, checksums.
//!
//! Written by our own writers, so that the bytes depend on nothing but what goes in: no
//! clock, no user, no order of a directory, no version of a tool.

pub mod deb;
pub mod oci;
pub mod tar;

use std::io::{self, Write as _};

use flate2::{Compression, GzBuilder};
use serde_json::{Value, json};

/// A file that is given to others, or a directory where it ends in `/`.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Path from the root, without a leading slash.
    pub path: String,
    /// Permissions.
    pub mode: u32,
    /// Content.
    pub content: Vec<u8>,
}

impl Entry {
    /// A file that everybody may read.
    pub fn file(path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self {
            path: path.into(),
            mode: 0o644,
            content: content.into(),
        }
    }

    /// A program.
    pub fn program(path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self {
            mode: 0o755,
            ..Self::file(path, content)
        }
    }
}

/// Compresses without a name and a time.
///
/// # Errors
/// Never for lack of anything but memory.
pub fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut out = GzBuilder::new()
        .mtime(0)
        .write(Vec::new(), Compression::new(9));
    out.write_all(bytes)?;
    out.finish()
}

/// The list of crates in a program, in the form of cargo-auditable: what goes into the
/// section `.dep-v0`, so that every scanner knows what the program is made of.
///
/// `metadata` is `cargo metadata` for one platform, `root` the name of the program's crate.
/// Crates of tests are left out, those of build scripts are marked.
///
/// # Errors
/// When the metadata lacks what cargo promises to be there.
pub fn audit(metadata: &Value, root: &str) -> io::Result<Value> {
    let wrong = |what: &str| io::Error::other(format!("cargo metadata has no {what}"));
    let packages = metadata["packages"]
        .as_array()
        .ok_or_else(|| wrong("packages"))?;
    let nodes = metadata["resolve"]["nodes"]
        .as_array()
        .ok_or_else(|| wrong("nodes"))?;
    let of = |id: &str| packages.iter().find(|p| p["id"] == id);
    let node = |id: &str| nodes.iter().find(|n| n["id"] == id);
    let start = packages
        .iter()
        .find(|p| p["name"] == root)
        .and_then(|p| p["id"].as_str())
        .ok_or_else(|| wrong(root))?;
    // Each crate with whether it is in the program itself.
    let mut found: Vec<(&str, bool)> = vec![(start, true)];
    let mut at = 0;
    while let Some((id, in_program)) = found.get(at).copied() {
        at += 1;
        for dependency in node(id)
            .and_then(|n| n["deps"].as_array())
            .into_iter()
            .flatten()
        {
            let Some(next) = dependency["pkg"].as_str() else {
                continue;
            };
            let kinds = dependency["dep_kinds"].as_array();
            let is = |kind: Value| kinds.is_some_and(|k| k.iter().any(|k| k["kind"] == kind));
            let next_in_program = in_program && is(Value::Null);
            if !next_in_program && !is("build".into()) && !is(Value::Null) {
                continue;
            }
            match found.iter_mut().find(|(id, _)| *id == next) {
                None => found.push((next, next_in_program)),
                Some(entry) if next_in_program && !entry.1 => {
                    // Its own dependencies are in the program, too.
                    entry.1 = true;
                    found.push((next, true));
                }
                Some(_) => {}
            }
        }
    }
    let mut list: Vec<(String, String, &str, bool)> = Vec::new();
    for (id, in_program) in found {
        let Some(package) = of(id) else { continue };
        let text = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
        let source = match package["source"].as_str() {
            Some(source) if source.starts_with("registry+") => "crates.io",
            Some(_) => "git",
            None => "local",
        };
        list.push((text("name"), text("version"), source, in_program));
    }
    list.sort();
    // Of a crate that is there twice, the entry of the program itself comes last.
    list.reverse();
    list.dedup_by(|a, b| (&a.0, &a.1) == (&b.0, &b.1));
    list.reverse();
    let packages: Vec<Value> = list
        .iter()
        .map(|(name, version, source, in_program)| {
            let mut package = json!({ "name": name, "version": version, "source": source });
            if !in_program {
                package["kind"] = "build".into();
            }
            if name == root {
                package["root"] = true.into();
            }
            package
        })
        .collect();
    Ok(json!({ "packages": packages }))
}
