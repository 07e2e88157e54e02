//! What one layer tells, whatever lies below or above it.
//!
//! These facts are what the cache keeps. They are complete: from the facts of its layers
//! alone the inventory of any image can be put together, without a byte of a layer.

use serde::{Deserialize, Serialize};

use lazaret_ecosystem::DistroHint;
use lazaret_ecosystem::sums::Algorithm;
use lazaret_inspect::signs::digests::{Digests, KEPT};
use lazaret_model::{Confidence, Digest, Gap, Package, Secret, Sign};

use crate::paths;

/// Everything that one layer tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayerFacts {
    /// Digest of the uncompressed tar.
    pub diff_id: Digest,
    /// Files that told something, sorted by path.
    pub files: Vec<FileFacts>,
    /// Paths that the layer takes away from the layers below.
    pub removed: Vec<String>,
    /// Directories whose lower content the layer hides.
    pub opaque: Vec<String>,
    /// Symbolic links that may stand between a reader and its file: path and target.
    pub links: Vec<(String, String)>,
    /// Hard links whose file was not read under its own name: path and target, where a
    /// reader wants the path.
    pub hard_links: Vec<(String, String)>,
    /// What could not be examined.
    pub gaps: Vec<Gap>,
    /// Credentials in its files, in the order that they were met. They stay in the layer
    /// whatever lies above it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<Secret>,
    /// Texts of licences among its files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub license_texts: Vec<LicenseText>,
    /// What looks like tampering, before it is known which package owns what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signs: Vec<Sign>,
    /// Files and directories that checks of the image ask about: path, permission bits,
    /// whether it is a directory.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<(String, u32, bool)>,
    /// Documents of exploitability statements among its files: path and text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<(String, String)>,
    /// Paths of files that run, sorted, where signs of tampering are looked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub programs: Vec<String>,
    /// Digests of `programs`, in their order.
    #[serde(skip)]
    pub digests: Vec<Digests>,
    /// Hashes of the paths of everything that is not a directory, sorted.
    #[serde(skip)]
    pub occupied: Vec<u64>,
    /// Hashes of the paths of directories, sorted.
    #[serde(skip)]
    pub directories: Vec<u64>,
    /// Hashes of the paths of directories that hold files and have no entry of their own,
    /// sorted.
    #[serde(skip)]
    pub implied: Vec<u64>,
    /// Hashes of the paths of files that were dealt with and told nothing, sorted.
    #[serde(skip)]
    pub silent: Vec<u64>,
}

impl LayerFacts {
    /// The facts of a layer that tells nothing.
    pub(crate) fn empty(diff_id: Digest) -> Self {
        Self {
            diff_id,
            files: Vec::new(),
            removed: Vec::new(),
            opaque: Vec::new(),
            links: Vec::new(),
            hard_links: Vec::new(),
            gaps: Vec::new(),
            secrets: Vec::new(),
            license_texts: Vec::new(),
            signs: Vec::new(),
            places: Vec::new(),
            statements: Vec::new(),
            programs: Vec::new(),
            digests: Vec::new(),
            occupied: Vec::new(),
            directories: Vec::new(),
            implied: Vec::new(),
            silent: Vec::new(),
        }
    }

    /// What the file at `path` tells, where it tells something.
    pub(crate) fn file(&self, path: &str) -> Option<&FileFacts> {
        let at = self.files.binary_search_by(|f| f.path.as_str().cmp(path));
        self.files.get(at.ok()?)
    }

    /// Adds facts of a file, to those that there are of it already.
    pub(crate) fn add(&mut self, file: FileFacts) {
        match self.files.binary_search_by(|f| f.path.cmp(&file.path)) {
            Ok(at) => self.files[at].join(file),
            Err(at) => self.files.insert(at, file),
        }
    }

    /// Whether the file at `path` was dealt with and told nothing.
    pub(crate) fn is_silent(&self, path: &str) -> bool {
        let hash = paths::hash(path.as_bytes());
        self.silent.binary_search(&hash).is_ok()
    }

    /// Whether the layer has a directory at the path with that hash.
    pub(crate) fn has_directory(&self, hash: u64) -> bool {
        let has = |hashes: &[u64]| hashes.binary_search(&hash).is_ok();
        has(&self.directories) || has(&self.implied)
    }

