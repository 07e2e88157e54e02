//! What can be typed.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use lazaret_image::{ImageRef, Platforms};
use lazaret_model::Severity;

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
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Examine an image, archive, directory, SBOM or purl list: report and verdict.
    Scan(Box<ScanArgs>),
    /// List what is inside, without matching it: CycloneDX, SPDX, JSON or purls.
    Sbom(SbomArgs),
    /// Tell why a finding is reported, or why one is not.
    Explain(ExplainArgs),
    /// The advisory database: build, inspect, search.
    Db(DbArgs),
    /// Tell what this installation can reach and use.
    Doctor(DoctorArgs),
    /// Print a completion script for a shell.
    Completion {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    Man,
    /// Print the version.
    Version,
    /// For measuring: hidden, stable.
    #[command(hide = true)]
    Debug(DebugArgs),
}

/// What is examined, and how.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct TargetArgs {
    /// NAME[:TAG][@DIGEST], registry:, docker:, podman:, containerd:, docker-archive:FILE,
    /// oci-archive:FILE, oci-layout:DIR (each with :TAG or @DIGEST behind it where there are
    /// several images), dir:PATH, rootfs:PATH, sbom:FILE, purl:PURL|FILE, or - for an archive
    /// on standard input.
    pub(crate) target: String,
    /// Platform of a multi-platform image: os/arch[/variant], or all for a report of each:
    /// JSON is an array then, and files carry the platform in their names.
    #[arg(long, env = "LAZARET_PLATFORM")]
    pub(crate) platform: Option<Platforms>,
    /// Directory for facts of layers; --cache-dir=none keeps nothing.
    #[arg(long, env = "LAZARET_CACHE_DIR")]
    pub(crate) cache_dir: Option<PathBuf>,
    /// Leave these directories out (repeatable; `*` and `**` allowed).
    #[arg(long, value_name = "PATH", value_delimiter = ',')]
    pub(crate) skip_dirs: Vec<String>,
    /// Leave these files out (repeatable; `*` and `**` allowed).
    #[arg(long, value_name = "PATH", value_delimiter = ',')]
    pub(crate) skip_files: Vec<String>,
    /// Treat the target as this distribution, such as debian:12.
    #[arg(long, value_name = "ID:VERSION")]
    pub(crate) distro: Option<String>,
    /// MiB that file bodies may take while they are read.
    #[arg(
        long,
        value_name = "MIB",
        default_value_t = 48,
        env = "LAZARET_MAX_MEMORY"
    )]
    pub(crate) max_memory: u64,
    /// Layers read at the same time; 0 for one on each core.
    #[arg(long, default_value_t = 0, env = "LAZARET_THREADS")]
    pub(crate) threads: usize,
    /// No network: fail instead of asking a registry.
    #[arg(long, env = "LAZARET_OFFLINE")]
    pub(crate) offline: bool,
    /// PEM file of a certificate authority to trust (repeatable).
    #[arg(long, value_name = "FILE", env = "LAZARET_REGISTRY_CA")]
    pub(crate) registry_ca: Vec<PathBuf>,
    /// User name for the registry; docker's and podman's logins are used without it.
    #[arg(long, env = "LAZARET_USERNAME")]
    pub(crate) username: Option<String>,
    /// Password for the registry.
    #[arg(long, env = "LAZARET_PASSWORD", hide_env_values = true)]
    pub(crate) password: Option<String>,
    /// Bearer token for the registry.
    #[arg(long, env = "LAZARET_REGISTRY_TOKEN", hide_env_values = true)]
    pub(crate) registry_token: Option<String>,
    /// Registry host that is spoken to without TLS (repeatable; loopback always is).
    #[arg(long, value_name = "HOST")]
    pub(crate) plain_http: Vec<String>,
    /// Ask MIRROR, which is host[:port][/prefix], before the registry HOST (repeatable;
    /// tried in the order given). Credentials for HOST are not shown to it.
    #[arg(
        long,
        value_name = "HOST=MIRROR",
        value_delimiter = ',',
        value_parser = mirror,
        env = "LAZARET_REGISTRY_MIRROR"
    )]
    pub(crate) registry_mirror: Vec<(String, String)>,
    /// No progress on standard error.
    #[arg(long, env = "LAZARET_NO_PROGRESS")]
    pub(crate) no_progress: bool,
    /// Say nothing but the report.
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// Reads `HOST=MIRROR`; the names of Docker Hub are one host, as in references.
fn mirror(text: &str) -> Result<(String, String), String> {
    let wrong = || "write it as docker.io=mirror.example/prefix".to_owned();
    let (host, mirror) = text.split_once('=').ok_or_else(wrong)?;
    if mirror.is_empty() || host.contains("://") {
        return Err(wrong());
    }
    // The grammar of references decides what a host is, and how it is spelt.
    let reference: ImageRef = format!("{host}/a/a").parse().map_err(|_| wrong())?;
    if reference.repository != "a/a" {
        return Err(wrong());
    }
    Ok((reference.registry, mirror.to_owned()))
}

