//! `.PKGINFO`: `key = value` lines inside a package of pacman or apk.

use super::database;
use crate::document::text;
use crate::{Found, Input, ReadError};

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let text = text(input.bytes)?;
    let pairs = || {
        text.lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once('='))
            .map(|(key, value)| (key.trim(), value.trim()))
    };
    let first = |wanted: &str| {
        pairs()
            .find(|(key, _)| *key == wanted)
            .map_or("", |(_, value)| value)
    };
    let (name, version) = (first("pkgname"), first("pkgver"));
    if name.is_empty() || version.is_empty() {
        return Err(ReadError::new("no name or no version of a package"));
    }
    let origin = first("origin");
    let base = if origin.is_empty() {
        first("pkgbase")
    } else {
        origin
    };
    let mut package = database::package(name, version, base, first("arch"), first("packager"));
    // Alpine's packages carry a hash of their content, those of Arch Linux do not.
    if !first("datahash").is_empty() || !origin.is_empty() {
        package.purl = lazaret_model::Purl::of_name("apk", name, version);
    }
    package.licenses = pairs()
        .filter(|(key, _)| *key == "license")
        .map(|(_, value)| value.to_owned())
        .collect();
    Ok(Found {
        packages: vec![package],
        ..Found::default()
    })
}
