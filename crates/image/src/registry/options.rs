//! What the caller decides about registries.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use crate::Limits;
use crate::credentials::Keychain;

/// How registries are reached.
#[derive(Debug, Clone)]
pub struct RegistryOptions {
    /// Where credentials are looked for.
    pub keychain: Keychain,
    /// Mirrors of a registry, in the order in which they are tried before it. A mirror is
    /// `host[:port][/prefix]`, with `http://` or `https://` before it where that matters.
    pub mirrors: BTreeMap<String, Vec<String>>,
    /// Registries (`host[:port]`) that are spoken to without TLS. Loopback is always.
    pub plain_http: BTreeSet<String>,
    /// Registries (`host[:port]`) whose certificates are not verified.
    pub unverified: BTreeSet<String>,
    /// Whether link-local addresses are gone to (169.254.0.0/16, `fe80::/10`), where machines find
    /// their credentials. Not where somebody else says which registry is asked.
    pub link_local: bool,
    /// PEM files of certificate authorities to trust besides the system's.
    pub ca_files: Vec<PathBuf>,
    /// Directories that hold `HOST[:PORT]/*.crt`, trusted for that registry.
    pub certs_dirs: Vec<PathBuf>,
    /// Attempts after the first one failed for a reason that may pass.
    pub retries: u32,
    /// The first wait between attempts; it doubles each time.
    pub first_wait: Duration,
    /// The longest wait between attempts, whatever a registry asks for.
    pub longest_wait: Duration,
    /// How long a connection may take to be made.
    pub connect_timeout: Duration,
    /// How long nothing at all may arrive before a line counts as broken.
    pub stall_timeout: Duration,
    /// Sizes.
    pub limits: Limits,
}

impl Default for RegistryOptions {
    fn default() -> Self {
        let home = std::env::var_os("HOME").map(PathBuf::from);
        let mut certs_dirs = vec![
            PathBuf::from("/etc/docker/certs.d"),
            PathBuf::from("/etc/containers/certs.d"),
        ];
        certs_dirs.extend(home.map(|h| h.join(".config/containers/certs.d")));
        Self {
            keychain: Keychain::from_environment(),
            mirrors: BTreeMap::new(),
            plain_http: BTreeSet::new(),
            unverified: BTreeSet::new(),
            link_local: true,
            ca_files: Vec::new(),
            certs_dirs,
            retries: 5,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(20),
            stall_timeout: Duration::from_secs(60),
            limits: Limits::default(),
        }
    }
}
