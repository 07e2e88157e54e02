//! Layers on top of each other: which facts are visible in the image.
//!
//! Source: OCI Image Layer Specification 1.1, "Applying Changesets". An upper entry
//! hides a lower one at the same path; anything that is not a directory also hides what
//! lies below its path; whiteouts take paths away; an opaque directory hides what lower
//! layers have below it.

use std::collections::HashSet;

use crate::facts::{FileFacts, LayerFacts};
use crate::paths;

/// A file that is visible in the image, with the layer it is from.
#[derive(Debug)]
pub(crate) struct Visible<'a> {
    pub(crate) file: &'a FileFacts,
    pub(crate) layer: usize,
}

/// What one layer hides of the layers below, ready to be asked.
struct Mask<'a> {
    facts: &'a LayerFacts,
    removed: HashSet<&'a str>,
    opaque: HashSet<&'a str>,
}

impl<'a> Mask<'a> {
    fn of(facts: &'a LayerFacts) -> Self {
        Self {
            facts,
            removed: facts.removed.iter().map(String::as_str).collect(),
            opaque: facts.opaque.iter().map(String::as_str).collect(),
        }
    }

    /// Whether this layer hides a lower layer's file at `path`.
    fn hides(&self, path: &str) -> bool {
        let at_path = paths::hash(path.as_bytes());
        if self.has(&self.facts.occupied, at_path) || self.has(&self.facts.directories, at_path) {
            return true;
        }
        if self.removed.contains(path) || self.opaque.contains("") {
            return true;
        }
        path.match_indices('/').any(|(end, _)| {
            let above = &path[..end];
            self.removed.contains(above)
                || self.opaque.contains(above)
                || self.has(&self.facts.occupied, paths::hash(above.as_bytes()))
        })
    }

    fn has(&self, hashes: &[u64], hash: u64) -> bool {
        hashes.binary_search(&hash).is_ok()
    }
}

/// The files of the squashed image, sorted by path.
pub(crate) fn visible(layers: &[LayerFacts]) -> Vec<Visible<'_>> {
    let masks: Vec<Mask<'_>> = layers.iter().map(Mask::of).collect();
    let mut out = Vec::new();
    for (layer, facts) in layers.iter().enumerate() {
        for file in &facts.files {
            if !masks[layer + 1..].iter().any(|mask| mask.hides(&file.path)) {
                out.push(Visible { file, layer });
            }
        }
    }
    out.sort_by(|a, b| a.file.path.cmp(&b.file.path));
    out
}

/// Whether a gap about `path` in `layer` still concerns the image.
pub(crate) fn concerns(layers: &[LayerFacts], layer: usize, path: &str) -> bool {
    !layers[layer + 1..]
        .iter()
        .any(|upper| Mask::of(upper).hides(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lazaret_model::Digest;

    fn layer(
        files: &[&str],
        directories: &[&str],
        removed: &[&str],
        opaque: &[&str],
    ) -> LayerFacts {
        let hashes = |paths: &[&str]| {
            let mut all: Vec<u64> = paths.iter().map(|p| paths::hash(p.as_bytes())).collect();
            all.sort_unstable();
            all
        };
        LayerFacts {
            diff_id: Digest::sha256(&[0; 32]),
            files: files
                .iter()
                .map(|p| FileFacts {
                    path: (*p).into(),
                    ..FileFacts::default()
                })
                .collect(),
            removed: removed.iter().map(|p| (*p).into()).collect(),
            opaque: opaque.iter().map(|p| (*p).into()).collect(),
            links: vec![],
            gaps: vec![],
            occupied: hashes(files),
            directories: hashes(directories),
        }
    }

    #[track_caller]
    fn check(upper: LayerFacts, expected: &[&str]) {
        let layers = [
            layer(&["a/b/c", "a/d", "e"], &["a", "a/b"], &[], &[]),
            upper,
        ];
        let got: Vec<&str> = visible(&layers)
            .iter()
            .map(|v| v.file.path.as_str())
            .collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn a_whiteout_takes_away_a_file_or_a_tree() {
        check(layer(&[], &[], &["a/b"], &[]), &["a/d", "e"]);
        check(layer(&[], &[], &["e"], &[]), &["a/b/c", "a/d"]);
    }

    #[test]
    fn an_opaque_directory_hides_what_lies_below_it_and_keeps_its_own() {
        check(layer(&["a/new"], &["a"], &[], &["a"]), &["a/new", "e"]);
        check(layer(&["f"], &[], &[], &[""]), &["f"]);
    }

    #[test]
    fn a_file_in_place_of_a_directory_hides_the_tree() {
        check(layer(&["a"], &[], &[], &[]), &["a", "e"]);
    }

    #[test]
    fn a_directory_in_place_of_a_file_hides_the_file() {
        check(layer(&[], &["e"], &[], &[]), &["a/b/c", "a/d"]);
    }

    #[test]
    fn a_directory_that_is_mentioned_again_hides_nothing_below() {
        check(layer(&[], &["a", "a/b"], &[], &[]), &["a/b/c", "a/d", "e"]);
    }
}
