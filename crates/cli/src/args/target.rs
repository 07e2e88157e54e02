//! What is examined, and how it is reached.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args as ClapArgs;

use lazaret_image::{ImageRef, Platforms};

use super::values;
use crate::signing::Trust;

/// What is examined, and how.
#[derive(Debug, Clone, ClapArgs)]
#[command(next_help_heading = "Target")]
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
    /// Leave these directories out (repeatable; `*` and `**` allowed).
    #[arg(
        long,
        value_name = "PATH",
        value_delimiter = ',',
        env = "LAZARET_SKIP_DIRS"
    )]
    pub(crate) skip_dirs: Vec<String>,
    /// Leave these files out (repeatable; `*` and `**` allowed).
    #[arg(
        long,
        value_name = "PATH",
        value_delimiter = ',',
        env = "LAZARET_SKIP_FILES"
    )]
    pub(crate) skip_files: Vec<String>,
    /// Treat the target as this distribution, such as debian:12.
    #[arg(long, value_name = "ID:VERSION", env = "LAZARET_DISTRO")]
    pub(crate) distro: Option<String>,
    /// Directory for facts of layers; --cache-dir=none keeps nothing.
    #[arg(long, value_name = "DIR", env = "LAZARET_CACHE_DIR")]
    pub(crate) cache_dir: Option<PathBuf>,
    /// MiB that file bodies may take while they are read.
    #[arg(
        long,
        value_name = "MIB",
        default_value_t = 48,
        value_parser = |text: &str| values::number::<u64>(text, "48"),
        env = "LAZARET_MAX_MEMORY"
    )]
    pub(crate) max_memory: u64,
    /// Layers read at the same time; 0 for one on each core.
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 0,
        value_parser = |text: &str| values::number::<usize>(text, "4"),
        env = "LAZARET_THREADS"
    )]
    pub(crate) threads: usize,
    /// User name for the registry; docker's and podman's logins are used without it.
    #[arg(
        long,
        value_name = "NAME",
        env = "LAZARET_USERNAME",
        help_heading = "Registry"
    )]
    pub(crate) username: Option<String>,
    /// Password for the registry.
    #[arg(
        long,
        env = "LAZARET_PASSWORD",
        hide_env_values = true,
        help_heading = "Registry"
    )]
    pub(crate) password: Option<String>,
    /// Bearer token for the registry.
    #[arg(
        long,
        value_name = "TOKEN",
        env = "LAZARET_REGISTRY_TOKEN",
        hide_env_values = true,
        help_heading = "Registry"
    )]
    pub(crate) registry_token: Option<String>,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
    /// Who is trusted to sign it, where signatures are looked for: from other arguments.
    #[arg(skip)]
    pub(crate) signing: Option<Arc<Trust>>,
}

/// How registries are reached, whichever they are. Credentials are no part of it: what is
/// typed is for one registry, and a Dockerfile may name any.
#[derive(Debug, Clone, Default, ClapArgs)]
#[command(next_help_heading = "Registry")]
pub(crate) struct RegistryArgs {
    /// No network: fail instead of asking a registry.
    #[arg(long, env = "LAZARET_OFFLINE")]
    pub(crate) offline: bool,
    /// PEM file of a certificate authority to trust (repeatable).
    #[arg(
        long,
        value_name = "FILE",
        value_delimiter = ',',
        env = "LAZARET_REGISTRY_CA"
    )]
    pub(crate) registry_ca: Vec<PathBuf>,
    /// Registry host that is spoken to without TLS (repeatable; loopback always is).
    #[arg(
        long,
        value_name = "HOST",
        value_delimiter = ',',
        env = "LAZARET_PLAIN_HTTP"
    )]
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
}

impl TargetArgs {
    /// A target with everything else as it is without options.
    pub(crate) fn of(target: String, registry: RegistryArgs) -> Self {
        Self {
            target,
            platform: None,
            skip_dirs: Vec::new(),
            skip_files: Vec::new(),
            distro: None,
            cache_dir: None,
            max_memory: 48,
            threads: 0,
            username: None,
            password: None,
            registry_token: None,
            registry,
            signing: None,
        }
    }
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
