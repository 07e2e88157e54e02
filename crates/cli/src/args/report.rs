//! Commands that report on a target.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use lazaret_model::Severity;

use super::base::{BaseArgs, RebaseArgs};
use super::database::{AgeArgs, DatabaseArgs};
use super::target::TargetArgs;
use super::values::{self, Scanner};
use super::{PolicyArgs, SignatureArgs};

/// `scan`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  lazaret scan alpine:3.20
  lazaret scan oci-archive:image.tar --fail-on high
  lazaret scan registry.example/app@sha256:… -f json -o report.json
  docker save app | lazaret scan -
  lazaret scan dir:. --fail-on 'kev,cvss>=9.0' --ignore-unfixed
  lazaret sbom app:1.0 -o app.cdx.json && lazaret scan sbom:app.cdx.json

  lazaret scan app:1.0 --policy shop.yaml --environment prod
  lazaret scan app:1.0 --base debian:12-slim --fail-on app:high,base:critical
  lazaret scan app:1.0 --base python:3.12.1 --rebase-on python:3.12

Exit codes: 0 allowed, 1 refused by --fail-on or the policy, 2 could not be done, 3 incomplete
where --fail-on-gaps or the policy forbids it.")]
pub(crate) struct ScanArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) base: BaseArgs,
    #[command(flatten)]
    pub(crate) rebase: RebaseArgs,
    #[command(flatten)]
    pub(crate) matching: MatchArgs,
    #[command(flatten)]
    pub(crate) gate: GateArgs,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
    #[command(flatten)]
    pub(crate) signatures: SignatureArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// What counts in a report, whatever it is about.
#[derive(Debug, ClapArgs)]
pub(crate) struct CountArgs {
    /// Levels that count (comma-separated); the others are suppressed.
    #[arg(
        short,
        long,
        value_delimiter = ',',
        value_name = "LEVEL",
        value_parser = values::severities(),
        env = "LAZARET_SEVERITY"
    )]
    pub(crate) severity: Vec<Severity>,
    /// Exit 3 when something could not be examined.
    #[arg(long, env = "LAZARET_FAIL_ON_GAPS")]
    pub(crate) fail_on_gaps: bool,
    /// Ignore file: .trivyignore, .trivyignore.yaml or .grype.yaml (repeatable; these
    /// names are read from the working directory by themselves).
    #[arg(
        long,
        value_name = "FILE",
        value_delimiter = ',',
        env = "LAZARET_IGNORE_FILE"
    )]
    pub(crate) ignore_file: Vec<PathBuf>,
}

/// What counts, and what stops a pipeline.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Gate")]
pub(crate) struct GateArgs {
    #[command(flatten)]
    pub(crate) counts: CountArgs,
    /// Exit 1 when a finding fulfils one of these: a severity (and worse), kev, fixable,
    /// cvss>=N, epss>=N; none for never. With base: or app: before it, only what the base
    /// image or the application brought: app:high,base:critical.
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "CONDITION",
        value_parser = values::conditions(),
        hide_possible_values = true,
        env = "LAZARET_FAIL_ON"
    )]
    pub(crate) fail_on: Vec<String>,
    /// Findings without a published fix do not count.
    #[arg(long, env = "LAZARET_IGNORE_UNFIXED")]
    pub(crate) ignore_unfixed: bool,
    /// What the base image is known to have brought does not count. What is only guessed
    /// counts.
    #[arg(long, env = "LAZARET_IGNORE_BASE")]
    pub(crate) ignore_base: bool,
    /// What the application is known to have brought does not count.
    #[arg(long, env = "LAZARET_ONLY_BASE")]
    pub(crate) only_base: bool,
    /// Report in the json format; what it has already does not count, so that only what
    /// is new since then can stop a pipeline.
    #[arg(long, value_name = "REPORT", env = "LAZARET_BASELINE")]
    pub(crate) baseline: Option<PathBuf>,
    /// What to look for: vuln, secret, license, tampering, misconfig (comma-separated);
    /// `lazaret check` judges files alone.
    #[arg(
        long,
        value_name = "SCANNER",
        value_delimiter = ',',
        value_parser = values::scanners(),
        default_value = "vuln",
        env = "LAZARET_SCANNERS"
    )]
    pub(crate) scanners: Vec<Scanner>,
    /// Licences that count as findings, with `--scanners license`: SPDX identifiers, and
    /// the categories public-domain, permissive, weak-copyleft, strong-copyleft,
    /// network-copyleft, proprietary, unknown.
    #[arg(
        long,
        value_name = "LICENSE",
        value_delimiter = ',',
        env = "LAZARET_LICENSE_FORBID"
    )]
    pub(crate) license_forbid: Vec<String>,
}

