//! `edge`: a unit beside registries.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args as ClapArgs, ValueEnum};

use super::TraceArgs;
use super::gate::span;

/// `edge`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  lazaret edge --central https://centre.example:8443 --token-file edge.token --region eu-1
  lazaret edge --central https://centre.example:8443 --region eu-1 --data /var/lib/lazaret-edge \\
      --workers 4 --spot aws")]
pub(crate) struct EdgeArgs {
    /// The centre's address for edge units.
    #[arg(long, value_name = "URL", env = "LAZARET_EDGE_CENTRAL")]
    pub(crate) central: String,
    /// The one-time token that the centre has made for this unit; needed once.
    #[arg(long, value_name = "FILE", env = "LAZARET_EDGE_TOKEN_FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// The region whose jobs the unit takes.
    #[arg(long, value_name = "NAME", env = "LAZARET_EDGE_REGION")]
    pub(crate) region: String,
    /// What the unit keeps: its key, what waits to be sent, bundles. One directory for
    /// each unit.
    #[arg(
        long,
        value_name = "DIR",
        default_value = "lazaret-edge",
        env = "LAZARET_EDGE_DATA"
    )]
    pub(crate) data: PathBuf,
    /// The layer cache; units and workers may share it. Without it, in --data.
    #[arg(long, value_name = "DIR", env = "LAZARET_EDGE_CACHE_DIR")]
    pub(crate) cache_dir: Option<PathBuf>,
    /// Images that are looked at at once; without it, one for each processor.
    #[arg(long, value_name = "N", env = "LAZARET_EDGE_WORKERS")]
    pub(crate) workers: Option<usize>,
    /// How much may wait on disk while the centre does not answer, in MiB.
    #[arg(
        long,
        value_name = "MIB",
        default_value_t = 1024,
        env = "LAZARET_EDGE_SPOOL_LIMIT"
    )]
    pub(crate) spool_limit: u64,
    #[command(flatten)]
    pub(crate) trace: TraceArgs,
    /// Where gates, probes and metrics are answered; `none` for nowhere.
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8444",
        env = "LAZARET_EDGE_LISTEN"
    )]
    pub(crate) listen: String,
    /// The listener's certificate chain, PEM; without it plain HTTP is spoken, to this machine
    /// alone unless --plain-http says otherwise. Read again when it changes.
    #[arg(long, value_name = "FILE", env = "LAZARET_EDGE_TLS_CERT")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The private key of the certificate, PEM.
    #[arg(long, value_name = "FILE", env = "LAZARET_EDGE_TLS_KEY")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Authorities of the certificates that gates must show, PEM; without it they show none.
    #[arg(long, value_name = "FILE", env = "LAZARET_EDGE_CLIENT_CA")]
    pub(crate) client_ca: Option<PathBuf>,
    /// Speak plain HTTP beyond this machine: something before the unit speaks TLS, or the
    /// network is nobody else's.
    #[arg(long, env = "LAZARET_EDGE_PLAIN_HTTP")]
    pub(crate) plain_http: bool,
    /// The token that gates must show; without it, everybody may ask for verdicts.
    #[arg(long, value_name = "FILE", env = "LAZARET_EDGE_GATE_TOKEN_FILE")]
    pub(crate) gate_token_file: Option<PathBuf>,
    /// The cloud that may take this machine away: its metadata service is asked every
    /// five seconds.
    #[arg(long, value_enum, value_name = "CLOUD", env = "LAZARET_EDGE_SPOT")]
    pub(crate) spot: Option<SpotCloud>,
    /// How long running jobs may go on when the unit is told to stop.
    #[arg(
        long,
        value_name = "TIME",
        default_value = "25s",
        value_parser = span,
        env = "LAZARET_EDGE_GRACE"
    )]
    pub(crate) grace: Duration,
}

impl EdgeArgs {
    /// Where to listen.
    pub(crate) fn address(&self) -> Result<Option<SocketAddr>, std::net::AddrParseError> {
        match self.listen.as_str() {
            "none" => Ok(None),
            address => address.parse().map(Some),
        }
    }
}

/// A cloud that takes machines away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SpotCloud {
    /// Amazon EC2 Spot.
    Aws,
    /// Google Spot VMs.
    Gcp,
    /// Azure Spot.
    Azure,
}
