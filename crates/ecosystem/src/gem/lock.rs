//! `Gemfile.lock`: sections at the margin, gems indented by four below `specs:`.
//!
//! Behind the version may stand the platform that a gem was built for, and a gem may be
//! locked for several. Format: Bundler's `LockfileParser`.

use lazaret_model::Package;

use crate::document::{self, add, unique};
use crate::{Found, Input, ReadError};

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let mut found = Found::default();
    let mut resolved = false;
    for line in document::text(input.bytes)?.lines() {
        if !line.starts_with(' ') {
            resolved = matches!(line.trim(), "GEM" | "GIT" | "PATH" | "PLUGIN SOURCE");
            continue;
        }
        let Some(entry) = line.strip_prefix("    ").filter(|_| resolved) else {
            continue;
        };
        // Deeper lines are what the gem asks for.
        if entry.starts_with(' ') {
            continue;
        }
        if let Some((name, version)) = entry.trim_end().split_once(" (") {
            let version = version.trim_end_matches(['!', ')']);
            // Bundler, too, ends the version at the first `-`.
            let (version, platform) = version.split_once('-').unwrap_or((version, ""));
            let mut package = Package::new("gem", name, version);
            package.purl.set("platform", platform);
            add(&mut found, package);
        }
    }
    Ok(unique(found))
}