/// `scan`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  lazaret scan alpine:3.20
  lazaret scan oci-archive:image.tar --fail-on high
  lazaret scan registry.example/app@sha256:… -f json -o report.json
  docker save app | lazaret scan -
  lazaret scan dir:. --fail-on 'kev,cvss>=9.0' --ignore-unfixed
  lazaret sbom app:1.0 -o app.cdx.json && lazaret scan sbom:app.cdx.json

Exit codes: 0 allowed, 1 refused by --fail-on, 2 could not be done, 3 incomplete where
--fail-on-gaps forbids it.")]
pub(crate) struct ScanArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) matching: MatchArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// Levels that count (comma-separated); the others are suppressed.
    #[arg(short, long, value_delimiter = ',', value_name = "LEVEL")]
    pub(crate) severity: Vec<Severity>,
    /// Exit 1 when a finding fulfils one of these: a severity (and worse), kev, fixable,
    /// cvss>=N, epss>=N; none for never.
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "CONDITION",
        env = "LAZARET_FAIL_ON"
    )]
    pub(crate) fail_on: Vec<String>,
    /// Exit 3 when something could not be examined.
    #[arg(long, env = "LAZARET_FAIL_ON_GAPS")]
    pub(crate) fail_on_gaps: bool,
    /// Findings without a published fix do not count.
    #[arg(long)]
    pub(crate) ignore_unfixed: bool,
    /// Ignore file: .trivyignore, .trivyignore.yaml or .grype.yaml (repeatable; these
    /// names are read from the working directory by themselves).
    #[arg(long, value_name = "FILE")]
    pub(crate) ignore_file: Vec<PathBuf>,
    /// What to look for; only vuln exists so far, others are refused.
    #[arg(long, value_delimiter = ',', default_value = "vuln")]
    pub(crate) scanners: Vec<String>,
}

/// Which knowledge is used.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct MatchArgs {
    /// Advisory database; without one, the database of `lazaret db update`, else the
    /// starter database inside the program.
    #[arg(long, value_name = "FILE", env = "LAZARET_DB")]
    pub(crate) db: Option<PathBuf>,
    /// Show findings on files that a distribution package owns even where the
    /// distribution has judged them.
    #[arg(long)]
    pub(crate) strict: bool,
}

/// Where the report goes.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct OutputArgs {
    /// Format of standard output: table, json, sarif, cyclonedx, spdx, markdown, html,
    /// trivy.
    #[arg(short, long, env = "LAZARET_FORMAT")]
    pub(crate) format: Option<String>,
    /// Write a report to a file as well: [FORMAT=]FILE (repeatable).
    #[arg(short, long, value_name = "[FORMAT=]FILE")]
    pub(crate) output: Vec<String>,
    /// List packages without findings, too.
    #[arg(long)]
    pub(crate) list_all_pkgs: bool,
    /// Show suppressed findings with their reasons.
    #[arg(long)]
    pub(crate) show_suppressed: bool,
    /// Colour on a terminal.
    #[arg(long, value_enum, default_value_t = When::Auto)]
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

/// `sbom`.
#[derive(Debug, ClapArgs)]
pub(crate) struct SbomArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    /// cyclonedx, spdx, json (nothing is lost) or purls.
    #[arg(short, long, default_value = "cyclonedx")]
    pub(crate) format: String,
    /// Write to a file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// `explain`.
