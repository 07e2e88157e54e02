//! What can be typed.
//!
//! Every option of a visible command names its environment variable; the variable names
//! the key in `lazaret.yaml` (see [`crate::settings`]). An option of one command alone
//! carries the command in its variable: `sbom --format` is `LAZARET_SBOM_FORMAT`.

mod audit;
mod base;
mod check;
mod database;
mod debug;
mod demo;
mod edge;
mod fix;
mod gate;
mod policy;
mod report;
mod serve;
mod signature;
mod target;
mod trace;
mod values;
mod vex;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

pub(crate) use audit::{AuditArgs, AuditCommand, AuditVerifyArgs};
pub(crate) use base::BaseArgs;
pub(crate) use check::{CheckArgs, Listed};
pub(crate) use database::{DatabaseArgs, DbArgs, DbCommand, UpdateArgs};
pub(crate) use debug::{DebugArgs, DebugCommand};
pub(crate) use demo::DemoArgs;
pub(crate) use edge::{EdgeArgs, SpotCloud};
pub(crate) use fix::FixArgs;
pub(crate) use gate::{GateRuleArgs, GateServerArgs, UnknownRule, VerdictSourceArgs};
pub(crate) use policy::{
    PolicyArgs, PolicyCommand, PolicyCommandArgs, PolicyExplainArgs, ReplayArgs, TestArgs,
};
pub(crate) use report::{
    DiffArgs, ExplainArgs, GateArgs, MatchArgs, OutputArgs, SbomArgs, ScanArgs,
};
pub(crate) use serve::ServeArgs;
pub(crate) use signature::{SignatureArgs, VerifyArgs};
pub(crate) use target::{RegistryArgs, TargetArgs};
pub(crate) use trace::TraceArgs;
pub(crate) use values::MaxAge;
pub(crate) use values::Scanner;
pub(crate) use vex::{VexArgs, VexCommand, VexInitArgs};

/// Examines container images: what is inside, what is known against it, and what could
/// not be examined.
#[derive(Debug, Parser)]
#[command(
    name = "lazaret",
    version,
    arg_required_else_help = true,
    max_term_width = 100
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) console: ConsoleArgs,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Examine an image, archive, directory, SBOM or purl list: report and verdict.
    Scan(Box<ScanArgs>),
    /// List what is inside, without matching it: CycloneDX, SPDX, JSON or purls.
    Sbom(SbomArgs),
    /// Judge Dockerfiles and other configuration before anything runs.
    Check(Box<CheckArgs>),
    /// Mend files: newer images and packages, mistakes of configuration; as a patch or in place.
    Fix(Box<FixArgs>),
    /// Tell what is new, gone and unchanged between two images, reports or SBOMs, and why.
    Diff(Box<DiffArgs>),
    /// Tell why a finding is reported, or why one is not.
    Explain(ExplainArgs),
    /// The advisory database: build, inspect, search.
    Db(DbArgs),
    /// Tell whether somebody who is trusted has signed an image, or attested something of it.
    Verify(Box<VerifyArgs>),
    /// Policies: try them on facts, explain decisions, replay stored reports.
    Policy(PolicyCommandArgs),
    /// Exploitability statements: write a document from a report.
    Vex(VexArgs),
    /// Look at images beside their registry, for a centre that is elsewhere.
    Edge(Box<EdgeArgs>),
    /// Stand before a registry and refuse what is quarantined.
    Gate(Box<GateServerArgs>),
    /// The centre: watches registries, keeps what is known of their images, decides.
    Serve(ServeArgs),
    /// The audit log of a centre: verify what was exported, without the centre.
    Audit(AuditArgs),
    /// Try the whole of it on this machine: centre, one edge, a registry with a sample image.
    Demo(DemoArgs),
    /// Show the settings: which value counts, and where it is from.
    Config(ConfigArgs),
    /// Tell what this installation can reach and use.
    #[command(after_help = "Examples:
  lazaret doctor
  lazaret doctor --db advisories.db")]
    Doctor(DatabaseArgs),
    /// Print a completion script for a shell.
    #[command(after_help = "Examples:
  lazaret completion bash > ~/.local/share/bash-completion/completions/lazaret
  lazaret completion zsh > ~/.zfunc/_lazaret
  lazaret completion fish > ~/.config/fish/completions/lazaret.fish")]
    Completion {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write those of all commands to a directory.
    #[command(after_help = "Examples:
  lazaret man | man -l -
  lazaret man --out ~/.local/share/man/man1")]
    Man {
        /// The directory; the page of `lazaret scan` is lazaret-scan.1 there.
        #[arg(long, value_name = "DIR", env = "LAZARET_MAN_OUT")]
        out: Option<PathBuf>,
    },
    /// Take what pipelines pass to Trivy: image, fs, rootfs, repo, config, sbom. `lazaret
    /// trivy --help` lists the flags.
    #[command(disable_help_flag = true)]
    Trivy {
        /// Trivy's command, flags and target.
        #[arg(
            trailing_var_arg = true,
            allow_hyphen_values = true,
            value_name = "WORDS"
        )]
        words: Vec<OsString>,
    },
    /// Print the version.
    #[command(after_help = "Examples:
  lazaret version")]
    Version,
    /// For measuring: hidden, stable.
    #[command(hide = true)]
    Debug(DebugArgs),
}

