//! Which packages are files of a distribution package.
//!
//! Decided on the squashed tree, not layer by layer: a file that an upper layer only
//! touched still belongs to the package of the lower one. Paths are compared in the form
//! that they have after the merge of `/usr`.

use std::collections::HashMap;

use lazaret_model::Package;

use crate::paths;
use crate::squash::Visible;

/// Owners by the hash of a file's canonical path.
#[derive(Debug, Default)]
pub(crate) struct Owners<'a> {
    by_path: HashMap<u64, (&'a str, &'a str)>,
}

impl<'a> Owners<'a> {
    pub(crate) fn of(files: &[Visible<'a>]) -> Self {
        let mut by_path = HashMap::new();
        for visible in files {
            let file = visible.file;
            let mut hashes = file.owned.iter();
            for (kind, package, count) in &file.owners {
                for hash in hashes.by_ref().take(*count as usize) {
                    by_path
                        .entry(*hash)
                        .or_insert((kind.as_str(), package.as_str()));
                }
            }
        }
        Self { by_path }
    }

    /// Kind and name of the package that owns the file a package was read from.
    pub(crate) fn owner_of(&self, package: &Package) -> Option<(&'a str, &'a str)> {
        package.locations.iter().find_map(|location| {
            // What lies in an archive belongs to whoever owns the archive.
            let outer = location.path.split('!').next().unwrap_or(&location.path);
            let hash = paths::hash(paths::canonical(outer).as_bytes());
            self.by_path.get(&hash).copied()
        })
    }
}
