//! Package ecosystems and distributions: what their files say.
//!
//! One folder per ecosystem. A [`Reader`] is a pure function from the bytes of one file
//! to what the file tells; it opens nothing, follows nothing and asks nobody, so the same
//! bytes give the same facts on every machine and every reader can be fuzzed. Walking a
//! tree, stacking layers and deciding which file wins belong to `scan`.
//!
//! There is no enum of package types. The purl type in an ecosystem's descriptor is the
//! key, and names, order of versions and matching derive from [`ALL`].

pub mod alpm;
pub mod apk;
mod archive;
mod asked;
pub mod binary;
mod bytes;
pub mod cargo;
mod chisel;
pub mod chocolatey;
pub mod cocoapods;
pub mod composer;
pub mod conan;
pub mod conda;
pub mod container;
mod content;
pub mod cos;
pub mod cpan;
pub mod cran;
pub mod deb;
pub mod deno;
pub mod distro;
mod document;
pub mod executable;
pub mod flatpak;
pub mod gem;
pub mod golang;
mod graph;
pub mod hackage;
pub mod hex;
pub mod homebrew;
pub mod julia;
pub mod kernel;
pub mod luarocks;
pub mod macports;
pub mod maven;
pub mod mise;
pub mod npm;
pub mod nuget;
pub mod opam;
pub mod opkg;
pub mod pear;
pub mod portage;
pub mod pub_dev;
pub mod pypi;
mod recognise;
pub mod rpm;
pub mod snap;
pub mod spack;
mod sqlite;
pub mod store;
pub mod sums;
pub mod swift;
pub mod vscode;
pub mod wordpress;
mod xml;

use std::borrow::Cow;

use lazaret_model::{GapKind, Package};
use lazaret_version::Scheme;

pub use content::inert;
pub use distro::DistroHint;
pub use recognise::recognise;

/// Every ecosystem, in the order reports list them.
pub static ALL: &[&Ecosystem] = &[
    &apk::ECOSYSTEM,
    &deb::ECOSYSTEM,
    &rpm::ECOSYSTEM,
    &alpm::ECOSYSTEM,
    &portage::ECOSYSTEM,
    &opkg::ECOSYSTEM,
    &cos::ECOSYSTEM,
    &homebrew::ECOSYSTEM,
    &macports::ECOSYSTEM,
    &chocolatey::ECOSYSTEM,
    &snap::ECOSYSTEM,
    &flatpak::ECOSYSTEM,
    &spack::ECOSYSTEM,
    &store::NIX,
    &store::GUIX,
    &cargo::ECOSYSTEM,
    &cocoapods::ECOSYSTEM,
    &composer::ECOSYSTEM,
    &conan::ECOSYSTEM,
    &gem::ECOSYSTEM,
    &golang::ECOSYSTEM,
    &hackage::ECOSYSTEM,
    &hex::ECOSYSTEM,
    &maven::ECOSYSTEM,
    &npm::ECOSYSTEM,
    &nuget::ECOSYSTEM,
    &opam::ECOSYSTEM,
    &pub_dev::ECOSYSTEM,
    &pypi::ECOSYSTEM,
    &swift::ECOSYSTEM,
    &mise::ECOSYSTEM,
    &container::IMAGES,
    &container::ACTIONS,
    &conda::ECOSYSTEM,
    &cpan::ECOSYSTEM,
    &cran::ECOSYSTEM,
    &deno::ECOSYSTEM,
    &deno::MODULES,
    &julia::ECOSYSTEM,
    &luarocks::ECOSYSTEM,
    &pear::ECOSYSTEM,
    &vscode::ECOSYSTEM,
    &wordpress::ECOSYSTEM,
    &binary::ECOSYSTEM,
];

/// A package ecosystem: facts and readers.
pub struct Ecosystem {
    /// The purl type, which is the ecosystem's name everywhere: `deb`, `npm`, `golang`.
    pub kind: &'static str,
    /// The name for people.
    pub title: &'static str,
    /// Names of the ecosystem in OSV records, without a release suffix.
    pub osv: &'static [&'static str],
    /// How its versions are ordered.
    pub scheme: Scheme,
    /// The key form of a name: two names of one package give the same key.
    pub normalise: fn(&str) -> Cow<'_, str>,
    /// What reads its files.
    pub readers: &'static [Reader],
}

