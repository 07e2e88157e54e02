//! `gradle.lockfile`: `group:artifact:version=configurations` on each line.

use lazaret_model::Package;

use crate::document::{self, add, unique};
use crate::{Found, Input, ReadError};

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let mut found = Found::default();
    for line in document::text(input.bytes)?.lines() {
        let coordinates = line.split('=').next().unwrap_or_default().trim();
        if coordinates.starts_with('#') {
            continue;
        }
        if let Some((name, version)) = coordinates.rsplit_once(':')
            && name.contains(':')
        {
            add(&mut found, Package::new("maven", name, version));
        }
    }
    Ok(unique(found))
}
