//! Signs that a target was tampered with, reported as what they are: signs.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Confidence, Digest, Severity, Suppression};

/// Something about a file that an honest build seldom leaves behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sign {
    /// Stable across runs: the kind and the file.
    pub key: String,
    /// What it is.
    pub kind: SignKind,
    /// How bad it would be.
    pub severity: Severity,
    /// How sure it is that somebody meant harm, or may use it for harm.
    pub confidence: Confidence,
    /// Path of the file.
    pub path: String,
    /// The layer of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<Digest>,
    /// The package that the file belongs to, as a purl.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// What was seen, for people.
    pub message: String,
    /// Why it does not count, where something says so.
    #[serde(default)]
    pub suppressed: Option<Suppression>,
}

/// Kinds of signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignKind {
    /// A package that is known to have been published to do harm.
    MaliciousPackage,
    /// A file of a package is not what the package says it is.
    ChangedFile,
    /// A set-uid or set-gid program that no package owns.
    UnownedSetuid,
    /// A program that unpacks itself when it runs.
    PackedExecutable,
    /// A program in a place where programs are not kept.
    OddPlace,
}

impl SignKind {
    /// Every kind.
    pub const ALL: [SignKind; 5] = [
        Self::MaliciousPackage,
        Self::ChangedFile,
        Self::UnownedSetuid,
        Self::PackedExecutable,
        Self::OddPlace,
    ];

    /// The name used in reports and policies.
    pub fn name(self) -> &'static str {
        match self {
            Self::MaliciousPackage => "malicious_package",
            Self::ChangedFile => "changed_file",
            Self::UnownedSetuid => "unowned_setuid",
            Self::PackedExecutable => "packed_executable",
            Self::OddPlace => "odd_place",
        }
    }
}

impl fmt::Display for SignKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
