//! What a configuration check says about one place in one file.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Severity, Suppression};

/// The answer of one check about one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Misconfiguration {
    /// Id of the check, such as `LZ-DF-008`.
    pub id: String,
    /// Ids of the same rule in other programs and benchmarks: `DL3002`, `DS-0002`, ….
    #[serde(default)]
    pub aliases: Vec<String>,
    /// The check's title.
    #[serde(default)]
    pub title: String,
    /// The answer.
    pub status: CheckStatus,
    /// How bad it is here.
    pub severity: Severity,
    /// The file, as the caller named it or as it was found below what the caller named.
    pub target: String,
    /// What inside of the file: a stage, a workload, a resource. Empty where the file is
    /// the whole of it.
    #[serde(default)]
    pub resource: String,
    /// First line, from 1; 0 where the answer concerns the file as a whole.
    pub line: u32,
    /// First column, from 1, in characters.
    pub column: u32,
    /// Last line.
    #[serde(default)]
    pub end_line: u32,
    /// The column after the last character.
    #[serde(default)]
    pub end_column: u32,
    /// What is wrong here, for people.
    pub message: String,
    /// What to do about it, for people.
    #[serde(default)]
    pub remedy: String,
    /// Who can mend it.
    pub fix: FixKind,
    /// The lines concerned, at most three, with secrets blotted out.
    #[serde(default)]
    pub excerpt: Vec<String>,
    /// Why it does not count.
    #[serde(default)]
    pub suppressed: Option<Suppression>,
}

impl Misconfiguration {
    /// As an answer about the target as a whole, without a place in it.
    #[must_use]
    pub fn of_whole(mut self) -> Self {
        (self.line, self.column) = (0, 0);
        (self.end_line, self.end_column) = (0, 0);
        self.excerpt.clear();
        self
    }

    /// Whether it is bad news that counts: failed, and not suppressed.
    pub fn counts(&self) -> bool {
        self.status == CheckStatus::Fail && self.suppressed.is_none()
    }

    /// A name that stays the same while the file's other lines move: check, file,
    /// resource and message.
    pub fn key(&self) -> String {
        format!(
            "{}:{}:{}:{}",
            self.id, self.target, self.resource, self.message
        )
    }
}

/// Answers of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum CheckStatus {
    /// It is wrong.
    Fail,
    /// It depends on something that the file does not tell.
    Unknown,
    /// It is right.
    Pass,
}

impl CheckStatus {
    /// The name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fail => "FAIL",
            Self::Unknown => "UNKNOWN",
            Self::Pass => "PASS",
        }
    }
}

impl fmt::Display for CheckStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Who can mend a misconfiguration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FixKind {
    /// `lazaret fix` alone.
    Auto,
    /// `lazaret fix` proposes; a value or an approval is needed.
    Suggested,
    /// A person.
    Manual,
}

impl FixKind {
    /// The name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Suggested => "suggested",
            Self::Manual => "manual",
        }
    }
}

impl fmt::Display for FixKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