#[derive(Debug, ClapArgs)]
pub(crate) struct ExplainArgs {
    /// The id: CVE-…, GHSA-…, or any other.
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) matching: MatchArgs,
}

/// `doctor`.
#[derive(Debug, ClapArgs)]
pub(crate) struct DoctorArgs {
    /// Advisory database to look at.
    #[arg(long, value_name = "FILE", env = "LAZARET_DB")]
    pub(crate) db: Option<PathBuf>,
}

/// `db`.
#[derive(Debug, ClapArgs)]
pub(crate) struct DbArgs {
    #[command(subcommand)]
    pub(crate) command: DbCommand,
}

/// What can be done with the database.
#[derive(Debug, Subcommand)]
pub(crate) enum DbCommand {
    /// Build a database from feeds: FEED=PATH, a file, directory, .zip, .tar, .tar.gz or
    /// .tar.zst in the upstream's own layout.
    Build {
        /// The file to write.
        #[arg(long)]
        out: PathBuf,
        /// The first record that cannot be read fails the build.
        #[arg(long)]
        strict: bool,
        /// FEED=PATH, as `lazaret db feeds` lists them.
        #[arg(required = true)]
        sources: Vec<String>,
    },
    /// List the feeds that can be read.
    Feeds,
    /// Tell what a database holds, and verify it.
    Status {
        /// The database; the installed one, else the starter.
        #[arg(long, env = "LAZARET_DB")]
        db: Option<PathBuf>,
    },
    /// Look an id or a package up.
    Search {
        /// An id or a part of a package's name.
        text: String,
        /// The database.
        #[arg(long, env = "LAZARET_DB")]
        db: Option<PathBuf>,
    },
    /// Fetch a prebuilt database from the first source that has one, verify it and
    /// install it. A failed update changes nothing.
    Update {
        /// An https:// address or a path, tried in the order given.
        #[arg(
            long,
            value_name = "SOURCE",
            required = true,
            env = "LAZARET_DB_FROM",
            value_delimiter = ','
        )]
        from: Vec<String>,
    },
    /// Tell what is new, gone or different in the newer of two databases.
    Diff {
        /// The older database.
        before: PathBuf,
        /// The newer database.
        after: PathBuf,
        /// `table` or `json`.
        #[arg(short, long, default_value = "table", value_parser = ["table", "json"])]
        format: String,
    },
    /// Write the file that turns one database into another: a day's news instead of the
    /// whole file.
    Delta {
        /// The database that the delta begins with.
        before: PathBuf,
        /// The database that it leads to.
        after: PathBuf,
        /// The file to write.
        #[arg(long)]
        out: PathBuf,
    },
    /// Apply a delta: gives the very bytes of the newer database, or an error.
    Apply {
        /// The database that the delta begins with.
        base: PathBuf,
        /// The delta.
        delta: PathBuf,
        /// The file to write; may be BASE itself.
        #[arg(long)]
        out: PathBuf,
    },
    /// Verify a database file and make it the installed one.
    Import {
        /// The file.
        file: PathBuf,
    },
    /// Copy the installed database to a file.
    Export {
        /// The file to write.
        file: PathBuf,
    },
}

/// `debug`.
#[derive(Debug, ClapArgs)]
pub(crate) struct DebugArgs {
    #[command(subcommand)]
    pub(crate) command: DebugCommand,
}

/// For measuring.
#[derive(Debug, Subcommand)]
pub(crate) enum DebugCommand {
    /// Read lines `A<TAB>B`, print `<`, `=`, `>` or `?`.
    Compare {
        /// Name of the scheme.
        #[arg(long)]
        scheme: String,
    },
    /// Run the readers that PATH selects on FILE's bytes.
    Packages {
        /// The file.
        file: PathBuf,
        /// The path it is taken to have.
        #[arg(long = "as", value_name = "PATH")]
        path: String,
    },
    /// Write a small sample image.
    Sample {
        /// The archive to write.
        #[arg(long)]
        out: PathBuf,
    },
}
