//! `Gemfile.lock`: sections at the margin, gems indented by four below `specs:`.

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
            add(&mut found, Package::new("gem", name, version));
        }
    }
    Ok(unique(found))
}
