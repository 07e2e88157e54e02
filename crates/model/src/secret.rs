//! Credentials that were found where they should not be, never with their values.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Digest, Severity, Suppression};

/// A credential in a target.
///
/// The value itself is nowhere in here, nor a hash of it, which could be guessed back:
/// [`Secret::redacted`] tells at most the public beginning that all tokens of its kind share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    /// Stable across runs: the rule, the place, and a number where there are several.
    pub key: String,
    /// Id of the rule, such as `github-pat`.
    pub rule: String,
    /// What kind of credential it is, for people.
    pub title: String,
    /// How bad it is that it is there.
    pub severity: Severity,
    /// How sure it is that it is one.
    pub confidence: Confidence,
    /// What sort of place it was found in.
    pub place: SecretPlace,
    /// Path of the file; for other places their name: `Env`, `Labels`, `History[3]`.
    pub path: String,
    /// Line, from 1; 0 where there are none.
    pub line: u32,
    /// Column in bytes, from 1; 0 where there are no lines.
    pub column: u32,
    /// The layer that it is in; absent outside of images and for their configuration.
    #[serde(default)]
    pub layer: Option<Digest>,
    /// The layer that takes the file away or puts another in its place. It can still be
    /// read by everybody who can pull the image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_in: Option<Digest>,
    /// The credential with everything blotted out that is secret.
    pub redacted: String,
    /// What speaks for and against it: `the checksum agrees`, `a file of tests`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub why: Vec<String>,
    /// Why it does not count, where something says so.
    #[serde(default)]
    pub suppressed: Option<Suppression>,
}

impl Secret {
    /// Whether it is bad news that counts.
    pub fn counts(&self) -> bool {
        self.suppressed.is_none()
    }

    /// One line for people: what it is, and how sure.
    pub fn message(&self) -> String {
        let mut text = format!("{}: {}", self.title, self.redacted);
        if self.deleted_in.is_some() {
            text.push_str("; deleted by a later layer, and still in this one");
        }
        for why in &self.why {
            text.push_str("; ");
            text.push_str(why);
        }
        text
    }

    /// Path and line, for people.
    pub fn position(&self) -> String {
        match self.line {
            0 => self.path.clone(),
            line => format!("{}:{line}", self.path),
        }
    }
}

/// How sure something is that is not certain.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// It looks like it, and much else does.
    Low,
    /// Its form and what stands beside it agree.
    #[default]
    Medium,
    /// Its form is proof: a checksum or a structure that agrees, or a mark of its issuer.
    High,
}

impl Confidence {
    /// The name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Sorts of places that secrets are found in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum SecretPlace {
    /// A file.
    #[default]
    File,
    /// A variable of the image's configuration.
    Environment,
    /// A build step of the image's history.
    History,
    /// A label of the image.
    Label,
    /// The command, entry point or health check of the image.
    Command,
}
