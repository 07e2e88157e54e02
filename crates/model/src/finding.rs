//! Bad news about a package, with everything needed to judge it.

use serde::{Deserialize, Serialize};

use crate::{Cvss, Epss, Evidence, Kev, Rating, Severity, Source, Ssvc};

/// A vulnerability (an alias-closed group of ids) that concerns a package.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Stable across runs: the package without qualifiers, its paths, and the group.
    pub key: String,
    /// The id people know it by: the CVE id where there is one.
    pub id: String,
    /// Every other id of the same vulnerability, sorted.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// The package concerned.
    pub package: FindingPackage,
    /// What can be done about it.
    pub status: FixStatus,
    /// The source's own word for the status, where it says more (`no-dsa`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_status: Option<String>,
    /// Versions that do not have it, lowest first; above the installed one.
    #[serde(default)]
    pub fixed_versions: Vec<String>,
    /// The level that was chosen.
    pub severity: Severity,
    /// Which source the level is from, and by which rule it was chosen.
    #[serde(default)]
    pub severity_source: String,
    /// Every source's opinion.
    #[serde(default)]
    pub ratings: Vec<Rating>,
    /// Every source's CVSS vector.
    #[serde(default)]
    pub cvss: Vec<Cvss>,
    /// Weaknesses, `CWE-79`, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cwes: Vec<String>,
    /// Probability of exploitation.
    #[serde(default)]
    pub epss: Option<Epss>,
    /// Whether it is in the catalogue of known exploited vulnerabilities.
    #[serde(default)]
    pub kev: bool,
    /// The catalogue's entry, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kev_entry: Option<Kev>,
    /// Stakeholder-specific decision points, where published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssvc: Option<Ssvc>,
    /// Risk in context.
    pub risk: Risk,
    /// One line about the vulnerability.
    #[serde(default)]
    pub title: String,
    /// Where to read more, `http(s)` only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
    /// RFC 3339 time of publication, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// Whether the base image brought the package; absent where the base is not known. As
    /// sure as the base of the target is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_base: Option<bool>,
    /// What the finding rests on: the record that decided.
    pub evidence: Evidence,
    /// Further records of the same group that say the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Evidence>,
    /// Why the finding does not count, where something says so.
    #[serde(default)]
    pub suppressed: Option<Suppression>,
}

/// The package that a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FindingPackage {
    /// The package URL.
    pub purl: String,
    /// Name as the ecosystem writes it.
    pub name: String,
    /// Version as the ecosystem writes it.
    pub version: String,
    /// The input's own reference, where there was one.
    #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The source package, where told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// The distribution package that owns it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

/// What can be done about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FixStatus {
    /// A fixed version is published.
    Fixed,
    /// No fixed version is published.
    Affected,
    /// The vendor has decided not to fix it.
    WillNotFix,
    /// The vendor will fix it later.
    FixDeferred,
    /// The product is past its end of life.
    EndOfLife,
    /// The vendor is still looking.
    UnderInvestigation,
    /// It cannot be decided whether the package is concerned.
    Undecided,
    /// The vendor says it is not concerned. Only in advisories, never in a finding.
    NotAffected,
}

impl FixStatus {
    /// The name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Affected => "affected",
            Self::WillNotFix => "will_not_fix",
            Self::FixDeferred => "fix_deferred",
            Self::EndOfLife => "end_of_life",
            Self::UnderInvestigation => "under_investigation",
            Self::Undecided => "undecided",
            Self::NotAffected => "not_affected",
        }
    }
}

/// Risk of a finding in the context that it was found in.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Risk {
    /// From 0.0 to 10.0.
    pub score: f64,
    /// The CVSS vector that the score was computed from, where there is one.
    #[serde(default)]
    pub vector: Option<String>,
    /// The steps that led to the score, for people.
    #[serde(default)]
    pub why: Vec<String>,
}

/// Why a finding does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// What decided: `ignore-file`, `owner`, `vex`, `unfixed`, `severity`.
    pub by: String,
    /// The reason given, for people.
    pub reason: String,
    /// The rule's place, such as `.trivyignore:3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}