/// Turns one kind of file into facts. Pure: bytes in, facts out.
pub struct Reader {
    /// Stable name, e.g. `apk/installed`; with `revision` a part of the layer-cache key.
    pub id: &'static str,
    /// Raised whenever the same bytes would yield different facts.
    pub revision: u32,
    /// What the file stands for.
    pub evidence: EvidenceKind,
    /// Whether the reader wants the file at `path` (`/`-separated, no leading slash).
    pub wants: fn(path: &str) -> bool,
    /// Whether the file is of this kind although no reader wants its name: for a file
    /// that a person names. A scan of a tree goes by [`Reader::wants`] alone.
    pub recognises: fn(Input<'_>) -> bool,
    /// Largest file that is read, in bytes; a larger one becomes a gap.
    pub max_bytes: u64,
    /// Reads the file.
    pub read: fn(Input<'_>) -> Result<Found, ReadError>,
}

/// What a file stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvidenceKind {
    /// The package is there. Read in images and in directories.
    Installed,
    /// The package was resolved (a lock file or manifest). Read in directories only.
    Locked,
}

/// A file to read.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// Path inside the target, `/`-separated, without a leading slash.
    pub path: &'a str,
    /// The whole content.
    pub bytes: &'a [u8],
}

/// What a file tells.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Found {
    /// Packages, in any order; `scan` sorts. Locations are filled in by `scan` unless
    /// the reader names a member inside the file (`app.war!WEB-INF/lib/x.jar`).
    pub packages: Vec<Package>,
    /// Files that packages of a package manager own.
    pub owned: Vec<OwnedFiles>,
    /// What the file says about the distribution.
    pub distro: Vec<DistroHint>,
    /// Files that lie elsewhere than their packages say.
    pub diverted: Vec<Diversion>,
    /// What could not be read in an otherwise good file: kind and detail.
    pub gaps: Vec<(GapKind, String)>,
}

/// A file that one package may install at a path, while every other's goes elsewhere:
/// dpkg's diversions.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Diversion {
    /// The path that packages list, without a leading slash.
    pub from: String,
    /// Where their file lies instead, without a leading slash.
    pub to: String,
    /// The package whose file lies at `from` all the same; empty where none does.
    pub by: String,
}

/// The files of one installed package.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct OwnedFiles {
    /// Purl type of the owner.
    pub kind: &'static str,
    /// Name of the owner, as in [`Package::name`].
    pub package: String,
    /// Paths without a leading slash.
    pub paths: Vec<String>,
}

/// The bytes are not what the path says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct ReadError {
    /// What was wrong, and where, in a sentence fragment.
    pub reason: String,
}

impl ReadError {
    /// An error with that reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
        }
    }
}

/// The ecosystem with that purl type.
pub fn by_kind(kind: &str) -> Option<&'static Ecosystem> {
    ALL.iter().copied().find(|e| e.kind == kind)
}

/// The ecosystem that OSV records call `name` (without a release suffix).
pub fn by_osv(name: &str) -> Option<&'static Ecosystem> {
    ALL.iter().copied().find(|e| e.osv.contains(&name))
}

/// Every reader: those of the ecosystems, those of kernels, which no package manager has
/// to have installed, and those of the distribution's own files.
pub fn readers() -> impl Iterator<Item = &'static Reader> {
    ALL.iter()
        .flat_map(|e| e.readers)
        .chain(kernel::READERS)
        .chain(distro::READERS)
}

/// Every reader that wants the file at `path`.
///
/// Lock files are offered only where `locked` is true: in an image the installed
/// metadata is the truth, and a lock file that was copied along is not.
pub fn readers_for(path: &str, locked: bool) -> impl Iterator<Item = &'static Reader> {
    readers()
        .filter(move |r| locked || r.evidence == EvidenceKind::Installed)
        .filter(move |r| (r.wants)(path))
}
