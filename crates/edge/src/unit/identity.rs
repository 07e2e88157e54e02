//! Who an edge unit is: a key that never leaves it, and the centre's certificate for it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use lazaret_wire::edge::{InvalidTicket, JoinRequest, JoinTicket, Joined, RenewRequest};
use lazaret_wire::sign::{SignError, VerifyingKey};
use lazaret_wire::{Client, ClientError, Identity};
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use serde::{Deserialize, Serialize};

use super::outward::Outward;
use crate::verdict::write_whole;

/// The file of an edge unit's directory that only its owner may read.
const FILE: &str = "identity.json";

/// The key that bundles are signed with, for everybody.
const KEY_FILE: &str = "bundle.pub";

/// Why an edge unit is nobody.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The directory of the unit.
    #[error("{}: {source}", path.display())]
    Directory {
        /// The file.
        path: PathBuf,
        /// What was wrong.
        #[source]
        source: std::io::Error,
    },
    /// There is neither a certificate nor a token.
    #[error("this unit has not joined yet, and no token was given")]
    NoToken,
    /// The token makes no sense.
    #[error(transparent)]
    Ticket(#[from] InvalidTicket),
    /// The token is for another region than the unit.
    #[error("the token is for region `{ticket}`, and the unit is in `{unit}`")]
    Region {
        /// That of the token.
        ticket: String,
        /// That of the unit.
        unit: String,
    },
    /// No key could be made.
    #[error("make a key: {0}")]
    Key(#[from] rcgen::Error),
    /// The centre did not take the unit in.
    #[error("join the centre")]
    Refused(#[source] Box<ClientError>),
    /// What the centre said makes no sense.
    #[error("the centre's key for bundles: {0}")]
    Bundles(#[from] SignError),
}

/// Where the centre is, and what looks at all that goes there.
pub(super) struct Centre<'a> {
    url: &'a str,
    outward: &'a Arc<Outward>,
}

impl<'a> Centre<'a> {
    pub(super) fn new(url: &'a str, outward: &'a Arc<Outward>) -> Self {
        Self { url, outward }
    }

    fn client(&self, identity: Identity) -> Result<Client, IdentityError> {
        let client = Client::new(self.url, identity);
        let client = client.map_err(|e| IdentityError::Refused(Box::new(e)))?;
        Ok(client.watched(Arc::<Outward>::clone(self.outward)))
    }
}

/// What an edge unit keeps.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) edge: String,
    pub(super) region: String,
    certificate: String,
    key: String,
    ca: String,
    bundle_key: String,
    since: Timestamp,
    pub(super) expires_at: Timestamp,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "edge {} of {}", self.edge, self.region)
    }
}

impl Kept {
    /// The identity in a directory, or a new one for a token. A unit that has joined needs
    /// its token no more.
    pub(super) async fn open(
        directory: &Path,
        central: &Centre<'_>,
        region: &str,
        token: Option<&str>,
        now: Timestamp,
    ) -> Result<Self, IdentityError> {
        let path = directory.join(FILE);
        let kept = match std::fs::read(&path) {
            Ok(bytes) => {
                let kept = serde_json::from_slice::<Self>(&bytes).map_err(|e| {
                    let source = std::io::Error::new(std::io::ErrorKind::InvalidData, e);
                    IdentityError::Directory {
                        path: path.clone(),
                        source,
                    }
                })?;
                // A certificate that has run out while the line was cut needs a new token.
                if kept.expires_at > now || token.is_none() {
                    return Ok(kept);
                }
                Some(kept)
            }
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => None,
            Err(source) => return Err(IdentityError::Directory { path, source }),
        };
        let token = token.ok_or(IdentityError::NoToken)?;
        match (
            Self::join(directory, central, region, token, now).await,
            kept,
        ) {
            // Gates still ask for what is here, and the token may be the one of long ago.
            (Err(why), Some(kept)) => {
                let until = kept.expires_at;
                tracing::error!(%why, %until, "the certificate has ended, and the token makes no other");
                Ok(kept)
            }
            (joined, _) => joined,
        }
    }

