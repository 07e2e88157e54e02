//! What one layer tells, whatever lies below or above it.
//!
//! These facts are what the cache keeps. They are complete: from the facts of its layers
//! alone the inventory of any image can be put together, without a byte of a layer.

use serde::{Deserialize, Serialize};

use lazaret_ecosystem::DistroHint;
use lazaret_model::{Digest, Gap, Package};

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
    /// Links at paths where a reader would have wanted a file: path and target.
    pub links: Vec<(String, String)>,
    /// What could not be examined.
    pub gaps: Vec<Gap>,
    /// Hashes of the paths of everything that is not a directory, sorted.
    #[serde(skip)]
    pub occupied: Vec<u64>,
    /// Hashes of the paths of directories, sorted.
    #[serde(skip)]
    pub directories: Vec<u64>,
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
    /// Whose files it lists: kind and name of the owner, and how many of the hashes in
    /// [`FileFacts::owned`] are its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<(String, String, u32)>,
    /// What could not be read of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
    /// Hashes of the canonical paths of owned files, in the order of `owners`.
    #[serde(skip)]
    pub owned: Vec<u64>,
}

impl FileFacts {
    /// Whether the file told nothing at all.
    pub fn is_empty(&self) -> bool {
        self.packages.is_empty()
            && self.distro.is_empty()
            && self.owners.is_empty()
            && self.gaps.is_empty()
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

/// The sources of hints are a closed set of static names; a cached one comes back as the
/// same name, and one that no reader uses any more as the empty name, which says nothing.
fn known_source(name: &str) -> &'static str {
    lazaret_ecosystem::distro::SOURCES
        .iter()
        .copied()
        .find(|known| *known == name)
        .unwrap_or("")
}
