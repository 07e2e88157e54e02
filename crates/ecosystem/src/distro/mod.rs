//! Which distribution an image is built on, and where its advisories are found.
//!
//! Hints come from several files ([`READERS`]); [`identify`] weighs them; [`space`] looks
//! the result up in one table ([`FAMILIES`]), where a new distribution is one row.
//! Rules: os-release(5), and for Alpine the repository list, which beats os-release.

mod buildinfo;
mod codenames;
mod history;
mod identify;
mod lines;
mod names;
mod osv;
mod purl;
mod readers;
mod table;

use lazaret_model::KeyKind;
use lazaret_version::Scheme;

pub use history::set_repositories;
pub use identify::identify;
pub use names::{from_id, parse};
pub use osv::{SpaceName, space_of_osv};
pub use purl::{distro_of_purl, finish, from_purl};
pub use readers::READERS;
pub use table::{FAMILIES, Family, Release, family, space};

/// `etc/os-release`.
pub(crate) const OS_RELEASE: &str = "os-release";
/// `usr/lib/os-release`, which speaks only where `etc/os-release` is silent.
pub(crate) const USR_OS_RELEASE: &str = "usr-os-release";
/// `etc/alpine-release`.
pub(crate) const ALPINE_RELEASE: &str = "alpine-release";
/// `etc/apk/repositories`.
pub(crate) const APK_REPOSITORIES: &str = "apk-repositories";
/// `etc/debian_version`.
pub(crate) const DEBIAN_VERSION: &str = "debian_version";
/// `etc/redhat-release` and its siblings; the key is the file's name.
pub(crate) const REDHAT_RELEASE: &str = "redhat-release";
/// `etc/lsb-release`.
pub(crate) const LSB_RELEASE: &str = "lsb-release";
/// `var/lib/ubuntu-advantage/status.json`.
pub(crate) const UBUNTU_PRO: &str = "ubuntu-pro";
/// `etc/SuSE-release`, which SUSE wrote before os-release.
pub(crate) const SUSE_RELEASE: &str = "suse-release";
/// `root/buildinfo` and `usr/share/buildinfo` of Red Hat's images.
pub(crate) const BUILD_INFORMATION: &str = "build-information";
/// The histories of dnf and yum; the key is `name-version-release.architecture`.
pub(crate) const PACKAGE_ORIGIN: &str = "package-origin";

/// Every value of [`DistroHint::from`].
pub static SOURCES: &[&str] = &[
    OS_RELEASE,
    USR_OS_RELEASE,
    ALPINE_RELEASE,
    APK_REPOSITORIES,
    DEBIAN_VERSION,
    REDHAT_RELEASE,
    LSB_RELEASE,
    UBUNTU_PRO,
    SUSE_RELEASE,
    BUILD_INFORMATION,
    PACKAGE_ORIGIN,
];

/// The channel of a CentOS Stream or AlmaLinux Kitten system. Both are ahead of the release
/// that shares their number, so they are kept apart from it.
pub const STREAM: &str = "stream";

/// What one file says about the distribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DistroHint {
    /// Which kind of file spoke: one of [`SOURCES`].
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
