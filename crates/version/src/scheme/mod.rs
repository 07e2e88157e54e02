//! The version schemes, one file for each order.
//!
//! A new scheme is a file beside this one, a variant of [`Scheme`], and lines in
//! `testdata/<name>.txt`; the compiler and the tests lead to every other place.

mod apk;
mod bitnami;
mod composer;
mod conan;
mod deb;
mod gem;
mod generic;
mod go;
mod jvm;
mod maven;
mod nuget;
mod numbers;
mod opam;
mod pacman;
mod pep440;
mod pep440_legacy;
mod portage;
mod pub_dev;
mod rpm;
mod semver;

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

pub(crate) use pep440::Pep440;
pub(crate) use semver::Semver;

/// A rule for ordering versions, named after the tool or registry that set it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    /// dpkg: Debian, Ubuntu and their derivatives.
    Deb,
    /// rpm: Red Hat, Fedora, SUSE, Amazon Linux and others.
    Rpm,
    /// apk-tools: Alpine, Wolfi, Chainguard.
    Apk,
    /// semver.org, read leniently, as in OSV ranges of type `SEMVER`.
    Semver,
    /// npm.
    Npm,
    /// Cargo.
    Cargo,
    /// Python, PEP 440.
    Pep440,
    /// RubyGems.
    Gem,
    /// Maven's `ComparableVersion`.
    Maven,
    /// NuGet.
    Nuget,
    /// Composer and PHP's `version_compare`.
    Composer,
    /// Go modules and toolchains.
    Go,
    /// Hex: Erlang and Elixir.
    Hex,
    /// pub.dev: Dart and Flutter.
    Pub,
    /// Swift packages.
    Swift,
    /// Conan.
    Conan,
    /// Bitnami.
    Bitnami,
    /// CRAN: R.
    Cran,
    /// Hackage: Haskell.
    Hackage,
    /// pacman: Arch Linux.
    Pacman,
    /// Portage: Gentoo.
    Portage,
    /// Java runtimes.
    Jvm,
    /// opam: OCaml.
    Opam,
    /// Upstream releases, where no tool sets the order: programs recognised by
    /// their content, and CPE ranges.
    Generic,
}

impl Scheme {
    /// Every scheme, in the order of the enum.
    pub const ALL: [Self; 24] = [
        Self::Deb,
        Self::Rpm,
        Self::Apk,
        Self::Semver,
        Self::Npm,
        Self::Cargo,
        Self::Pep440,
        Self::Gem,
        Self::Maven,
        Self::Nuget,
        Self::Composer,
        Self::Go,
        Self::Hex,
        Self::Pub,
        Self::Swift,
        Self::Conan,
        Self::Bitnami,
        Self::Cran,
        Self::Hackage,
        Self::Pacman,
        Self::Portage,
        Self::Jvm,
        Self::Opam,
        Self::Generic,
    ];

