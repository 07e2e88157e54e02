//! Which distribution an image is built on, and where its advisories are found.
//!
//! Hints come from several files; [`identify`] weighs them. Rules: os-release(5), and
//! for Alpine the repository list, which beats os-release.

use lazaret_model::{Distro, KeyKind};
use lazaret_version::Scheme;

/// What one file says about the distribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DistroHint {
    /// Which kind of file spoke: `os-release`, `apk-repositories`, `redhat-release`, ….
    pub from: &'static str,
    /// Key of the statement, e.g. `ID`.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// Where the advisories of a distribution release are, and how they are keyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Space {
    /// The key of the database: `debian:12`, `alpine:3.18`, `almalinux:9`, `wolfi`.
    pub name: String,
    /// Purl type of its packages.
    pub kind: &'static str,
    /// How its versions are ordered.
    pub scheme: Scheme,
    /// Which names its advisories use.
    pub key: KeyKind,
    /// Product of the end-of-life table.
    pub product: &'static str,
    /// Release cycle of the end-of-life table.
    pub cycle: String,
}

/// The distribution that the hints describe; `None` when they say nothing.
pub fn identify(_hints: &[DistroHint]) -> Option<Distro> {
    None
}

/// Where advisories of `distro` are found; `None` for a distribution nobody covers.
pub fn space(_distro: &Distro) -> Option<Space> {
    None
}
