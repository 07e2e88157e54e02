//! What went wrong with a registry, and what to do about it.

use std::path::PathBuf;
use std::time::Duration;

use crate::ImageError;
use crate::credentials::CredentialError;

/// Why something cannot be had from a registry.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The registry wants other credentials than it was given.
    #[error("{host} refuses {what} ({status}){said}")]
    Denied {
        /// The registry.
        host: String,
        /// What was asked for.
        what: String,
        /// The HTTP status, 401 or 403.
        status: u16,
        /// Whether credentials were sent.
        with_credentials: bool,
        /// The registry's words, after a colon, or nothing.
        said: String,
    },
    /// There is no such repository, tag or blob.
    #[error("{host} has no {what}{said}")]
    NotFound {
        /// The registry.
        host: String,
        /// What was asked for.
        what: String,
        /// The registry's words, after a colon, or nothing.
        said: String,
    },
    /// Too many requests, and waiting did not help.
    #[error("{host} limits the rate of requests for {what}{said}")]
    RateLimited {
        /// The registry.
        host: String,
        /// What was asked for.
        what: String,
        /// When the registry wants to hear of us again.
        after: Option<Duration>,
        /// The registry's words, after a colon, or nothing.
        said: String,
    },
    /// Another status than those foreseen.
    #[error("{host} answered {status} to the request for {what}{said}")]
    Status {
        /// The registry.
        host: String,
        /// What was asked for.
        what: String,
        /// The HTTP status.
        status: u16,
        /// The registry's words, after a colon, or nothing.
        said: String,
    },
    /// The host's name has no address.
    #[error("the name {host} cannot be resolved")]
    NoSuchHost {
        /// The registry.
        host: String,
    },
    /// It is where machines find their credentials, and nobody has allowed that.
    #[error("{host} leads to a link-local address, where no registry is expected")]
    LinkLocal {
        /// The registry.
        host: String,
    },
    /// Nobody listens there.
    #[error("{host} refuses connections")]
    Refused {
        /// The registry.
        host: String,
    },
    /// Nothing arrived in time.
    #[error("{host} did not answer the request for {what} in time")]
    Timeout {
        /// The registry.
        host: String,
        /// What was asked for.
        what: String,
    },
    /// TLS could not be agreed upon.
    #[error("no trusted TLS connection to {host}: {why}")]
    Tls {
        /// The registry.
        host: String,
        /// What the TLS library said.
        why: String,
    },
    /// The line broke, or never was one.
    #[error("request to {host} for {what}: {why}")]
    Transport {
        /// The registry.
        host: String,
        /// What was asked for.
        what: String,
        /// The innermost cause.
        why: String,
    },
    /// The registry breaks the protocol.
    #[error("{host} breaks the protocol for {what}: {why}")]
    Protocol {
        /// The registry.
        host: String,
        /// What was asked for.
        what: String,
        /// How.
        why: String,
    },
    /// A file of certificate authorities cannot be used.
    #[error("certificate authorities of {path}: {why}")]
    Authority {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Credentials cannot be had.
    #[error(transparent)]
    Credentials(#[from] CredentialError),
    /// What came is no image, or not the promised one.
    #[error(transparent)]
    Image(#[from] ImageError),
}

impl RegistryError {
    /// What the reader can do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Denied {
                host,
                with_credentials: false,
                ..
            } => format!(
                "docker login {host}, or --username and --password: the repository may be private, or not exist"
            ),
            Self::Denied { host, .. } => {
                format!("docker login {host}: the credentials are wrong, expired, or lack the right to pull")
            }
            Self::NotFound { .. } => {
                "another spelling of repository and tag; without credentials private ones look absent, too".into()
            }
            Self::RateLimited { after, .. } => match after {
                Some(after) => format!("again in {} seconds, or docker login for a higher limit", after.as_secs()),
                None => "docker login for a higher limit, or --registry-mirror HOST=MIRROR".into(),
            },
            Self::NoSuchHost { host } => {
                format!("another spelling of {host}; getent hosts {host} asks this machine's name servers")
            }
            Self::Refused { host } => format!("curl http://{host}/v2/, to see whether a registry runs there"),
            Self::Tls { host, .. } => format!(
                "--registry-ca FILE for an authority of your own (or /etc/docker/certs.d/{host}/); --plain-http {host} for a registry without TLS"
            ),
            Self::Timeout { .. } => "again later, and see what HTTPS_PROXY and NO_PROXY say".into(),
            Self::Authority { path, .. } => {
                format!("openssl x509 -noout -subject -in {}", path.display())
            }
            _ => return None,
        })
    }

    /// Whether asking elsewhere, or later, may help.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::RateLimited { .. } | Self::Refused { .. } | Self::Timeout { .. } => true,
            Self::Transport { .. } => true,
            Self::Status { status, .. } => *status >= 500 || *status == 408,
            _ => false,
        }
    }
}
