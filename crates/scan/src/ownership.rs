//! Which packages are files of a distribution package.
//!
//! Decided on the squashed tree, not layer by layer: a file that an upper layer only
//! touched still belongs to the package of the lower one. Package managers record a path
//! as the package was built with it; the image may reach the same file under others (`/lib`
//! and `/usr/lib` after the merge of `/usr`), so every name of a file is asked for.

use std::collections::HashMap;

use lazaret_model::Package;

use crate::facts::LayerFacts;
use crate::paths;
use crate::squash::{Aliases, Visible};
use crate::tree::{Place, Tree};

/// Directories of the root that the merge of `/usr` turns into links.
const MERGED: [&str; 6] = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

/// Who owns a file: kind and name of a package, and the layer of its file list.
#[derive(Debug, Clone, Copy)]
struct Owner<'a> {
    kind: &'a str,
    package: &'a str,
    layer: usize,
}

/// Owners of the files that packages were read from.
pub(crate) struct Owners<'a> {
    layers: &'a [LayerFacts],
    /// By the hash of the path that the package manager records.
    by_path: HashMap<u64, Option<Owner<'a>>>,
    names: Names<'a>,
}

impl<'a> Owners<'a> {
    /// Owners of the files that the packages that `can_be_owned` were read from.
    pub(crate) fn of(
        layers: &'a [LayerFacts],
        files: &[Visible<'a>],
        names: Names<'a>,
        can_be_owned: impl Fn(&Package) -> bool,
    ) -> Self {
        let mut by_path: HashMap<u64, Option<Owner<'a>>> = HashMap::new();
        let packages = files.iter().flat_map(|v| &v.file.packages);
        for package in packages.filter(|p| can_be_owned(p)) {
            for location in &package.locations {
                let hashes = names.hashes(&location.path);
                by_path.extend(hashes.map(|hash| (hash, None)));
            }
        }
        if by_path.is_empty() {
            return Self {
                layers,
                by_path,
                names,
            };
        }
        for visible in files {
            let file = visible.file;
            let mut hashes = file.owned.iter();
            for (kind, package, count) in &file.owners {
                for hash in hashes.by_ref().take(*count as usize) {
                    if let Some(owner @ None) = by_path.get_mut(hash) {
                        *owner = Some(Owner {
                            kind,
                            package,
                            layer: visible.layer,
                        });
                    }
                }
            }
        }
        Self {
            layers,
            by_path,
            names,
        }
    }

    /// Kind and name of the package that owns the file of `layer` which a package was read
    /// from; of several files, all must be of one owner.
    pub(crate) fn owner_of(&self, package: &Package, layer: usize) -> Option<(&'a str, &'a str)> {
        let mut owner = None;
        for location in &package.locations {
            let one = self.owner(&location.path)?;
            if self.is_replaced(&location.path, package, layer, one) {
                return None;
            }
            let one = (one.kind, one.package);
            if owner.is_some_and(|other| other != one) {
                return None;
            }
            owner = Some(one);
        }
        owner
    }

    fn owner(&self, path: &str) -> Option<Owner<'a>> {
        let mut hashes = self.names.hashes(path);
        hashes.find_map(|hash| self.by_path.get(&hash).copied().flatten())
    }

    /// Whether a layer above the owner's last installation put something else in place of
    /// the owner's file. That a file was only touched is not enough.
    fn is_replaced(&self, path: &str, package: &Package, layer: usize, owner: Owner<'_>) -> bool {
        if layer <= owner.layer {
            return false;
        }
        let path = outer(path);
        let hash = paths::hash(path.as_bytes());
        let below = self.layers[..=owner.layer].iter().rev();
        let Some(installed) = below
            .into_iter()
            .find(|facts| facts.occupied.binary_search(&hash).is_ok())
        else {
            return false;
        };
        let same = |p: &Package| {
            (p.kind(), &p.name, &p.version) == (package.kind(), &package.name, &package.version)
        };
        match installed.file(path) {
            Some(file) => !file.packages.iter().any(same),
            None => installed.is_silent(path),
        }
    }
}

/// What lies in an archive belongs to whoever owns the archive.
fn outer(path: &str) -> &str {
    path.split('!').next().unwrap_or(path)
}

/// The names under which a package manager may have recorded a file.
pub(crate) struct Names<'a> {
    tree: &'a Tree<'a>,
    aliases: &'a Aliases,
    /// Directories of the root that are not there, whose link an image may have lost.
    lost: Vec<&'static str>,
}

impl<'a> Names<'a> {
    pub(crate) fn of(tree: &'a Tree<'a>, aliases: &'a Aliases) -> Self {
        let is_lost = |name: &&str| tree.at(name) == Place::Nothing;
        Self {
            tree,
            aliases,
            lost: MERGED.into_iter().filter(is_lost).collect(),
        }
    }

    /// Hashes of every name of the file at `path`.
    pub(crate) fn hashes(&self, path: &str) -> impl Iterator<Item = u64> + use<> {
        let path = outer(path);
        let real = self.tree.real(path).filter(|real| real != path);
        let mut all = vec![paths::hash(path.as_bytes())];
        let real = match &real {
            Some(real) => {
                all.push(paths::hash(real.as_bytes()));
                real
            }
            None => path,
        };
        let others = self.aliases.names(real);
        all.extend(others.map(|(name, _)| paths::hash(name.as_bytes())));
        if let Some(below) = real.strip_prefix("usr/")
            && self.lost.iter().any(|dir| paths::at_or_below(dir, below))
        {
            all.push(paths::hash(below.as_bytes()));
        }
        all.into_iter()
    }
}
