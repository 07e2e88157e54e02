//! Licences of packages and of texts, and what they ask for.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Confidence, Digest, Severity, Suppression};

/// A licence that a package is under, or whose text lies in the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct License {
    /// Stable across runs: the package or file, and the licence.
    pub key: String,
    /// SPDX identifier, or the declared words where they are none that is known.
    pub license: String,
    /// The whole SPDX expression that the licence is a part of.
    pub expression: String,
    /// What it asks for.
    pub category: LicenseCategory,
    /// How sure it is.
    pub confidence: Confidence,
    /// How bad it is; `unknown` where no policy names the category.
    pub severity: Severity,
    /// The package, as a purl; absent for a text that belongs to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// The file that says so.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// The layer of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<Digest>,
    /// `metadata` of a package, or a `text` that was recognised.
    pub source: LicenseSource,
    /// The licence can be avoided: the expression offers another beside it (`OR`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// A policy forbids it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub forbidden: bool,
    /// Why it does not count, where something says so.
    #[serde(default)]
    pub suppressed: Option<Suppression>,
}

impl License {
    /// Whether it is bad news that counts.
    pub fn counts(&self) -> bool {
        self.forbidden && self.suppressed.is_none()
    }

    /// The package or the file, for people.
    pub fn subject(&self) -> &str {
        self.package.as_deref().unwrap_or(&self.path)
    }
}

/// Where a licence is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LicenseSource {
    /// A package's own metadata.
    Metadata,
    /// A text that was recognised.
    Text,
}

/// What licences ask for, from little to much.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum LicenseCategory {
    /// Nothing.
    PublicDomain,
    /// To keep notices.
    Permissive,
    /// To give the source of the changed files or of the library.
    WeakCopyleft,
    /// To give the source of the whole program to whoever gets it.
    StrongCopyleft,
    /// The same to whoever uses it over a network.
    NetworkCopyleft,
    /// Not a free licence: fields of use, payment or consent.
    Proprietary,
    /// A licence that is not known, or none stated.
    #[default]
    Unknown,
}

impl LicenseCategory {
    /// Every category.
    pub const ALL: [LicenseCategory; 7] = [
        Self::PublicDomain,
        Self::Permissive,
        Self::WeakCopyleft,
        Self::StrongCopyleft,
        Self::NetworkCopyleft,
        Self::Proprietary,
        Self::Unknown,
    ];

    /// The name used in reports and policies.
    pub fn name(self) -> &'static str {
        match self {
            Self::PublicDomain => "public_domain",
            Self::Permissive => "permissive",
            Self::WeakCopyleft => "weak_copyleft",
            Self::StrongCopyleft => "strong_copyleft",
            Self::NetworkCopyleft => "network_copyleft",
            Self::Proprietary => "proprietary",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for LicenseCategory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