    /// A new identity for a token.
    async fn join(
        directory: &Path,
        central: &Centre<'_>,
        region: &str,
        token: &str,
        now: Timestamp,
    ) -> Result<Self, IdentityError> {
        let ticket = JoinTicket::decode(token)?;
        if ticket.region != region {
            let (ticket, unit) = (ticket.region, region.to_owned());
            return Err(IdentityError::Region { ticket, unit });
        }
        let (csr, key) = request()?;
        let identity = Identity {
            ca: Some(ticket.ca),
            ..Identity::default()
        };
        let refused = |e: ClientError| IdentityError::Refused(Box::new(e));
        let client = central.client(identity)?;
        let asked = JoinRequest {
            secret: ticket.secret,
            name: host_name(),
            csr,
        };
        let joined: Joined = client
            .post("/edge/v1/join", &asked)
            .await
            .map_err(refused)?;
        let kept = Self::new(joined, key, now);
        kept.bundle_key()?;
        kept.keep(directory)?;
        Ok(kept)
    }

    fn new(joined: Joined, key: String, since: Timestamp) -> Self {
        Self {
            edge: joined.edge,
            region: joined.region,
            certificate: joined.certificate,
            key,
            ca: joined.ca,
            bundle_key: joined.bundle_key,
            since,
            expires_at: joined.expires_at,
        }
    }

    fn keep(&self, directory: &Path) -> Result<(), IdentityError> {
        let path = directory.join(FILE);
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        // For gates that are started beside: `--key DIR/bundle.pub`.
        let public = directory.join(KEY_FILE);
        write_whole(&public, format!("{}\n", self.bundle_key).as_bytes()).map_err(|source| {
            IdentityError::Directory {
                path: public,
                source,
            }
        })?;
        private(&path, &bytes).map_err(|source| IdentityError::Directory { path, source })
    }

    /// A client that shows this certificate and trusts the centre's authority alone.
    pub(super) fn client(&self, central: &Centre<'_>) -> Result<Client, IdentityError> {
        let identity = Identity {
            ca: Some(self.ca.clone()),
            certificate: Some(format!("{}\n{}", self.certificate, self.key)),
            token: None,
        };
        central.client(identity)
    }

    /// What bundles must be signed with.
    pub(super) fn bundle_key(&self) -> Result<VerifyingKey, IdentityError> {
        Ok(VerifyingKey::parse(&self.bundle_key)?)
    }

    /// Whether two thirds of the certificate's life are over.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        let life = self.expires_at.duration_since(self.since);
        now.duration_since(self.since) >= life / 3 * 2
    }

    /// The same unit with another key.
    pub(super) async fn renewed(
        &self,
        client: &Client,
        directory: &Path,
        now: Timestamp,
    ) -> Result<Self, IdentityError> {
        let (csr, key) = request()?;
        let joined: Joined = client
            .post("/edge/v1/renew", &RenewRequest { csr })
            .await
            .map_err(|e| IdentityError::Refused(Box::new(e)))?;
        let kept = Self::new(joined, key, now);
        kept.bundle_key()?;
        kept.keep(directory)?;
        Ok(kept)
    }
}

/// A request for a certificate, and the new key that it is for.
fn request() -> Result<(String, String), rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut asked = CertificateParams::new(Vec::<String>::new())?;
    asked.distinguished_name = DistinguishedName::new();
    asked
        .distinguished_name
        .push(DnType::CommonName, "lazaret edge");
    let csr = asked.serialize_request(&key)?.pem()?;
    Ok((csr, key.serialize_pem()))
}

/// Writes a file that only its owner may read, whole or not at all.
fn private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let beside = path.with_extension("part");
    let _ = std::fs::remove_file(&beside);
    let mut options = std::fs::OpenOptions::new();
    let mut out = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)?;
    out.write_all(bytes)?;
    out.sync_all()?;
    std::fs::rename(&beside, path)
}

/// What people know the machine by.
fn host_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let name: String = name.trim().chars().take(100).collect();
    if name.is_empty() {
        "edge".to_owned()
    } else {
        name
    }
}
