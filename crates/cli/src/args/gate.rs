//! `gate`: the registry's door.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args as ClapArgs, ValueEnum};

use super::TraceArgs;

/// `gate`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  lazaret gate --listen 127.0.0.1:5443 --upstream http://127.0.0.1:5000 --verdicts verdicts.json
  lazaret gate --listen 0.0.0.0:443 --upstream registry.example --tls-cert gate.pem --tls-key gate.key \\
      --edge http://edge.example:8444 --token-file gate.token --key centre.pub --unknown wait --wait 20s")]
pub(crate) struct GateServerArgs {
    #[command(flatten)]
    pub(crate) trace: TraceArgs,
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS", env = "LAZARET_GATE_LISTEN")]
    pub(crate) listen: SocketAddr,
    /// The registry behind the gate: https://host, http://host:5000, or a host alone.
    #[arg(long, value_name = "REGISTRY", env = "LAZARET_GATE_UPSTREAM")]
    pub(crate) upstream: String,
    /// Authorities of the registry's certificate, PEM; without it, those of the web.
    #[arg(long, value_name = "FILE", env = "LAZARET_GATE_UPSTREAM_CA")]
    pub(crate) upstream_ca: Option<PathBuf>,
    /// How the verdicts call the registry; without it, any name is its own.
    #[arg(long, value_name = "NAME", env = "LAZARET_GATE_REGISTRY")]
    pub(crate) registry: Option<String>,
    /// How clients reach the gate, such as https://registry.example; without it, as they
    /// say themselves.
    #[arg(long, value_name = "URL", env = "LAZARET_GATE_PUBLIC_URL")]
    pub(crate) public_url: Option<String>,
    /// The gate's certificate chain, PEM.
    #[arg(long, value_name = "FILE", env = "LAZARET_GATE_TLS_CERT")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The private key of the certificate, PEM.
    #[arg(long, value_name = "FILE", env = "LAZARET_GATE_TLS_KEY")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Authorities of the certificates that clients must show, PEM; without it they show none.
    #[arg(long, value_name = "FILE", env = "LAZARET_GATE_CLIENT_CA")]
    pub(crate) client_ca: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) verdicts: VerdictSourceArgs,
    #[command(flatten)]
    pub(crate) rules: GateRuleArgs,
    /// Most connections at once.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 4096,
        env = "LAZARET_GATE_MAX_CONNECTIONS"
    )]
    pub(crate) max_connections: usize,
    /// How long what is under way may go on when the gate is told to stop.
    #[arg(
        long,
        value_name = "TIME",
        default_value = "30s",
        value_parser = span,
        env = "LAZARET_GATE_GRACE"
    )]
    pub(crate) grace: Duration,
}

/// Where verdicts come from.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Verdicts")]
pub(crate) struct VerdictSourceArgs {
    /// Verdicts in a file, or a signed bundle (with --key); read again when it changes.
    #[arg(long, value_name = "FILE", env = "LAZARET_GATE_VERDICTS")]
    pub(crate) verdicts: Option<PathBuf>,
    /// The edge unit of the region, which gives out the centre's signed verdicts.
    #[arg(long, value_name = "URL", env = "LAZARET_GATE_EDGE")]
    pub(crate) edge: Option<String>,
    /// The centre, where there is no edge unit.
    #[arg(long, value_name = "URL", env = "LAZARET_GATE_CENTRAL")]
    pub(crate) central: Option<String>,
    /// The key that bundles must be signed with, base64.
    #[arg(long, value_name = "FILE", env = "LAZARET_GATE_KEY")]
    pub(crate) key: Option<PathBuf>,
    /// The token that is shown to the edge unit or to the centre.
    #[arg(long, value_name = "FILE", env = "LAZARET_GATE_TOKEN_FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// The authority of the edge unit's or the centre's certificate, PEM; without it,
    /// those of the system.
    #[arg(long, value_name = "FILE", env = "LAZARET_GATE_CA")]
    pub(crate) ca: Option<PathBuf>,
    /// The certificate that is shown to the edge unit, PEM, where it asks for one.
    #[arg(long, value_name = "FILE", env = "LAZARET_GATE_CLIENT_CERT")]
    pub(crate) client_cert: Option<PathBuf>,
    /// The private key of that certificate, PEM.
    #[arg(long, value_name = "FILE", env = "LAZARET_GATE_CLIENT_KEY")]
    pub(crate) client_key: Option<PathBuf>,
    /// Where the newest bundle is kept, so that the gate decides when it is started while
    /// nobody can be asked.
    #[arg(long, value_name = "DIR", env = "LAZARET_GATE_DATA")]
    pub(crate) data: Option<PathBuf>,
}

/// What happens in the cases that are not a verdict.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Rules")]
pub(crate) struct GateRuleArgs {
    /// Rules in a file (YAML): unknown, wait_seconds, held, running, running_grace_seconds,
    /// rollback. They count before those that come with the verdicts.
    #[arg(long, value_name = "FILE", env = "LAZARET_GATE_POLICY")]
    pub(crate) policy: Option<PathBuf>,
    /// Digests that nobody has examined; allow without any word.
    #[arg(long, value_enum, value_name = "RULE", env = "LAZARET_GATE_UNKNOWN")]
    pub(crate) unknown: Option<UnknownRule>,
    /// How long a pull waits for the examination, with --unknown wait; 20s without a word.
    #[arg(long, value_name = "TIME", value_parser = span, env = "LAZARET_GATE_WAIT")]
    pub(crate) wait: Option<Duration>,
}

/// What happens to digests that nobody has examined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum UnknownRule {
    /// They may be pulled.
    Allow,
    /// The pull waits for the examination, and is refused after it.
    Wait,
    /// They may not be pulled.
    Refuse,
}

/// A time as people write it: `20s`, `5m`, `1h`.
pub(super) fn span(text: &str) -> Result<Duration, String> {
    let wrong = || "write it as 20s, 5m or 1h".to_owned();
    let (number, unit) = text
        .split_at_checked(text.len().saturating_sub(1))
        .ok_or_else(wrong)?;
    let number: u32 = number.parse().map_err(|_| wrong())?;
    let seconds: u32 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        _ => return Err(wrong()),
    };
    Ok(Duration::from_secs(u64::from(number) * u64::from(seconds)))
}