/// What every command takes.
#[derive(Debug, Clone, ClapArgs)]
#[command(next_help_heading = "Console")]
pub(crate) struct ConsoleArgs {
    /// Settings file; `none` for no file. Without it, lazaret.yaml of the working
    /// directory, else of ~/.config/lazaret.
    #[arg(long, value_name = "FILE", global = true, env = "LAZARET_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Say nothing but the report and errors.
    #[arg(short, long, global = true, env = "LAZARET_QUIET")]
    pub(crate) quiet: bool,
    /// Say on standard error what is done: settings, sources that are tried, layers that
    /// are known already, the database.
    #[arg(short, long, global = true, env = "LAZARET_VERBOSE")]
    pub(crate) verbose: bool,
    /// No progress on standard error.
    #[arg(long, global = true, env = "LAZARET_NO_PROGRESS")]
    pub(crate) no_progress: bool,
    /// Colour: on a terminal, always, or never. NO_COLOR and CLICOLOR_FORCE are heard.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = When::Auto, global = true, env = "LAZARET_COLOR")]
    pub(crate) color: When,
}

/// Whether to do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// Where the output is a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// `config`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  lazaret config                      what lazaret.yaml and the environment change
  lazaret config --all                every setting, with its default
  LAZARET_FAIL_ON=high lazaret config --config ci/lazaret.yaml")]
pub(crate) struct ConfigArgs {
    /// Show the settings that nobody has changed, too.
    #[arg(long, env = "LAZARET_CONFIG_ALL")]
    pub(crate) all: bool,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use clap::CommandFactory as _;

    use super::Args;

    /// Every option below a command, with the names of the commands that lead to it.
    fn options(command: &clap::Command, path: &[String], found: &mut Vec<(String, clap::Arg)>) {
        for arg in command.get_opts().filter(|arg| !arg.is_global_set()) {
            found.push((path.join("_"), arg.clone()));
        }
        for inner in command.get_subcommands().filter(|c| !c.is_hide_set()) {
            let path = [path, &[inner.get_name().to_owned()]].concat();
            options(inner, &path, found);
        }
    }

    #[test]
    fn the_commands_are_well_formed() {
        Args::command().debug_assert();
    }

    /// Commands that do something, without `help` and `trivy`, which has its own.
    fn leaves(command: &clap::Command, path: &str, found: &mut Vec<(String, clap::Command)>) {
        let shown = command.get_subcommands().filter(|c| !c.is_hide_set());
        let inner: Vec<_> = shown
            .filter(|c| !matches!(c.get_name(), "help" | "trivy"))
            .collect();
        if inner.is_empty() {
            found.push((path.to_owned(), command.clone()));
        }
        for command in inner {
            leaves(command, &format!("{path} {}", command.get_name()), found);
        }
    }

    #[test]
    fn every_command_has_examples_that_can_be_typed() {
        let mut found = Vec::new();
        leaves(&Args::command(), "lazaret", &mut found);
        for (path, command) in found {
            let help = command
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            // Policies are told by the page about them.
            let is_told = help.contains(&path) || path.starts_with("lazaret policy");
            assert!(is_told, "`{path}` has no example in its help");
        }
    }

    #[test]
    fn every_option_names_one_variable_with_one_meaning() {
        let mut found = Vec::new();
        options(&Args::command(), &[], &mut found);
        let mut meanings: BTreeMap<String, String> = BTreeMap::new();
        for (path, arg) in found {
            let long = arg.get_long().expect("a long name");
            let upper = |text: &str| text.to_uppercase().replace('-', "_");
            let (short, full) = (
                format!("LAZARET_{}", upper(long)),
                format!("LAZARET_{}_{}", upper(&path), upper(long)),
            );
            let variable = arg
                .get_env()
                .map(|name| name.to_string_lossy().into_owned());
            let variable =
                variable.unwrap_or_else(|| panic!("give `{path} --{long}` `env = \"{short}\"`"));
            assert!(
                variable == short || variable == full,
                "`{path} --{long}` reads {variable}"
            );
            let meaning = arg.get_help().expect("help").to_string();
            let other = meanings
                .entry(variable.clone())
                .or_insert_with(|| meaning.clone());
            assert_eq!(
                *other, meaning,
                "{variable} means two things; name one {full}"
            );
        }
    }
}
