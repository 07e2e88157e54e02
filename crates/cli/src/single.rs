//! One file that a person points at: a lock file, a jar, an executable.
//!
//! A scan of a tree goes by names; here the content tells as well.

use std::path::Path;

use anyhow::{Context as _, bail};

use lazaret_ecosystem::executable::Probe;
use lazaret_ecosystem::{Found, Input, distro, recognise};
use lazaret_model::{Inventory, Location, Package, Target, TargetKind};
use lazaret_scan::{Look, secrets_of_file};

use crate::errors;
use crate::unlooked::{self, Partial};

/// Largest single file that is read, in bytes.
const MAX_BYTES: u64 = 1 << 30;

/// What the file at `path` tells, read as a file system of one file.
///
/// # Errors
/// When it cannot be read, or nothing here knows what it is.
pub(crate) fn inventory(path: &Path, input: &str, look: Look) -> anyhow::Result<Inventory> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let bytes = bytes(path)?;
    let found = match facts(&bytes, &name) {
        // A file without packages may well have credentials, or be a configuration.
        Err(_) if look.secrets || look.misconfigurations => Found::default(),
        found => found.with_context(|| {
            errors::doing(
                format!("understand {}", path.display()),
                format!(
                    "sbom:{0} or oci-archive:{0}, to say what it is",
                    path.display()
                ),
            )
        })?,
    };
    let secrets = match look.secrets {
        true => secrets_of_file(&name, &bytes),
        false => Vec::new(),
    };
    let mut inventory = Inventory {
        target: Target {
            input: input.to_owned(),
            kind: TargetKind::Filesystem,
            name: path.display().to_string(),
            ..Target::default()
        },
        packages: placed(found, &name),
        secrets,
        ..Inventory::default()
    };
    unlooked::tell(&mut inventory, look, Partial::SingleFile);
    Ok(inventory)
}

/// The packages of bytes that may never have been in a file, taken to be at `path`.
///
/// # Errors
/// When nothing here knows what they are.
pub(crate) fn of_bytes(bytes: &[u8], path: &str) -> anyhow::Result<Inventory> {
    Ok(Inventory {
        target: Target {
            input: path.to_owned(),
            kind: TargetKind::Filesystem,
            name: path.to_owned(),
            ..Target::default()
        },
        packages: placed(facts(bytes, path)?, path),
        ..Inventory::default()
    })
}

/// What was found, in order, and at the path where nothing else is said.
fn placed(found: Found, path: &str) -> Vec<Package> {
    let mut packages = found.packages;
    for package in &mut packages {
        if package.locations.is_empty() {
            package.locations.push(Location {
                path: path.to_owned(),
                layer: None,
            });
        }
        distro::finish(package, None);
    }
    packages.sort_by_cached_key(|p| (p.purl.to_string(), p.locations.clone()));
    packages
}

/// The content of a file of bounded size.
pub(crate) fn bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    let doing = || errors::read(path);
    let size = std::fs::metadata(path).with_context(doing)?.len();
    if size > MAX_BYTES {
        bail!(
            "{} has {size} bytes; a single file is read up to {MAX_BYTES}",
            path.display()
        );
    }
    std::fs::read(path).with_context(doing)
}

/// What the bytes tell if they are the file at `path`: the readers that want its name, or
/// those that recognise the content, and the probe for executables.
///
/// # Errors
/// When nothing knows the file, or everything that does cannot read it.
pub(crate) fn facts(bytes: &[u8], path: &str) -> anyhow::Result<Found> {
    let input = Input { path, bytes };
    let readers = recognise(input);
    let is_named = readers.iter().any(|reader| (reader.wants)(path));
    let mut all = Found::default();
    let mut errors = Vec::new();
    let mut known = !readers.is_empty();
    for reader in &readers {
        match (reader.read)(input) {
            Ok(one) => {
                all.packages.extend(one.packages);
                // Whoever only recognised the file does so alone.
                if !is_named {
                    errors.clear();
                    break;
                }
            }
            Err(error) => errors.push(format!("{}: {error}", reader.id)),
        }
    }
    if let Some(mut probe) = Probe::new(path, bytes) {
        known = true;
        probe.feed(bytes);
        match probe.finish() {
            Ok(found) => all.packages.extend(found.packages),
            Err(error) => errors.push(format!("executable: {error}")),
        }
    }
    if !known {
        bail!("no reader wants a file called {path}, and none recognises its content");
    }
    if all.packages.is_empty() && !errors.is_empty() {
        bail!("{}", errors.join("; "));
    }
    Ok(all)
}
