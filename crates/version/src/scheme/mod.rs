//! The schemes, by name, and the one function that compares under them.

mod apk;
mod composer;
mod deb;
mod dotted;
mod gem;
mod go;
mod jvm;
mod maven;
mod nuget;
mod pacman;
mod pep440;
mod portage;
mod rpm;
mod semver;

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// How the versions of an ecosystem are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// Debian and Ubuntu: deb-version(7).
    Deb,
    /// RPM: rpm-version(7).
    Rpm,
    /// Alpine, Wolfi: apk-tools.
    Apk,
    /// Semantic Versioning 2.0.0, with the liberties that advisories take.
    Semver,
    /// npm: Semantic Versioning.
    Npm,
    /// Cargo: Semantic Versioning.
    Cargo,
    /// Python: PEP 440.
    Pep440,
    /// RubyGems: `Gem::Version`.
    Gem,
    /// Maven: `ComparableVersion`.
    Maven,
    /// NuGet: four numbers and a label without case.
    Nuget,
    /// Composer: PHP's `version_compare` after Composer's normalisation.
    Composer,
    /// Go modules, and Go's own releases.
    Go,
    /// Hex: Semantic Versioning.
    Hex,
    /// Pub: Semantic Versioning with ordered build metadata.
    Pub,
    /// Swift packages: Semantic Versioning.
    Swift,
    /// Conan: Semantic Versioning with any number of parts.
    Conan,
    /// Bitnami: Semantic Versioning with a numeric revision.
    Bitnami,
    /// CRAN: numbers separated by `.` or `-`.
    Cran,
    /// Hackage: dotted numbers.
    Hackage,
    /// Arch Linux: `vercmp`.
    Pacman,
    /// Gentoo: Package Manager Specification.
    Portage,
    /// Java runtimes: JEP 322 and the older `1.8.0_292`.
    Jvm,
}

/// A version that has no place in the order of its scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unparsable {
    /// The scheme.
    pub scheme: Scheme,
    /// The version, as written.
    pub version: String,
}

/// A name that is no scheme's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownScheme(pub String);

impl Scheme {
    /// Every scheme.
    pub const ALL: [Scheme; 22] = [
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
    ];

    /// The name on the command line and in databases.
    pub fn name(self) -> &'static str {
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
        }
    }

    /// Whether `version` has a place in this order.
    ///
    /// # Errors
    /// When it has none.
    pub fn check(self, version: &str) -> Result<(), Unparsable> {
        let well_formed = match self {
            Self::Deb => deb::check(version),
            Self::Rpm => rpm::check(version),
            Self::Apk => apk::check(version),
            Self::Semver
            | Self::Npm
            | Self::Cargo
            | Self::Hex
            | Self::Swift
            | Self::Conan
            | Self::Pub
            | Self::Bitnami => semver::check(version),
            Self::Pep440 => pep440::check(version),
            Self::Gem => gem::check(version),
            Self::Maven => maven::check(version),
            Self::Nuget => nuget::check(version),
            Self::Composer => composer::check(version),
            Self::Go => go::check(version),
            Self::Cran | Self::Hackage => dotted::check(version),
            Self::Pacman => pacman::check(version),
            Self::Portage => portage::check(version),
            Self::Jvm => jvm::check(version),
        };
        if well_formed {
            Ok(())
        } else {
            let version = version.chars().take(200).collect();
            Err(Unparsable {
                scheme: self,
                version,
            })
        }
    }

    /// The order of `a` and `b`.
    ///
    /// # Errors
    /// When either has no place in the order.
    pub fn compare(self, a: &str, b: &str) -> Result<Ordering, Unparsable> {
        self.check(a)?;
        self.check(b)?;
        Ok(self.order(a, b))
    }

    /// The order of an installed version and the bound of a range. Differs from
    /// [`Scheme::compare`] for rpm alone, where a bound without a release speaks about
    /// every release of its version.
    ///
    /// # Errors
    /// When either has no place in the order.
    pub fn compare_bound(self, version: &str, bound: &str) -> Result<Ordering, Unparsable> {
        self.check(version)?;
        self.check(bound)?;
        Ok(match self {
            Self::Rpm => rpm::compare_bound(version, bound),
            _ => self.order(version, bound),
        })
    }

    /// The order of two versions that have been checked.
    pub(crate) fn order(self, a: &str, b: &str) -> Ordering {
        match self {
            Self::Deb => deb::compare(a, b),
            Self::Rpm => rpm::compare(a, b),
            Self::Apk => apk::compare(a, b),
            Self::Semver | Self::Npm | Self::Cargo | Self::Hex | Self::Swift | Self::Conan => {
                semver::compare(a, b)
            }
            Self::Pub => semver::compare_with_build(a, b),
            Self::Bitnami => semver::compare_with_revision(a, b),
            Self::Pep440 => pep440::compare(a, b),
            Self::Gem => gem::compare(a, b),
            Self::Maven => maven::compare(a, b),
            Self::Nuget => nuget::compare(a, b),
            Self::Composer => composer::compare(a, b),
            Self::Go => go::compare(a, b),
            Self::Cran | Self::Hackage => dotted::compare(a, b),
            Self::Pacman => pacman::compare(a, b),
            Self::Portage => portage::compare(a, b),
            Self::Jvm => jvm::compare(a, b),
        }
    }
}

impl FromStr for Scheme {
    type Err = UnknownScheme;

    fn from_str(text: &str) -> Result<Self, UnknownScheme> {
        Self::ALL
            .into_iter()
            .find(|s| s.name() == text)
            .ok_or_else(|| UnknownScheme(text.chars().take(60).collect()))
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Unparsable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a {} version", self.version, self.scheme)
    }
}

impl std::error::Error for Unparsable {}

impl fmt::Display for UnknownScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a version scheme; known are", self.0)?;
        for (i, scheme) in Scheme::ALL.into_iter().enumerate() {
            write!(f, "{} {scheme}", if i == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownScheme {}
