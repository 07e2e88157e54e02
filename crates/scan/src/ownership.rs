//! Which packages are files of a distribution package.
//!
//! Decided on the squashed tree, not layer by layer: a file that an upper layer only
//! touched still belongs to the package of the lower one. Package managers record a path
//! as the package was built with it; the image may reach the same file under others (`/lib`
//! and `/usr/lib` after the merge of `/usr`), so every name of a file is asked for.

use std::borrow::Cow;
use std::collections::HashMap;

use lazaret_model::Package;

use crate::diversions::{Diversions, Listed};
use crate::facts::LayerFacts;
use crate::paths::{self, Filter};
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
    by_path: HashMap<&'a str, Option<Owner<'a>>>,
}

impl<'a> Owners<'a> {
    /// Owners of the files that the packages that `can_be_owned` were read from.
    pub(crate) fn of(
        layers: &'a [LayerFacts],
        files: &[Visible<'a>],
        names: &Names<'_>,
        can_be_owned: impl Fn(&Package) -> bool,
    ) -> Self {
        let packages = files.iter().flat_map(|v| &v.file.packages);
        let locations = packages
            .filter(|p| can_be_owned(p))
            .flat_map(|p| &p.locations);
        let mut paths: Vec<&str> = locations.map(|l| outer(&l.path)).collect();
        paths.sort_unstable();
        paths.dedup();
        let mut wanted: Vec<(Listed, usize)> = Vec::new();
        for (number, path) in paths.iter().enumerate() {
            names.each_listed(path, |listed| wanted.push((listed, number)));
        }
        wanted.sort_unstable();
        let owners = find(files, &wanted, paths.len(), names.diversions());
        Self {
            layers,
            by_path: paths.into_iter().zip(owners).collect(),
        }
    }

    /// Kind and name of the package that owns the file of `layer` which a package was read
    /// from; of several files, all must be of one owner.
    pub(crate) fn owner_of(&self, package: &Package, layer: usize) -> Option<(&'a str, &'a str)> {
        let mut owner = None;
        for location in &package.locations {
            let one = self.by_path.get(outer(&location.path)).copied().flatten()?;
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

/// Owners of `count` files, by the hashes of their names, each with the file's number.
fn find<'a>(
    files: &[Visible<'a>],
    wanted: &[(Listed, usize)],
    count: usize,
    diversions: &Diversions<'_>,
) -> Vec<Option<Owner<'a>>> {
    let mut owners = vec![None; count];
    if wanted.is_empty() {
        return owners;
    }
    let filter = Filter::of(wanted.len(), wanted.iter().map(|(listed, _)| listed.hash));
    for visible in files {
        let file = visible.file;
        let mut hashes = file.owned.iter();
        for listed in &file.owners {
            let own = hashes.by_ref().take(listed.count as usize);
            for hash in own.filter(|hash| filter.may_have(**hash)) {
                let from = wanted.partition_point(|(known, _)| known.hash < *hash);
                let same = wanted[from..].iter();
                let same = same.take_while(|(known, _)| known.hash == *hash);
                for (_, number) in same.filter(|(l, _)| diversions.fits(*l, &listed.package)) {
                    owners[*number].get_or_insert(Owner {
                        kind: &listed.kind,
                        package: &listed.package,
                        layer: visible.layer,
                    });
                }
            }
        }
    }
    owners
}

/// What lies in an archive belongs to whoever owns the archive.
fn outer(path: &str) -> &str {
    path.split('!').next().unwrap_or(path)
}

/// The names under which a package manager may have recorded a file.
pub(crate) struct Names<'a> {
    tree: &'a Tree<'a>,
    aliases: &'a Aliases,
    diversions: Diversions<'a>,
    /// Directories of the root that are not there, whose link an image may have lost.
    lost: Vec<&'static str>,
}

impl<'a> Names<'a> {
    pub(crate) fn of(tree: &'a Tree<'a>, aliases: &'a Aliases, files: &[Visible<'a>]) -> Self {
        let is_lost = |name: &&str| tree.at(name) == Place::Nothing;
        Self {
            tree,
            aliases,
            diversions: Diversions::of(files),
            lost: MERGED.into_iter().filter(is_lost).collect(),
        }
    }

    pub(crate) fn diversions(&self) -> &Diversions<'a> {
        &self.diversions
    }

    /// Tells every path under which a package may list the file at `path`.
    pub(crate) fn each_listed(&self, path: &str, mut tell: impl FnMut(Listed)) {
        self.each_hash(path, |hash| self.diversions.each(hash, &mut tell));
    }

    /// Tells the hash of every name of the file at `path`.
    fn each_hash(&self, path: &str, mut tell: impl FnMut(u64)) {
        tell(paths::hash(path.as_bytes()));
        let real = self.tree.real(path).unwrap_or(Cow::Borrowed(path));
        if real != path {
            tell(paths::hash(real.as_bytes()));
        }
        for (name, _) in self.aliases.names(&real) {
            tell(paths::hash(name.as_bytes()));
        }
        if let Some(below) = real.strip_prefix("usr/")
            && self.lost.iter().any(|dir| paths::at_or_below(dir, below))
        {
            tell(paths::hash(below.as_bytes()));
        }
    }
}
