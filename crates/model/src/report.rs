//! The report and the decision taken on it: the JSON contract.

use serde::{Deserialize, Serialize};

use crate::{
    Digest, Finding, Gap, License, Misconfiguration, Package, Rebase, Secret, Sign, Target,
    VexOrigin,
};

/// The value of [`Report::schema`].
pub const REPORT_SCHEMA: &str = "lazaret.report/1";

/// What is known about a target, and what follows.
///
/// Findings are ordered by (package purl, id); for the same target, database and
/// settings the serialised bytes are the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Always [`REPORT_SCHEMA`].
    pub schema: String,
    /// The program that made the report.
    pub scanner: Scanner,
    /// What was examined.
    pub target: Target,
    /// The advisory database used; absent when matching was not asked for.
    #[serde(default)]
    pub database: Option<DatabaseInfo>,
    /// Every package found.
    #[serde(default)]
    pub packages: Vec<Package>,
    /// Vulnerabilities, the suppressed ones among them.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// What configuration checks say, the suppressed answers among them; ordered by
    /// file, line and id.
    #[serde(default)]
    pub misconfigurations: Vec<Misconfiguration>,
    /// Credentials, the suppressed ones among them; ordered by path and line.
    #[serde(default)]
    pub secrets: Vec<Secret>,
    /// Licences of packages and texts, where they were asked for; ordered by package, path
    /// and licence.
    #[serde(default)]
    pub licenses: Vec<License>,
    /// Signs of tampering, the suppressed ones among them; ordered by path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signs: Vec<Sign>,
    /// What became of every exploitability statement that was given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vex: Vec<VexUse>,
    /// What another base would change, where that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rebase: Option<Rebase>,
    /// What was not examined.
    #[serde(default)]
    pub gaps: Vec<Gap>,
    /// What follows.
    pub decision: Decision,
}

/// What became of an exploitability statement (VEX).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VexUse {
    /// What the document was read from.
    pub document: String,
    /// The statement's place in it, from 1.
    pub statement: usize,
    /// The id that the statement names first.
    pub vulnerability: String,
    /// `not_affected`, `affected`, `fixed` or `under_investigation`.
    pub status: String,
    /// What it is about, shortened for people.
    #[serde(default)]
    pub products: Vec<String>,
    /// Keys of the findings that it concerns.
    #[serde(default)]
    pub findings: Vec<String>,
    /// Why it concerns none, with the nearest miss; absent where it concerns some.
    #[serde(default)]
    pub unmatched: Option<String>,
    /// The vulnerability was found, on a package that differs from the statement's in
    /// version or qualifiers alone, or outside of its product: probably a mistake.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub near: bool,
    /// Where the document came from; absent where the caller gave it.
    #[serde(default, skip_serializing_if = "VexOrigin::is_given")]
    pub origin: VexOrigin,
}

/// The program that made a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scanner {
    /// `lazaret`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The advisory database that a report was made with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseInfo {
    /// Digest of the database's content.
    pub digest: Digest,
    /// RFC 3339 time that the database says it was built at: the newest of its sources.
    pub built_at: String,
    /// Whether this is the small database inside the program.
    #[serde(default)]
    pub starter: bool,
    /// The feeds inside, by name.
    pub feeds: Vec<FeedInfo>,
}

/// A feed inside a database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedInfo {
    /// Name, as `lazaret db feeds` lists it.
    pub name: String,
    /// RFC 3339 time of the newest record, empty where the feed has no times.
    pub as_of: String,
    /// Number of records read.
    pub records: u64,
}

/// What follows from a report under a policy.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Decision {
    /// The outcome.
    pub outcome: Outcome,
    /// Why, worst first. Never empty when the outcome is not [`Outcome::Allow`].
    pub reasons: Vec<Reason>,
    /// The policy that decided; absent where none did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyInfo>,
}

/// The policy that a decision was taken by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyInfo {
    /// Its name.
    pub name: String,
    /// SHA-256 of its documents: the same digest means the same rules.
    pub digest: Digest,
    /// The environment that it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
}

/// Outcomes, mildest first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Nothing speaks against it.
    #[default]
    Allow,
    /// It may go on; somebody should look.
    Warn,
    /// It waits for a person.
    Hold,
    /// It is kept away from where it could be pulled.
    Quarantine,
    /// It is refused.
    Block,
}

/// One reason of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reason {
    /// The rule that spoke: `fail-on`, `fail-on-gaps`, a policy's rule name.
    pub rule: String,
    /// The reason for people.
    pub message: String,
    /// Keys of the findings that it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<String>,
    /// What follows from this reason alone.
    #[serde(default)]
    pub outcome: Outcome,
    /// What the rule is about, one by one: `finding`, `secret`, `gap`, …; empty for the
    /// report as a whole.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// What the rule would have led to, where its mode does not let it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub would: Option<Outcome>,
    /// The facts that decided about the first of those that it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<String>,
    /// Whether the rule could not be decided, for the want of a fact, and counts as if it
    /// had spoken.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undecided: bool,
}
