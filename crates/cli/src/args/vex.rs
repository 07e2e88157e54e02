//! Commands about exploitability statements.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use lazaret_vex::Status;

/// `vex`.
#[derive(Debug, ClapArgs)]
pub(crate) struct VexArgs {
    #[command(subcommand)]
    pub(crate) command: VexCommand,
}

/// Commands about exploitability statements.
#[derive(Debug, Subcommand)]
pub(crate) enum VexCommand {
    /// Write an OpenVEX document about the findings of a report, to fill in or to sign.
    Init(VexInitArgs),
}

/// `vex init`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  lazaret scan app:1.0 -f json -o report.json
  lazaret vex init --from report.json -o app.openvex.json
  lazaret vex init --from report.json --id CVE-2021-23337 --status not_affected \\
      --justification vulnerable_code_not_in_execute_path -o app.openvex.json
  lazaret scan app:1.0 --vex app.openvex.json")]
pub(crate) struct VexInitArgs {
    /// A report in the json format.
    #[arg(long, value_name = "REPORT", env = "LAZARET_VEX_INIT_FROM")]
    pub(crate) from: PathBuf,
    /// The vulnerabilities to write about, by any id (comma-separated); all that count.
    #[arg(
        long,
        value_name = "ID",
        value_delimiter = ',',
        env = "LAZARET_VEX_INIT_ID"
    )]
    pub(crate) id: Vec<String>,
    /// What to say of them: not_affected, affected, fixed or under_investigation, which
    /// is said without it.
    #[arg(long, value_parser = status, env = "LAZARET_VEX_INIT_STATUS")]
    pub(crate) status: Option<Status>,
    /// Why they do no harm.
    #[arg(
        long,
        value_name = "LABEL",
        value_parser = [
            "component_not_present",
            "vulnerable_code_not_present",
            "vulnerable_code_not_in_execute_path",
            "vulnerable_code_cannot_be_controlled_by_adversary",
            "inline_mitigations_already_exist",
        ],
        env = "LAZARET_VEX_INIT_JUSTIFICATION"
    )]
    pub(crate) justification: Option<String>,
    /// The impact, or the action to take, in your own words.
    #[arg(long, value_name = "TEXT", env = "LAZARET_VEX_INIT_DETAIL")]
    pub(crate) detail: Option<String>,
    /// Who speaks.
    #[arg(
        long,
        value_name = "NAME",
        default_value = "unknown author",
        env = "LAZARET_VEX_INIT_AUTHOR"
    )]
    pub(crate) author: String,
    /// The file to write; standard output without it.
    #[arg(short, long, value_name = "FILE", env = "LAZARET_VEX_INIT_OUTPUT")]
    pub(crate) output: Option<PathBuf>,
}

fn status(text: &str) -> Result<Status, String> {
    let all = [
        Status::NotAffected,
        Status::Affected,
        Status::Fixed,
        Status::UnderInvestigation,
    ];
    all.into_iter().find(|s| s.name() == text).ok_or_else(|| {
        let known: Vec<&str> = all.into_iter().map(Status::name).collect();
        format!("known are {}", known.join(", "))
    })
}
