//! What a feed says: advisories, and facts about CVE ids.

use serde::{Deserialize, Serialize};

use lazaret_version::{Range, Scheme};

use crate::{FixStatus, Rating, Severity};

/// One item that a feed yields.
#[derive(Debug, Clone, PartialEq)]
pub enum FeedItem {
    /// An advisory about packages.
    Advisory(Box<Advisory>),
    /// Facts about a CVE id that name no package.
    Cve(Box<CveRecord>),
    /// An exploitation probability.
    Epss {
        /// The CVE id.
        id: String,
        /// The probability.
        epss: Epss,
    },
    /// An entry of the catalogue of known exploited vulnerabilities.
    Kev {
        /// The CVE id.
        id: String,
        /// The entry.
        kev: Kev,
    },
    /// The end of a release's support.
    EndOfLife(EndOfLife),
}

/// A record of a feed that says which package versions are concerned.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Advisory {
    /// The feed's own id of the record.
    pub id: String,
    /// Name of the feed: `osv`, `alpine`, `debian`, … For OSV data the database that
    /// the id belongs to (`ghsa`, `pysec`, `go`, `rustsec`, `almalinux`, …).
    pub feed: String,
    /// Other ids of the same vulnerability.
    pub aliases: Vec<String>,
    /// Ids that this advisory is derived from (OSV `upstream`), such as the CVEs that a
    /// distribution's erratum fixes. Several of them are several vulnerabilities.
    pub upstream: Vec<String>,
    /// Vulnerability, malware or information.
    pub kind: AdvisoryKind,
    /// One line.
    pub summary: String,
    /// RFC 3339, empty where unknown.
    pub published: String,
    /// RFC 3339, empty where unknown.
    pub modified: String,
    /// RFC 3339 time of withdrawal or rejection; a withdrawn advisory never matches.
    pub withdrawn: Option<String>,
    /// Opinions about severity.
    pub ratings: Vec<Rating>,
    /// `CWE-79`, …
    pub cwes: Vec<String>,
    /// Addresses to read more at.
    pub references: Vec<String>,
    /// Statements about packages.
    pub affected: Vec<Affected>,
}

/// Kinds of advisories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AdvisoryKind {
    /// A vulnerability.
    #[default]
    Vulnerability,
    /// A package that does harm on purpose.
    Malware,
    /// Unmaintained, deprecated, or a notice: not a vulnerability.
    Informational,
}

/// A statement of an advisory about one package of one ecosystem or release.
#[derive(Debug, Clone, PartialEq)]
pub struct Affected {
    /// Where the name lives: a purl type (`npm`) or `distribution:release` (`debian:12`).
    pub space: String,
    /// The package's name, normalised by the ecosystem's rule.
    pub name: String,
    /// Which name of an installed package is compared with `name`.
    pub key: KeyKind,
    /// How versions of this space are ordered.
    pub scheme: Scheme,
    /// The versions that `status` speaks about.
    pub range: Range,
    /// What the feed says of those versions. [`FixStatus::NotAffected`] is an explicit
    /// acquittal, which also counts against other feeds.
    pub status: FixStatus,
    /// The feed's own word for the status, where it says more.
    pub raw_status: Option<String>,
    /// Versions that have the fix, as published.
    pub fixed: Vec<String>,
    /// Severity of this package in this release, where the feed rates it apart.
    pub severity: Option<Severity>,
    /// Conditions beyond the version.
    pub qualifiers: Qualifiers,
}

/// Which name of an installed package a statement is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyKind {
    /// The package itself. The only kind for language ecosystems.
    #[default]
    Binary,
    /// The source package, compared with the source version.
    Source,
}

/// Conditions of a statement beyond the version. Empty means no condition.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Qualifiers {
    /// Architectures, in the package manager's words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub architectures: Vec<String>,
    /// Module of an rpm, `name:stream`. `Some("")`: only packages outside modules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// Operating systems, as Go names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub goos: Vec<String>,
    /// Architectures, as Go names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub goarch: Vec<String>,
    /// The channel that the fix is published in, where it is not the ordinary one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Build flavour that the release of an rpm must carry, such as Oracle's `fips` and
    /// `ksplice1`. `Some("")`: only packages of no flavour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flavour: Option<String>,
    /// Target software of a CPE name (NISTIR 7695, `target_sw`): `node.js`, `wordpress`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub target_software: Vec<String>,
    /// What the product must run on, as `vendor:product` of CPE names; any one of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub platforms: Vec<String>,
}

/// Facts about a CVE id from NVD, the CVE list or a CNA.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CveRecord {
    /// The CVE id.
    pub id: String,
    /// Name of the feed.
    pub feed: String,
    /// One line or the first paragraph.
    pub summary: String,
    /// RFC 3339, empty where unknown.
    pub published: String,
    /// RFC 3339, empty where unknown.
    pub modified: String,
    /// The id was rejected by its authority.
    pub rejected: bool,
    /// Opinions about severity, each with its own source name.
    pub ratings: Vec<Rating>,
    /// `CWE-79`, …
    pub cwes: Vec<String>,
    /// Decision points of CISA's SSVC, where published.
    pub ssvc: Option<Ssvc>,
    /// Addresses to read more at.
    pub references: Vec<String>,
}

/// Exploit Prediction Scoring System.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Epss {
    /// Probability of exploitation within thirty days, 0.0 to 1.0.
    pub score: f64,
    /// Share of all CVE ids with a lower or equal score, 0.0 to 1.0.
    pub percentile: f64,
}

/// Entry of CISA's catalogue of known exploited vulnerabilities.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Kev {
    /// Date of entry, `YYYY-MM-DD`.
    pub date_added: String,
    /// Date by which United States agencies must act, `YYYY-MM-DD`.
    #[serde(default)]
    pub due_date: String,
    /// Known to be used by ransomware.
    #[serde(default)]
    pub ransomware: bool,
    /// The catalogue's name of the vulnerability.
    #[serde(default)]
    pub name: String,
}

/// Decision points of CISA's Stakeholder-Specific Vulnerability Categorization.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ssvc {
    /// `none`, `poc` or `active`.
    pub exploitation: String,
    /// `yes` or `no`.
    pub automatable: String,
    /// `partial` or `total`.
    pub technical_impact: String,
}

/// When a release stops being supported.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EndOfLife {
    /// Product as the source names it: `debian`, `alpine`, `nodejs`.
    pub product: String,
    /// Release cycle: `12`, `3.18`.
    pub cycle: String,
    /// `YYYY-MM-DD`; empty when the source says "ended" without a date.
    pub date: String,
    /// The end of paid or extended support, where later.
    #[serde(default)]
    pub extended: Option<String>,
}
