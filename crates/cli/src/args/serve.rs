//! What can be typed after `serve`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::{TraceArgs, values};

/// The centre.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = "Examples:
  lazaret serve
  lazaret serve --listen 0.0.0.0:8080 --public-url https://lazaret.example --data /var/lib/lazaret
  lazaret serve --database postgres://lazaret@db.example/lazaret --db advisories.db

The first start writes a one-time token to a file and says where; with it the first
administrator is made (docs/centre.md).")]
pub(crate) struct ServeArgs {
    /// Where it answers.
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8080",
        env = "LAZARET_SERVE_LISTEN"
    )]
    pub(crate) listen: String,
    /// Folder for keys, the embedded database, blobs and facts of layers. Without it,
    /// lazaret/centre in the data directory of the user.
    #[arg(long, value_name = "DIR", env = "LAZARET_SERVE_DATA")]
    pub(crate) data: Option<PathBuf>,
    /// sqlite:PATH or postgres://…; without it, lazaret.db in --data.
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "LAZARET_DATABASE",
        hide_env_values = true
    )]
    pub(crate) database: Option<String>,
    /// Directory, or s3://BUCKET/PREFIX?endpoint=URL&region=NAME; without it, blobs in --data.
    #[arg(long, value_name = "PLACE", env = "LAZARET_BLOBS")]
    pub(crate) blobs: Option<String>,
    /// Address that people and registries reach it at, for links and cookies.
    #[arg(long, value_name = "URL", env = "LAZARET_PUBLIC_URL")]
    pub(crate) public_url: Option<String>,
    /// Advisory database; looked at again when the file changes. Without it, the installed
    /// one.
    #[arg(long, value_name = "FILE", env = "LAZARET_SERVE_DB")]
    pub(crate) db: Option<PathBuf>,
    /// Policy or exceptions, in place of the policy inside the program (repeatable).
    #[arg(
        long,
        value_name = "FILE",
        value_delimiter = ',',
        env = "LAZARET_SERVE_POLICY"
    )]
    pub(crate) policy: Vec<PathBuf>,
    /// Who is told of what happens: webhooks, Slack, Teams, Jira, PagerDuty (docs/centre.md).
    #[arg(long, value_name = "FILE", env = "LAZARET_SERVE_NOTIFY")]
    pub(crate) notify: Option<PathBuf>,
    /// The identity provider that people may log in with (OpenID Connect); needs --public-url
    /// (docs/centre.md).
    #[arg(long, value_name = "FILE", env = "LAZARET_SERVE_OIDC")]
    pub(crate) oidc: Option<PathBuf>,
    /// Images of the centre's own region looked at at a time; 0 for none.
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 2,
        value_parser = |text: &str| values::number::<usize>(text, "2"),
        env = "LAZARET_SERVE_WORKERS"
    )]
    pub(crate) workers: usize,
    /// Hours since it was last stored or replaced that a blob is kept which nothing refers to any
    /// more; 0: none is removed without being asked for.
    #[arg(
        long,
        value_name = "HOURS",
        default_value_t = 24,
        value_parser = |text: &str| values::number::<u32>(text, "24"),
        env = "LAZARET_SERVE_KEEP_BLOBS"
    )]
    pub(crate) keep_blobs: u32,
    /// Let registries have link-local addresses (169.254.0.0/16, fe80::/10), where clouds keep the
    /// credentials of machines.
    #[arg(long, env = "LAZARET_SERVE_LINK_LOCAL_REGISTRIES")]
    pub(crate) link_local_registries: bool,
    /// Tell of every workload that runs at /metrics, under the names of Trivy Operator
    /// (trivy_image_vulnerabilities and two more), at most 5000.
    #[arg(long, env = "LAZARET_SERVE_WORKLOAD_METRICS")]
    pub(crate) workload_metrics: bool,
    #[command(flatten)]
    pub(crate) trace: TraceArgs,
    /// Where edges are answered, over mutual TLS with the centre's own authority.
    #[arg(long, value_name = "ADDRESS", env = "LAZARET_SERVE_EDGE_LISTEN")]
    pub(crate) edge_listen: Option<String>,
    /// Name or address that edges dial (repeatable).
    #[arg(
        long,
        value_name = "HOST",
        value_delimiter = ',',
        default_value = "localhost,127.0.0.1",
        env = "LAZARET_SERVE_EDGE_NAME"
    )]
    pub(crate) edge_name: Vec<String>,
}
