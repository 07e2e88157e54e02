//! `container-manifest-2`: what distroless images of Mariner and Azure Linux have instead
//! of a database.
//!
//! One package on a line, fields separated by tabs: name, version-release, time of
//! installation, time of build, vendor, epoch or `(none)`, size, architecture, epoch
//! number, source package.

use lazaret_model::{GapKind, Package, Source};

use super::{header, vendor};
use crate::{Found, Input, ReadError};

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let mut found = Found::default();
    let mut broken = 0_usize;
    for line in input
        .bytes
        .split(|b| *b == b'\n')
        .filter(|l| !l.trim_ascii().is_empty())
    {
        match std::str::from_utf8(line).ok().and_then(package) {
            Some(package) => found.packages.push(package),
            None => broken += 1,
        }
    }
    if broken > 0 && found.packages.is_empty() {
        return Err(ReadError::new(
            "no line that names a package and its version",
        ));
    }
    if broken > 0 {
        found.gaps.push((
            GapKind::Unreadable,
            format!("{broken} lines that name no package"),
        ));
    }
    Ok(found)
}

fn package(line: &str) -> Option<Package> {
    let fields: Vec<&str> = line.trim_end_matches('\r').splitn(11, '\t').collect();
    let [
        name,
        version,
        _,
        _,
        vendor_field,
        epoch,
        _,
        architecture,
        ..,
    ] = fields.as_slice()
    else {
        return None;
    };
    let told = |field: &str| Some(field.to_owned()).filter(|f| !f.is_empty() && f != "(none)");
    let (name, version) = (told(name)?, told(version)?);
    let (number, release) = version.rsplit_once('-')?;
    let epoch = epoch.parse::<u32>().ok();
    let mut package = Package::new("rpm", name, header::full_version(epoch, number, release));
    package.epoch = epoch;
    package.vendor = told(vendor_field);
    package.architecture = told(architecture);
    package.source = fields
        .get(9)
        .and_then(|f| header::source_of_file(f))
        .map(|(name, version)| Source { name, version });
    package.third_party = vendor::is_third_party(package.vendor.as_deref());
    Some(package)
}
