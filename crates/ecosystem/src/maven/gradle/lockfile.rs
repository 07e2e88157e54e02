//! `gradle.lockfile`: `group:artifact:version=configurations` on each line, and
//! `empty=configurations` for those without dependencies. Format: Gradle's user manual,
//! "Locking Versions".

use lazaret_model::Package;

use crate::document::{self, add, unique};
use crate::{Found, Input, ReadError};

pub(in crate::maven) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let mut found = Found::default();
    for line in document::text(input.bytes)?.lines() {
        let line = line.trim();
        let (coordinates, configurations) = line.split_once('=').unwrap_or((line, ""));
        if line.starts_with('#') {
            continue;
        }
        let parts: Vec<&str> = coordinates.split(':').collect();
        if let [group, artifact, version] = parts.as_slice()
            && parts.iter().all(|p| !p.is_empty())
        {
            let mut package = Package::new("maven", format!("{group}:{artifact}"), *version);
            package.development = !configurations.is_empty()
                && configurations
                    .split(',')
                    .all(|c| c.trim().starts_with("test"));
            add(&mut found, package);
        }
    }
    Ok(unique(found))
}
