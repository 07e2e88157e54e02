//! Policies: which one decides, and the commands about them.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use lazaret_policy::Exposure;

/// Which policy decides, and about what circumstances.
#[derive(Debug, Clone, Default, ClapArgs)]
#[command(next_help_heading = "Policy")]
pub(crate) struct PolicyArgs {
    /// Policy document that decides, or `default` (repeatable: rules and exceptions of all
    /// count). Without it the default policy warns.
    #[arg(
        long,
        value_name = "FILE",
        value_delimiter = ',',
        env = "LAZARET_POLICY"
    )]
    pub(crate) policy: Vec<PathBuf>,
    /// The environment that the image is for, such as prod: policies differ by it. The
    /// default policy enforces its rules in prod.
    #[arg(long, value_name = "NAME", env = "LAZARET_ENVIRONMENT")]
    pub(crate) environment: Option<String>,
    /// From where it can be reached: isolated, cluster, intranet or internet.
    #[arg(long, value_name = "CLASS", value_parser = exposure, env = "LAZARET_EXPOSURE")]
    pub(crate) exposure: Option<Exposure>,
    /// Manifests that tell it: the widest class of the workloads that run the image counts
    /// where --exposure names none (repeatable).
    #[arg(
        long,
        value_name = "PATH",
        value_delimiter = ',',
        env = "LAZARET_EXPOSURE_FROM"
    )]
    pub(crate) exposure_from: Vec<PathBuf>,
}

fn exposure(text: &str) -> Result<Exposure, String> {
    let known = Exposure::ALL.iter().find(|known| known.name() == text);
    known.copied().ok_or_else(|| {
        let names = Exposure::ALL.map(Exposure::name);
        format!("known are {}", names.join(", "))
    })
}

/// `policy`.
#[derive(Debug, ClapArgs)]
pub(crate) struct PolicyCommandArgs {
    #[command(subcommand)]
    pub(crate) command: PolicyCommand,
}

/// Commands about policies.
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Try a policy on facts, and hold its decisions against the expected ones.
    Test(TestArgs),
    /// Tell which rule and which fact decided about a report, and what exceptions did.
    Explain(PolicyExplainArgs),
    /// Tell what a policy would have decided on stored reports.
    Replay(ReplayArgs),
    /// Print the policy that counts without --policy, as a document to start from.
    Show,
    /// List the facts that conditions are made of, in Markdown.
    Facts,
}

/// `policy test`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  lazaret policy test tests.yaml --policy shop.yaml
  lazaret policy test tests/*.yaml --policy rules.yaml,exceptions.yaml

A file of tests:
  tests:
    - name: what is exploited is kept out of prod
      environment: prod
      facts:
        findings: [{id: CVE-2021-44228, severity: critical, kev: true, fixed: true}]
      expect: {outcome: block, rules: [known-exploited, critical-with-fix]}

Exit codes: 0 all as expected, 1 some are not, 2 could not be done.")]
pub(crate) struct TestArgs {
    /// Files of tests.
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Policy documents to try; the default policy without any.
    #[arg(
        long,
        value_name = "FILE",
        value_delimiter = ',',
        env = "LAZARET_POLICY_TEST_POLICY"
    )]
    pub(crate) policy: Vec<PathBuf>,
}

/// `policy explain`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  lazaret scan app:1.0 -f json -o report.json
  lazaret policy explain report.json --environment prod
  lazaret policy explain report.json --policy shop.yaml --rule known-exploited
  lazaret policy explain report.json --policy shop.yaml -f json")]
pub(crate) struct PolicyExplainArgs {
    /// A report in the json format.
    #[arg(value_name = "REPORT")]
    pub(crate) report: PathBuf,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
    /// Tell of these rules alone, with all that they speak about.
    #[arg(
        long,
        value_name = "NAME",
        value_delimiter = ',',
        env = "LAZARET_POLICY_EXPLAIN_RULE"
    )]
    pub(crate) rule: Vec<String>,
    /// `text` or `json`.
    #[arg(
        short,
        long,
        default_value = "text",
        value_parser = ["text", "json"],
        env = "LAZARET_POLICY_EXPLAIN_FORMAT"
    )]
    pub(crate) format: String,
}

/// `policy replay`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  lazaret policy replay --policy new.yaml --environment prod reports/*.json
  lazaret policy replay --policy new.yaml --against old.yaml reports/*.json
  lazaret policy replay --policy new.yaml --against old.yaml -f json reports/*.json

Without --against the decisions that the reports hold are what is compared with.")]
pub(crate) struct ReplayArgs {
    /// Reports in the json format.
    #[arg(value_name = "REPORT", required = true)]
    pub(crate) reports: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
    /// Policy documents to compare with, or `default`.
    #[arg(
        long,
        value_name = "FILE",
        value_delimiter = ',',
        env = "LAZARET_POLICY_REPLAY_AGAINST"
    )]
    pub(crate) against: Vec<PathBuf>,
    /// `table` or `json`.
    #[arg(
        short,
        long,
        default_value = "table",
        value_parser = ["table", "json"],
        env = "LAZARET_POLICY_REPLAY_FORMAT"
    )]
    pub(crate) format: String,
}