/// Which knowledge is used.
#[derive(Debug, Clone, ClapArgs)]
#[command(next_help_heading = "Matching")]
pub(crate) struct MatchArgs {
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
    #[command(flatten)]
    pub(crate) age: AgeArgs,
    /// Show findings on files that a distribution package owns even where the
    /// distribution has judged them, and rate those on packages of headers, documentation
    /// or data like any other.
    #[arg(long, env = "LAZARET_STRICT")]
    pub(crate) strict: bool,
    /// Leave out what was published after this date (YYYY-MM-DD): what a scan would have
    /// told then. Records that were changed since stand as they are now.
    #[arg(long, value_name = "DATE", value_parser = values::date, env = "LAZARET_DB_AS_OF")]
    pub(crate) db_as_of: Option<String>,
    /// Exploitability statements (OpenVEX, CycloneDX, CSAF): a file, a folder of them, or
    /// a VEX repository (repeatable); `attached`: those attached to the image in its
    /// registry or layout, whose signatures are not verified; `inside`: those among the
    /// target's own files. What they clear is suppressed.
    #[arg(long, value_name = "PATH", value_delimiter = ',', env = "LAZARET_VEX")]
    pub(crate) vex: Vec<PathBuf>,
}

/// Where the report goes.
#[derive(Debug, Clone, ClapArgs)]
#[command(next_help_heading = "Report")]
pub(crate) struct OutputArgs {
    /// Format of the report on standard output; table without one, and json for files.
    #[arg(short, long, value_parser = values::formats(), hide_possible_values = false, env = "LAZARET_FORMAT")]
    pub(crate) format: Option<String>,
    /// Write a report to a file: [FORMAT=]FILE (repeatable).
    #[arg(
        short,
        long,
        value_name = "[FORMAT=]FILE",
        value_delimiter = ',',
        env = "LAZARET_OUTPUT"
    )]
    pub(crate) output: Vec<String>,
    /// Template of the format template: a Jinja file whose values are the JSON report's.
    #[arg(long, value_name = "FILE", env = "LAZARET_TEMPLATE")]
    pub(crate) template: Option<PathBuf>,
    /// List packages without findings, too.
    #[arg(long, env = "LAZARET_LIST_ALL_PKGS")]
    pub(crate) list_all_pkgs: bool,
    /// Show suppressed findings with their reasons.
    #[arg(long, env = "LAZARET_SHOW_SUPPRESSED")]
    pub(crate) show_suppressed: bool,
}

/// `sbom`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  lazaret sbom alpine:3.20 > alpine.cdx.json
  lazaret sbom dir:. -f spdx -o app.spdx.json
  lazaret sbom oci-archive:image.tar -f purls")]
pub(crate) struct SbomArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) base: BaseArgs,
    /// Format of the bill of materials; json loses nothing.
    #[arg(
        short,
        long,
        default_value = "cyclonedx",
        value_parser = values::sbom_formats(),
        env = "LAZARET_SBOM_FORMAT",
        help_heading = "Report"
    )]
    pub(crate) format: String,
    /// Write to a file instead of standard output.
    #[arg(
        short,
        long,
        value_name = "FILE",
        env = "LAZARET_SBOM_OUTPUT",
        help_heading = "Report"
    )]
    pub(crate) output: Option<PathBuf>,
}

/// `explain`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  lazaret explain CVE-2021-23337 app:1.0
  lazaret explain GHSA-35jh-r3h4-6jhm sbom:app.cdx.json")]
pub(crate) struct ExplainArgs {
    /// The id: CVE-…, GHSA-…, or any other.
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) matching: MatchArgs,
}

/// `diff`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  lazaret diff app:1.0 app:1.1
  lazaret diff monday.json today.json          reports: also what the advisory data changed
  lazaret diff released.json oci-archive:candidate.tar --fail-on high
  lazaret diff sbom:old.cdx.json sbom:new.cdx.json -f json

Exit codes: 0 done, 1 something new is refused by --fail-on, 2 could not be done.")]
pub(crate) struct DiffArgs {
    /// What is examined before; a report in the json format is taken as it is.
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    /// What is examined after, in any of the same forms.
    #[arg(value_name = "AFTER")]
    pub(crate) after: String,
    #[command(flatten)]
    pub(crate) matching: MatchArgs,
    /// `table` or `json`.
    #[arg(
        short,
        long,
        default_value = "table",
        value_parser = ["table", "json"],
        env = "LAZARET_DIFF_FORMAT"
    )]
    pub(crate) format: String,
    /// Exit 1 when something new fulfils one of these: a severity (and worse), kev,
    /// fixable, cvss>=N, epss>=N.
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "CONDITION",
        value_parser = values::conditions(),
        hide_possible_values = true,
        env = "LAZARET_DIFF_FAIL_ON"
    )]
    pub(crate) fail_on: Vec<String>,
}
