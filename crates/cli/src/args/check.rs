//! `check`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use super::report::{CountArgs, MatchArgs};
use super::target::RegistryArgs;
use super::{PolicyArgs, SignatureArgs, values};

/// What `--list` lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Listed {
    /// Checks of configuration files.
    Checks,
    /// Kinds of credentials.
    Secrets,
}

/// `check`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  lazaret check .
  lazaret check Dockerfile --fail-on high
  lazaret check deploy/ -f sarif -o check.sarif
  lazaret check --explain LZ-DF-008      or a peer's id: --explain DL3002
  lazaret check --list                   and --list=secrets
  lazaret check Dockerfile --base-images --environment prod
  lazaret check deploy/ --show-exposure  who can reach which workload

Ignore comments: `# lazaret:ignore=ID reason`, `# hadolint ignore=DL3006`,
`# trivy:ignore:DS-0002`, above what they concern.

Exit codes: 0 done, 1 refused by --fail-on or the policy, 2 could not be done, 3 incomplete
where --fail-on-gaps or the policy forbids it.")]
pub(crate) struct CheckArgs {
    /// Files and directories; `-` is standard input.
    #[arg(value_name = "PATH", required_unless_present_any = ["explain", "list"])]
    pub(crate) paths: Vec<PathBuf>,
    /// Tell what a check is about, by our id or a peer's, or a rule for secrets by its id.
    #[arg(long, value_name = "ID", env = "LAZARET_CHECK_EXPLAIN")]
    pub(crate) explain: Option<String>,
    /// Tell from where the workloads of the manifests can be reached, with the way that
    /// proves it, instead of checking; as table or json.
    #[arg(long, env = "LAZARET_CHECK_SHOW_EXPOSURE")]
    pub(crate) show_exposure: bool,
    /// List every check, or with `--list=secrets` every kind of credential that
    /// `scan --scanners secret` knows.
    #[arg(
        long,
        value_name = "WHAT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "checks",
        env = "LAZARET_CHECK_LIST"
    )]
    pub(crate) list: Option<Listed>,
    #[command(flatten)]
    pub(crate) counts: CountArgs,
    /// Exit 1 when a misconfiguration is of this severity or worse, or fixable
    /// (automatically); none for never.
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "CONDITION",
        value_parser = values::conditions(),
        hide_possible_values = true,
        env = "LAZARET_CHECK_FAIL_ON"
    )]
    pub(crate) fail_on: Vec<String>,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
    #[command(flatten)]
    pub(crate) bases: BaseArgs,
    /// Run these checks alone, by our id or a peer's (comma-separated).
    #[arg(
        long,
        value_name = "ID",
        value_delimiter = ',',
        env = "LAZARET_CHECK_ONLY"
    )]
    pub(crate) only: Vec<String>,
    /// Do not run these checks (comma-separated).
    #[arg(
        long,
        value_name = "ID",
        value_delimiter = ',',
        env = "LAZARET_CHECK_SKIP"
    )]
    pub(crate) skip: Vec<String>,
    /// Registries, with a path or without, that base images may come from.
    #[arg(
        long,
        value_name = "REGISTRY",
        value_delimiter = ',',
        env = "LAZARET_CHECK_ALLOW_REGISTRY"
    )]
    pub(crate) allow_registry: Vec<String>,
    /// Images that nothing may be built upon: a repository, or one with a tag or digest.
    #[arg(
        long,
        value_name = "IMAGE",
        value_delimiter = ',',
        env = "LAZARET_CHECK_DENY_IMAGE"
    )]
    pub(crate) deny_image: Vec<String>,
    /// Value of a build argument: NAME=VALUE (repeatable).
    #[arg(long, value_name = "NAME=VALUE", env = "LAZARET_CHECK_BUILD_ARG")]
    pub(crate) build_arg: Vec<String>,
    /// Do not render charts with the helm of this machine; they are a gap then.
    #[arg(long, env = "LAZARET_CHECK_NO_HELM")]
    pub(crate) no_helm: bool,
    /// List what passed, too.
    #[arg(long, env = "LAZARET_CHECK_SHOW_PASSED")]
    pub(crate) show_passed: bool,
    /// Format of the report on standard output; table without one.
    #[arg(short, long, value_parser = values::formats(), hide_possible_values = false, env = "LAZARET_CHECK_FORMAT")]
    pub(crate) format: Option<String>,
    /// Write the report to a file instead.
    #[arg(short, long, value_name = "FILE", env = "LAZARET_CHECK_OUTPUT")]
    pub(crate) output: Option<PathBuf>,
    /// Show suppressed findings with their reasons.
    #[arg(long, env = "LAZARET_SHOW_SUPPRESSED")]
    pub(crate) show_suppressed: bool,
}

/// Base images of Dockerfiles.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Base images")]
pub(crate) struct BaseArgs {
    /// Examine the images that Dockerfiles are built on and copy from, and those that
    /// Kubernetes manifests and Compose files run; judge them by the policy, and tell what may
    /// be taken instead. Asks the registries that the files name, with the logins of docker
    /// and podman.
    #[arg(long, env = "LAZARET_CHECK_BASE_IMAGES")]
    pub(crate) base_images: bool,
    /// Report in the json format, or OCI layout, that base images are looked for in before
    /// any registry is asked (repeatable).
    #[arg(
        long,
        value_name = "PATH",
        value_delimiter = ',',
        env = "LAZARET_CHECK_BASE_FROM"
    )]
    pub(crate) base_from: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) signatures: SignatureArgs,
    #[command(flatten)]
    pub(crate) matching: MatchArgs,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
}
