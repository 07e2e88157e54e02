//! An installed (or locked) package with all that matching needs to know of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Digest, Purl};

/// Key of [`Package::is_project`] among the properties.
const PROJECT: &str = "project";

/// Key of [`Package::requirement`] among the properties.
const REQUIREMENT: &str = "requirement";

/// Key of [`Package::inert`] among the properties.
const INERT: &str = "inert";

/// A package, as its own ecosystem names and versions it.
///
/// This is the whole evidence: a report made from a stored package equals the report
/// made from the image that it was found in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Package {
    /// The package URL. Its type is the package's ecosystem.
    pub purl: Purl,
    /// The name as the ecosystem writes it: `group:artifact` for Maven, `@scope/name`
    /// for npm, the module path for Go, `vendor/name` for Composer.
    pub name: String,
    /// The version as the ecosystem writes it; `[epoch:]version-release` for rpm, with
    /// epoch 0 left out. Empty where the package does not say.
    pub version: String,
    /// The input's own reference (`bom-ref`, `SPDXID`), where there was one.
    #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The source package that this one was built from. `None`: not told.
    #[serde(default)]
    pub source: Option<Source>,
    /// Architecture in the package manager's own word (`amd64`, `x86_64`, `noarch`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    /// The epoch exactly as recorded: `None` is "not stated", which rpm reads as 0 for
    /// a binary package but which says nothing about a source package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<u32>,
    /// Modularity label of an rpm, `name:stream:version:context`. `Some("")` when the
    /// tag is present and empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// Vendor (rpm) or maintainer (deb), as recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// The package was not built by the distribution that it is installed on, so the
    /// distribution's advisories do not speak about it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub third_party: bool,
    /// A development dependency of a lock file.
    #[serde(default, skip_serializing_if = "is_false")]
    pub development: bool,
    /// Where the package was found, sorted by path.
    #[serde(default)]
    pub locations: Vec<Location>,
    /// Purl of the distribution package whose files these are.
    #[serde(default)]
    pub owner: Option<String>,
    /// Whether the base image brought it; absent where the base is not known. Made of the
    /// layers of its locations, and as sure as [`Base`](crate::Base) says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_base: Option<bool>,
    /// Licences as declared, unparsed.
    #[serde(default)]
    pub licenses: Vec<String>,
    /// CPE 2.3 names (formatted strings, NISTIR 7695 section 6.2) of a program that no
    /// package manager installed: what it is looked up by in NVD's data. Curated, never
    /// guessed from a package's name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cpes: Vec<String>,
    /// Facts of one ecosystem that its own matching rules read, by documented name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, String>,
}

/// A source package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Name of the source package.
    pub name: String,
    /// Its whole version, which may differ from the binary's.
    pub version: String,
}

/// A file that a package was read from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Location {
    /// Path inside the target, `/`-separated, without a leading slash. `outer!inner`
    /// for a member of an archive.
    pub path: String,
    /// Diff ID of the layer that the file is from; absent for a directory or an SBOM.
    #[serde(default)]
    pub layer: Option<Digest>,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl Package {
    /// A package of the ecosystem with purl type `kind`.
    ///
    /// The purl is completed by the ecosystem once the distribution is known.
    pub fn new(kind: &str, name: impl Into<String>, version: impl Into<String>) -> Self {
        let (name, version) = (name.into(), version.into());
        Self {
            purl: Purl::of_name(kind, &name, &version),
            name,
            version,
            ..Self::default()
        }
    }

    /// Marks the package as asked for and not resolved: `requirement` in the words of
    /// the manifest, empty where it takes any version.
    ///
    /// [`Package::version`] is then at most the version that the requirement names, and
    /// nothing that is known to be there.
    #[must_use]
    pub fn asked_for(mut self, requirement: impl Into<String>) -> Self {
        self.properties
            .insert(REQUIREMENT.to_owned(), requirement.into());
        self
    }

    /// What a manifest asks for, where nothing tells which version that became.
    pub fn requirement(&self) -> Option<&str> {
        self.properties.get(REQUIREMENT).map(String::as_str)
    }

    /// Marks the package as the project that a manifest describes, not something that
    /// the project took from elsewhere.
    #[must_use]
    pub fn as_project(mut self) -> Self {
        self.properties.insert(PROJECT.to_owned(), String::new());
        self
    }

    /// Whether this is the project itself, which may well state no version.
    pub fn is_project(&self) -> bool {
        self.properties.contains_key(PROJECT)
    }

    /// Notes that nothing of the package can run: it holds `holds`, in words such as
    /// "headers and documentation".
    pub fn set_inert(&mut self, holds: impl Into<String>) {
        self.properties.insert(INERT.to_owned(), holds.into());
    }

    /// What the package holds, where it is known that nothing of it can run.
    pub fn inert(&self) -> Option<&str> {
        self.properties.get(INERT).map(String::as_str)
    }

    /// The purl type, which names the ecosystem: `deb`, `npm`, `golang`, …
    pub fn kind(&self) -> &str {
        &self.purl.kind
    }

    /// Adds a place where the package was found.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.locations.push(Location {
            path: path.into(),
            layer: None,
        });
        self
    }

    /// Name of the source package, or the package's own where none is told.
    pub fn source_name(&self) -> &str {
        self.source.as_ref().map_or(&self.name, |s| &s.name)
    }

    /// Version of the source package, or the package's own where none is told.
    pub fn source_version(&self) -> &str {
        self.source.as_ref().map_or(&self.version, |s| &s.version)
    }
}
