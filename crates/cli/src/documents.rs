//! Bills of materials, reports and lists of package URLs as targets.

use std::path::Path;

use anyhow::Context as _;

use lazaret_ecosystem::distro;
use lazaret_model::{Inventory, Package, Purl, Target, TargetKind};
use lazaret_report::sbom::SbomError;
use lazaret_scan::Look;

use crate::unlooked::{self, Partial};
use crate::{errors, single};

pub(crate) fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| errors::read(path))
}

/// The inventory in a report or a bill of materials.
pub(crate) fn sbom(path: &Path, input: &str) -> anyhow::Result<Inventory> {
    let bytes = std::fs::read(path).with_context(|| errors::read(path))?;
    let name = path
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    let mut inventory = lazaret_report::sbom::read(&bytes, &name).map_err(|error| {
        let next = match &error {
            SbomError::Unrecognised { .. } => {
                format!("lazaret scan {}, to let its content decide", path.display())
            }
            SbomError::NotRead { instead, .. } => (*instead).to_owned(),
            _ => "making it again with the tool that it is from".to_owned(),
        };
        let what = format!("understand {} as a bill of materials", path.display());
        anyhow::Error::from(error).context(errors::doing(what, next))
    })?;
    adopt(&mut inventory);
    if inventory.target.input.is_empty() {
        input.clone_into(&mut inventory.target.input);
    }
    Ok(inventory)
}

/// A document that may be a bill of materials, a lock file, or anything else.
pub(crate) fn sbom_or_file(path: &Path, input: &str, look: Look) -> anyhow::Result<Inventory> {
    match sbom(path, input) {
        Err(error)
            if matches!(
                error.downcast_ref::<SbomError>(),
                Some(SbomError::Unrecognised { .. })
            ) =>
        {
            single::inventory(path, input, look)
        }
        other => Ok(document(other?, look)),
    }
}

/// What a document tells, with what it cannot.
pub(crate) fn document(mut inventory: Inventory, look: Look) -> Inventory {
    unlooked::tell(&mut inventory, look, Partial::Document);
    inventory
}

/// Fills in what a foreign document says only in its purls.
fn adopt(inventory: &mut Inventory) {
    if let Some(found) = &inventory.target.distro
        && found.pretty_name.is_none()
        && found.like.is_empty()
    {
        inventory.target.distro = Some(distro::from_id(&found.id, &found.version));
    }
    for package in &mut inventory.packages {
        if package.architecture.is_none() && package.epoch.is_none() {
            let told = distro::from_purl(&package.purl);
            if !matches!(package.kind(), "deb" | "rpm" | "apk" | "alpm") {
                continue;
            }
            package.source = package.source.take().or(told.source);
            package.architecture = told.architecture;
            package.epoch = told.epoch;
            package.module = package.module.take().or(told.module);
            if !told.version.is_empty() {
                package.version = told.version;
            }
        }
    }
    if inventory.target.distro.is_none() {
        inventory.target.distro = inventory
            .packages
            .iter()
            .find_map(|p| distro::distro_of_purl(&p.purl));
    }
}

pub(crate) fn purls(text: &str, input: &str) -> anyhow::Result<Inventory> {
    let mut packages = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let purl: Purl = line.parse().with_context(|| {
            let place = match text.lines().count() {
                1 => format!("understand {line}"),
                _ => format!("understand line {} of {input}", number + 1),
            };
            errors::doing(place, "a package URL such as pkg:npm/lodash@4.17.21")
        })?;
        let told: Package = distro::from_purl(&purl);
        packages.push(Package {
            reference: Some(line.to_owned()),
            ..told
        });
    }
    packages.sort_by_cached_key(|p| p.purl.to_string());
    let target = Target {
        input: input.to_owned(),
        kind: TargetKind::Purls,
        name: input.to_owned(),
        ..Target::default()
    };
    let mut inventory = Inventory {
        target,
        packages,
        ..Inventory::default()
    };
    adopt(&mut inventory);
    Ok(inventory)
}
