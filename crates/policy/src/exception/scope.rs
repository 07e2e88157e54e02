//! What an exception is about.

use std::cmp::Ordering;

use lazaret_model::{Purl, Target};
use lazaret_version::Scheme;
use regex::Regex;

use crate::facts::reference;
use crate::ignore::fits;

/// Clauses that all have to hold; an absent one holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    /// Ids; one has to be the thing's, or an alias of it.
    pub(crate) ids: Vec<String>,
    /// Packages; one has to fit.
    pub(crate) packages: Vec<PackageScope>,
    /// Files; one has to fit.
    pub(crate) paths: Vec<Regex>,
    /// Images; one has to fit.
    pub(crate) images: Vec<ImageScope>,
    /// Environments; the one that is judged for has to be among them.
    pub(crate) environments: Vec<String>,
}

/// Packages by name, and which versions of them.
#[derive(Debug, Clone)]
pub(crate) struct PackageScope {
    pub(crate) purl: Purl,
    /// Comparators that all have to hold; none where the purl has the version, or any
    /// version is meant.
    pub(crate) versions: Vec<(Comparator, String)>,
}

/// How a version has to stand to a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparator {
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
}

/// Images by name, or by lineage.
#[derive(Debug, Clone)]
pub(crate) enum ImageScope {
    /// A glob for the whole reference, or for registry and repository.
    Name(Regex),
    /// The image with this digest, and whatever is built on a layer with it.
    Digest(String),
}

impl Comparator {
    /// Signs, longer ones first.
    pub(crate) const ALL: [(&'static str, Self); 5] = [
        ("<=", Self::LessOrEqual),
        (">=", Self::GreaterOrEqual),
        ("<", Self::Less),
        (">", Self::Greater),
        ("=", Self::Equal),
    ];

    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Equal => order.is_eq(),
            Self::GreaterOrEqual => order.is_ge(),
            Self::Greater => order.is_gt(),
        }
    }
}

impl PackageScope {
    /// Whether a package is meant. A version that cannot be compared is not.
    pub(crate) fn holds(&self, purl: &str, version: &str) -> bool {
        let scheme = scheme(&self.purl.kind);
        let is_within = |(comparator, bound): &(Comparator, String)| {
            let order = scheme.compare(version, bound);
            scheme.check(version).is_ok() && order.is_ok_and(|order| comparator.holds(order))
        };
        fits(&self.purl, purl) && self.versions.iter().all(is_within)
    }
}

/// The order of versions in a purl type.
pub(crate) fn scheme(kind: &str) -> Scheme {
    match kind {
        "alpm" => Scheme::Pacman,
        "apk" => Scheme::Apk,
        "bitnami" => Scheme::Bitnami,
        "cargo" => Scheme::Cargo,
        "composer" => Scheme::Composer,
        "conan" => Scheme::Conan,
        "cran" => Scheme::Cran,
        "deb" => Scheme::Deb,
        "ebuild" => Scheme::Portage,
        "gem" => Scheme::Gem,
        "golang" => Scheme::Go,
        "hackage" => Scheme::Hackage,
        "hex" => Scheme::Hex,
        "maven" => Scheme::Maven,
        "npm" => Scheme::Npm,
        "nuget" => Scheme::Nuget,
        "opam" => Scheme::Opam,
        "pub" => Scheme::Pub,
        "pypi" => Scheme::Pep440,
        "rpm" => Scheme::Rpm,
        "swift" => Scheme::Swift,
        _ => Scheme::Generic,
    }
}

impl ImageScope {
    fn holds(&self, target: &Target) -> bool {
        match self {
            Self::Name(glob) => {
                let parts = reference(&target.name);
                let short = format!("{}/{}", parts.registry, parts.repository);
                glob.is_match(&target.name) || glob.is_match(&short)
            }
            Self::Digest(digest) => {
                let own = target.digest.iter().map(ToString::to_string);
                let layers = target.layers.iter().flat_map(|layer| {
                    let blob = layer.digest.as_ref().map(ToString::to_string);
                    blob.into_iter().chain([layer.diff_id.to_string()])
                });
                // Any image may say that it is built on a good one.
                let base = target.base.iter().filter(|base| base.is_proven());
                let base = base.map(|base| base.digest.clone());
                own.chain(layers).chain(base).any(|one| one == *digest)
            }
        }
    }
}

impl Scope {
    /// Whether the image and the environment are meant.
    pub(crate) fn holds_here(&self, target: &Target, environment: Option<&str>) -> bool {
        let named = |name: &str| self.environments.iter().any(|one| one == name);
        (self.environments.is_empty() || environment.is_some_and(named))
            && (self.images.is_empty() || self.images.iter().any(|image| image.holds(target)))
    }

    /// Whether something with these ids, package and files is meant.
    pub(crate) fn holds(
        &self,
        ids: &[&str],
        package: Option<(&str, &str)>,
        paths: &[&str],
    ) -> bool {
        let is_package = |scope: &PackageScope| {
            package.is_some_and(|(purl, version)| scope.holds(purl, version))
        };
        let is_path = |glob: &Regex| {
            let mut paths = paths.iter();
            paths.any(|path| glob.is_match(path.trim_start_matches('/')))
        };
        (self.ids.is_empty() || self.ids.iter().any(|id| ids.contains(&id.as_str())))
            && (self.packages.is_empty() || self.packages.iter().any(is_package))
            && (self.paths.is_empty() || self.paths.iter().any(is_path))
    }
}
