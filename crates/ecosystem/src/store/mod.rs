//! Nix and Guix: packages are the folders of the store, named by hash, name and version.
//!
//! `nix/store/<hash>-<name>-<version>[-<output>]` and `gnu/store/…`: the folder is the
//! evidence, so nothing is read. Sources: Nix's manual, "Store path" and
//! `builtins.parseDrvName`; Guix's manual, "The Store".

use std::borrow::Cow;

use lazaret_model::Package;
use lazaret_version::Scheme;

use crate::Ecosystem;

/// Nix packages.
pub static NIX: Ecosystem = Ecosystem {
    kind: "nix",
    title: "Nix package",
    osv: &[],
    scheme: Scheme::Generic,
    normalise: |name| Cow::Borrowed(name),
    readers: &[],
};

/// Guix packages.
pub static GUIX: Ecosystem = Ecosystem {
    kind: "guix",
    title: "Guix package",
    osv: &[],
    scheme: Scheme::Generic,
    normalise: |name| Cow::Borrowed(name),
    readers: &[],
};

/// Length of the hash in front of a name. Nix writes 160 bits in base 32.
const HASH: usize = 32;

/// Outputs that a package is split into; the part behind the version names one. Source:
/// nixpkgs, "Multiple-output packages".
const OUTPUTS: &[&str] = &[
    "bin", "dev", "devdoc", "devman", "debug", "doc", "getent", "info", "lib", "man", "out",
    "static", "su",
];

/// What the ends of files that are no packages look like: sources, patches, derivations.
const FILES: &[&str] = &[
    ".drv", ".patch", ".diff", ".tar", ".tgz", ".gz", ".xz", ".bz2", ".zip", ".sh", ".lock",
    ".json", ".conf", ".hook",
];

/// The folder of the store that `path` lies in, and the package that it is.
///
/// `None` outside a store, and for folders whose name has no version.
pub fn package(path: &str) -> Option<(&str, Package)> {
    let (kind, below) = if let Some(below) = path.strip_prefix("nix/store/") {
        ("nix", below)
    } else {
        ("guix", path.strip_prefix("gnu/store/")?)
    };
    let folder = below.split_once('/').map_or(below, |(folder, _)| folder);
    let (hash, name) = folder.split_once('-')?;
    if hash.len() != HASH || !hash.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    if FILES.iter().any(|end| name.ends_with(end)) {
        return None;
    }
    let (name, rest) = cut(name)?;
    let (version, output) = match rest.rsplit_once('-') {
        Some((version, output)) if OUTPUTS.contains(&output) => (version, Some(output)),
        _ => (rest, None),
    };
    let mut package = Package::new(kind, name, version);
    if let Some(output) = output {
        package
            .properties
            .insert("store.output".to_owned(), output.to_owned());
    }
    let root = path.len() - below.len() + folder.len();
    Some((path.get(..root)?, package))
}

/// The version begins behind the first hyphen that no letter follows.
fn cut(text: &str) -> Option<(&str, &str)> {
    let at = text.match_indices('-').find_map(|(at, _)| {
        let next = text.as_bytes().get(at + 1)?;
        next.is_ascii_digit().then_some(at)
    })?;
    let (name, version) = (text.get(..at)?, text.get(at + 1..)?);
    (!name.is_empty()).then_some((name, version))
}
