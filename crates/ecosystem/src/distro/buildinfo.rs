//! What Red Hat's build system leaves in its images: which repositories an image was built
//! from, and which image it is.
//!
//! `root/buildinfo/content_manifests/*.json` and `usr/share/buildinfo/content-sets.json`
//! list content sets; `root/buildinfo/Dockerfile-*` and `…/labels.json` carry the labels
//! that name the image. Every layer that Red Hat built adds files of its own. Source:
//! Red Hat's "Image content manifest" schema 1, and the labels of its container images.

use std::collections::HashMap;

use super::BUILD_INFORMATION;
use super::lines::{MAX_VALUE, hint};
use crate::document::{self, file_name, items, string, text};
use crate::{Found, Input, ReadError};

/// Most content sets of one file.
const MAX_SETS: usize = 1000;

/// The key of a hint that names a content set.
pub(super) const CONTENT_SET: &str = "content-set";

/// The key of a hint that names an image.
pub(super) const IMAGE: &str = "image";

pub(super) fn wants(path: &str) -> bool {
    let below = path
        .strip_prefix("root/buildinfo/")
        .or_else(|| path.strip_prefix("usr/share/buildinfo/"));
    below.is_some_and(|below| {
        below.ends_with(".json") || file_name(below).starts_with("Dockerfile-")
    })
}

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let mut found = Found::default();
    let labels: HashMap<String, String> = if input.path.ends_with(".json") {
        let document = document::json(input.bytes)?;
        let good = |set: &&str| !set.is_empty() && set.len() <= MAX_VALUE;
        for set in items(&document, "content_sets")
            .filter_map(|set| set.as_str())
            .filter(good)
            .take(MAX_SETS)
        {
            found.distro.push(hint(BUILD_INFORMATION, CONTENT_SET, set));
        }
        let label = |key: &str| (key.to_owned(), string(&document, key).to_owned());
        ["com.redhat.component", "version", "release"]
            .map(label)
            .into()
    } else {
        labels(text(input.bytes)?)
    };
    let label = |key: &str| labels.get(key).map(String::as_str).unwrap_or_default();
    let parts = [
        label("com.redhat.component"),
        label("version"),
        label("release"),
    ];
    if parts
        .iter()
        .all(|part| !part.is_empty() && part.len() <= MAX_VALUE)
    {
        let image = parts.join("-");
        found.distro.push(hint(BUILD_INFORMATION, IMAGE, &image));
    }
    Ok(found)
}

/// `key=value` and `"key"="value"` of the `LABEL` instructions, the last of a key.
fn labels(text: &str) -> HashMap<String, String> {
    let mut labels = HashMap::new();
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        let rest = match line.strip_prefix("LABEL ") {
            Some(rest) => {
                inside = true;
                rest
            }
            None => line,
        };
        if !inside {
            continue;
        }
        inside = line.ends_with('\\');
        for word in rest.split_ascii_whitespace() {
            if let Some((key, value)) = word.split_once('=') {
                let bare = |text: &str| text.trim_matches(['"', '\'']).to_owned();
                labels.insert(bare(key), bare(value));
            }
        }
    }
    labels
}