    /// The stable lower-case name, which [`FromStr`] reads back.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deb => "deb",
            Self::Rpm => "rpm",
            Self::Apk => "apk",
            Self::Semver => "semver",
            Self::Npm => "npm",
            Self::Cargo => "cargo",
            Self::Pep440 => "pep440",
            Self::Gem => "gem",
            Self::Maven => "maven",
            Self::Nuget => "nuget",
            Self::Composer => "composer",
            Self::Go => "go",
            Self::Hex => "hex",
            Self::Pub => "pub",
            Self::Swift => "swift",
            Self::Conan => "conan",
            Self::Bitnami => "bitnami",
            Self::Cran => "cran",
            Self::Hackage => "hackage",
            Self::Pacman => "pacman",
            Self::Portage => "portage",
            Self::Jvm => "jvm",
            Self::Opam => "opam",
            Self::Generic => "generic",
        }
    }

    /// Whether the native tool takes `version` for one of its own.
    ///
    /// Stricter than [`Scheme::compare`]: a few tools order text that they call
    /// invalid elsewhere (`0...1` for apk, pre-PEP 440 versions). Ranges treat
    /// such text as undecided.
    ///
    /// # Errors
    ///
    /// [`Unparsable`] with the version that is none.
    pub fn check(self, version: &str) -> Result<(), Unparsable> {
        let valid = match self {
            Self::Deb => deb::check(version),
            Self::Rpm => rpm::check(version),
            Self::Apk => apk::check(version),
            Self::Pep440 => pep440::check(version),
            Self::Gem => gem::check(version),
            Self::Maven => maven::check(version),
            Self::Nuget => nuget::check(version),
            Self::Composer => composer::check(version),
            Self::Go => go::check(version),
            Self::Conan => conan::check(version),
            Self::Cran => numbers::check(version, &['.', '-']),
            Self::Hackage => numbers::check(version, &['.']),
            Self::Pacman => pacman::check(version),
            Self::Portage => portage::check(version),
            Self::Jvm => jvm::check(version),
            Self::Opam => opam::check(version),
            Self::Generic => generic::check(version),
            Self::Semver
            | Self::Npm
            | Self::Cargo
            | Self::Hex
            | Self::Pub
            | Self::Swift
            | Self::Bitnami => semver::check(version),
        };
        if valid {
            Ok(())
        } else {
            Err(self.unparsable(version))
        }
    }

    /// Order of two versions by the native tool's rule.
    ///
    /// Linear in the length of both; numbers may have any length. A total
    /// preorder on versions that pass [`Scheme::check`], except where the tool's
    /// own rule is none: pacman ignores a release that one side lacks, and Conan
    /// mixes numbers and words as text.
    ///
    /// # Errors
    ///
    /// [`Unparsable`] with the first version that has no place in the order.
    pub fn compare(self, a: &str, b: &str) -> Result<Ordering, Unparsable> {
        self.check_orderable(a)?;
        self.check_orderable(b)?;
        let order = match self {
            Self::Deb => Some(deb::compare(a, b)),
            Self::Rpm => Some(rpm::compare(a, b)),
            Self::Apk => Some(apk::compare(a, b)),
            Self::Semver | Self::Npm | Self::Cargo | Self::Hex | Self::Swift => {
                semver::compare(a, b)
            }
            Self::Pep440 => Some(pep440::compare(a, b)),
            Self::Gem => Some(gem::compare(a, b)),
            Self::Maven => Some(maven::compare(a, b)),
            Self::Nuget => nuget::compare(a, b),
            Self::Composer => Some(composer::compare(a, b)),
            Self::Go => go::compare(a, b),
            Self::Pub => pub_dev::compare(a, b),
            Self::Conan => Some(conan::compare(a, b)),
            Self::Bitnami => bitnami::compare(a, b),
            Self::Cran | Self::Hackage => Some(numbers::compare(a, b)),
            Self::Pacman => Some(pacman::compare(a, b)),
            Self::Portage => portage::compare(a, b),
            Self::Jvm => jvm::compare(a, b),
            Self::Opam => Some(opam::compare(a, b)),
            Self::Generic => Some(generic::compare(a, b)),
        };
        order.ok_or_else(|| self.unparsable(a))
    }

    /// Order of a version against the bound of a range.
    ///
    /// Differs from [`Scheme::compare`] where tools read a requirement more
    /// loosely than they sort: rpm leaves out a release that one side lacks, PEP
    /// 440 a local version that the bound lacks, Java a build, and Composer
    /// fills up numbers and drops metadata.
    ///
    /// # Errors
    ///
    /// [`Unparsable`] with the first of the two that fails [`Scheme::check`].
    pub fn compare_bound(self, version: &str, bound: &str) -> Result<Ordering, Unparsable> {
        self.check(version)?;
        self.check(bound)?;
        match self {
            Self::Rpm => Ok(rpm::compare_bound(version, bound)),
            Self::Composer => Ok(composer::compare_bound(version, bound)),
            Self::Pep440 => {
                pep440::compare_bound(version, bound).ok_or_else(|| self.unparsable(version))
            }
            Self::Jvm => jvm::compare_bound(version, bound).ok_or_else(|| self.unparsable(version)),
            _ => self.compare(version, bound),
        }
    }

    /// Order of two bounds of ranges, for the algebra of intervals.
    pub(crate) fn compare_bounds(self, a: &str, b: &str) -> Result<Ordering, Unparsable> {
        self.check(a)?;
        self.check(b)?;
        match self {
            Self::Composer => Ok(composer::compare_bound(a, b)),
            _ => self.compare(a, b),
        }
    }

    /// What [`Scheme::compare`] takes: for two schemes more than [`Scheme::check`].
    fn check_orderable(self, version: &str) -> Result<(), Unparsable> {
        match self {
            Self::Apk | Self::Pep440 if rpm::check(version) => Ok(()),
            Self::Composer if rpm::check(version) => Ok(()),
            _ => self.check(version),
        }
    }

    fn unparsable(self, version: &str) -> Unparsable {
        Unparsable {
            scheme: self,
            version: version.to_owned(),
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Scheme {
    type Err = UnknownScheme;

    fn from_str(name: &str) -> Result<Self, UnknownScheme> {
        let found = Self::ALL.into_iter().find(|scheme| scheme.name() == name);
        found.ok_or_else(|| UnknownScheme {
            name: name.to_owned(),
        })
    }
}

/// A version that the scheme cannot order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unparsable {
    /// The scheme it was read by.
    pub scheme: Scheme,
    /// The text that was read.
    pub version: String,
}

impl fmt::Display for Unparsable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let article = match self.scheme {
            Scheme::Apk | Scheme::Npm | Scheme::Opam | Scheme::Rpm => "an",
            _ => "a",
        };
        write!(
            f,
            "`{}` is not {article} {} version",
            self.version, self.scheme
        )
    }
}

impl std::error::Error for Unparsable {}

/// A name that is no scheme's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownScheme {
    /// The name that was asked for.
    pub name: String,
}

impl fmt::Display for UnknownScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a version scheme; one of ", self.name)?;
        for (index, scheme) in Scheme::ALL.into_iter().enumerate() {
            write!(f, "{}{scheme}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownScheme {}