    /// Notes that nothing more is to be learnt of the file at `path`.
    pub(crate) fn settle(&mut self, path: &str) {
        let hash = paths::hash(path.as_bytes());
        if let Err(at) = self.silent.binary_search(&hash) {
            self.silent.insert(at, hash);
        }
    }
}

/// A package whose files are listed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct OwnerFacts {
    /// Its purl type.
    pub kind: String,
    /// Its name.
    pub package: String,
    /// How many of the hashes in [`FileFacts::owned`] are its own.
    pub count: u32,
    /// What it holds, where nothing in it can run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inert: Option<String>,
}

/// A package that states checksums of its files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SumFacts {
    /// Its purl type.
    pub kind: String,
    /// Its name.
    pub package: String,
    /// How the checksums were made.
    #[serde(with = "KeptAlgorithm")]
    pub algorithm: Algorithm,
    /// How many of [`FileFacts::summed`] are its own.
    pub count: u32,
}

/// The algorithm of checksums, as facts keep it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Algorithm", rename_all = "lowercase")]
enum KeptAlgorithm {
    Md5,
    Sha1,
    Sha256,
}

/// The checksum that a package states of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summed {
    /// Hash of the path as the package manager records it.
    pub path: u64,
    /// The beginning of the digest.
    pub digest: [u8; KEPT],
}

/// A file with texts of licences.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LicenseText {
    /// Path of the file.
    pub path: String,
    /// SPDX identifiers of the texts in it, and how sure they are.
    pub recognised: Vec<(String, Confidence)>,
    /// Licences that it names, where it is the file in which a package declares them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declared: Vec<String>,
}

/// What one file tells.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct FileFacts {
    /// Path of the file.
    pub path: String,
    /// Packages that it names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub packages: Vec<Package>,
    /// What it says about the distribution: source, key, value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub distro: Vec<(String, String, String)>,
    /// Whose files it lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<OwnerFacts>,
    /// Diversions that it tells: the path that packages list, where the file lies instead,
    /// and whose stays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diverted: Vec<(String, String, String)>,
    /// Packages whose files it states checksums of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sums: Vec<SumFacts>,
    /// What could not be read of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
    /// Hashes of the paths of owned files as the owner records them, in the order of
    /// `owners`.
    #[serde(skip)]
    pub owned: Vec<u64>,
    /// The checksums, in the order of `sums`.
    #[serde(skip)]
    pub summed: Vec<Summed>,
}

impl FileFacts {
    /// Whether the file told nothing at all.
    pub fn is_empty(&self) -> bool {
        self.packages.is_empty()
            && self.distro.is_empty()
            && self.owners.is_empty()
            && self.diverted.is_empty()
            && self.sums.is_empty()
            && self.gaps.is_empty()
    }

    /// The same facts of the same file under another of its names.
    pub(crate) fn renamed(&self, from: &str, to: &str) -> Self {
        let mut facts = self.clone();
        to.clone_into(&mut facts.path);
        for package in &mut facts.packages {
            rename(package, from, to);
        }
        for gap in facts.gaps.iter_mut().filter(|g| g.subject == from) {
            to.clone_into(&mut gap.subject);
        }
        facts
    }

    fn join(&mut self, more: FileFacts) {
        self.packages.extend(more.packages);
        self.distro.extend(more.distro);
        self.owners.extend(more.owners);
        self.diverted.extend(more.diverted);
        self.sums.extend(more.sums);
        self.summed.extend(more.summed);
        self.gaps.extend(more.gaps);
        self.owned.extend(more.owned);
    }

    /// The hints about the distribution as the ecosystem crate reads them.
    pub(crate) fn hints(&self) -> impl Iterator<Item = DistroHint> + '_ {
        self.distro.iter().map(|(from, key, value)| DistroHint {
            from: known_source(from),
            key: key.clone(),
            value: value.clone(),
        })
    }
}

/// Says of a package that was read at `from`, or inside it, that it was read at `to`.
pub(crate) fn rename(package: &mut Package, from: &str, to: &str) {
    for location in &mut package.locations {
        if let Some(inside) = location.path.strip_prefix(from) {
            location.path = format!("{to}{inside}");
        }
    }
}

/// The sources of hints are a closed set of static names; a cached one comes back as the
/// same name, and one that no reader uses any more as the empty name, which says nothing.
fn known_source(name: &str) -> &'static str {
    lazaret_ecosystem::distro::SOURCES
        .iter()
        .copied()
        .find(|known| *known == name)
        .unwrap_or("")
}
