//! Which facts of the layers are visible in the image.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::facts::{FileFacts, LayerFacts};
use crate::links;
use crate::tree::{Link, Place, Tree};

/// Most directories with two names that are minded. Systems have about ten.
const MAX_ALIASES: usize = 200;

/// A file that is visible in the image, with the layer it is from.
#[derive(Debug)]
pub(crate) struct Visible<'a> {
    pub(crate) file: &'a FileFacts,
    pub(crate) layer: usize,
    /// Its place among the files of the layer.
    pub(crate) number: usize,
}

/// The files of the squashed image, sorted by path.
///
/// A layer may write through a directory that a lower layer has as a link (`lib/x` where
/// `lib` is a link to `usr/lib`). Both names are one file, and the upper one counts.
pub(crate) fn visible<'a>(
    layers: &'a [LayerFacts],
    tree: &Tree<'a>,
    aliases: &Aliases,
) -> Vec<Visible<'a>> {
    let mut out: Vec<Visible<'a>> = Vec::new();
    let mut by_real: HashMap<String, usize> = HashMap::new();
    for (layer, facts) in layers.iter().enumerate() {
        for (number, file) in facts.files.iter().enumerate() {
            if tree.hidden(layer, &file.path) {
                continue;
            }
            let upper = Visible {
                file,
                layer,
                number,
            };
            if !aliases.concern(&file.path) {
                out.push(upper);
                continue;
            }
            if aliases
                .names(&file.path)
                .any(|(name, since)| tree.hidden(layer.max(since), &name))
            {
                continue;
            }
            let above = file.path.rsplit_once('/').map_or("", |(above, _)| above);
            let name = &file.path[above.len()..];
            let real = tree
                .real(above)
                .unwrap_or(Cow::Borrowed(above))
                .into_owned()
                + name;
            match by_real.entry(real) {
                Entry::Occupied(known) => out[*known.get()] = upper,
                Entry::Vacant(new) => {
                    new.insert(out.len());
                    out.push(upper);
                }
            }
        }
    }
    out.sort_by(|a, b| a.file.path.cmp(&b.file.path));
    out
}

/// Directories that are reached under two names: where a link stands and where it leads.
#[derive(Debug, Default)]
pub(crate) struct Aliases {
    /// Path of the link and of the directory, both with a closing slash, and the link's
    /// layer.
    pairs: Vec<(String, String, usize)>,
}

impl Aliases {
    pub(crate) fn of(tree: &Tree<'_>) -> Self {
        let mut pairs: Vec<(String, String, usize)> = tree
            .links()
            .filter(|link| links::merges(link.path))
            .filter_map(|Link { path, layer, .. }| {
                let real = tree.real(path)?;
                // A directory above others need not have an entry of its own.
                let is_file = matches!(tree.at(&real), Place::File(_));
                (!is_file).then(|| (format!("{path}/"), format!("{real}/"), layer))
            })
            .collect();
        pairs.sort();
        pairs.truncate(MAX_ALIASES);
        Self { pairs }
    }

    /// Whether `path` lies below a directory with two names.
    fn concern(&self, path: &str) -> bool {
        let below = |dir: &str| path.starts_with(dir);
        self.pairs.iter().any(|(a, b, _)| below(a) || below(b))
    }

    /// The other names of a file whose path has no link in it, each with the layer that
    /// made it a name.
    pub(crate) fn names(&self, path: &str) -> impl Iterator<Item = (String, usize)> {
        self.pairs.iter().filter_map(move |(link, real, layer)| {
            let rest = path.strip_prefix(real)?;
            Some((format!("{link}{rest}"), *layer))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths;
    use lazaret_model::Digest;

    fn hashes(paths: &[&str]) -> Vec<u64> {
        let mut all: Vec<u64> = paths.iter().map(|p| paths::hash(p.as_bytes())).collect();
        all.sort_unstable();
        all
    }

    fn owned(paths: &[&str]) -> Vec<String> {
        paths.iter().map(|p| (*p).to_owned()).collect()
    }

    fn layer(
        files: &[&str],
        directories: &[&str],
        removed: &[&str],
        opaque: &[&str],
    ) -> LayerFacts {
        let named = |path: &&str| FileFacts {
            path: (*path).to_owned(),
            ..FileFacts::default()
        };
        LayerFacts {
            files: files.iter().map(named).collect(),
            removed: owned(removed),
            opaque: owned(opaque),
            occupied: hashes(files),
            directories: hashes(directories),
            ..LayerFacts::empty(Digest::sha256(&[0; 32]))
        }
    }

    #[track_caller]
    fn check(upper: LayerFacts, expected: &[&str]) {
        let lower = layer(&["a/b/c", "a/d", "e"], &["a", "a/b"], &[], &[]);
        let layers = [lower, upper];
        let tree = Tree::of(&layers);
        let got: Vec<&str> = visible(&layers, &tree, &Aliases::of(&tree))
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
