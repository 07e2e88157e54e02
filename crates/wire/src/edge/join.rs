//! How an edge gets its certificate.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a token file holds: everything that an edge needs to trust the centre and to be
/// trusted once. Written as one line, `lzj1.` and base64.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinTicket {
    /// The one-time secret.
    pub secret: String,
    /// The centre's authority, PEM: the only one that the edge trusts.
    pub ca: String,
    /// The edge's region.
    pub region: String,
}

/// A token that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the token is not one that the centre makes: `lzj1.` and base64")]
pub struct InvalidTicket;

impl JoinTicket {
    /// The ticket as one line.
    pub fn encode(&self) -> String {
        let json = serde_json::to_vec(self).unwrap_or_default();
        format!("lzj1.{}", URL_SAFE_NO_PAD.encode(json))
    }

    /// The ticket of a line.
    ///
    /// # Errors
    /// When it is none.
    pub fn decode(line: &str) -> Result<Self, InvalidTicket> {
        let text = line.trim().strip_prefix("lzj1.").ok_or(InvalidTicket)?;
        let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidTicket)?;
        serde_json::from_slice(&json).map_err(|_| InvalidTicket)
    }
}

impl std::fmt::Debug for JoinTicket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "JoinTicket for {}", self.region)
    }
}

/// `POST /edge/v1/join`: the only call without a certificate.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct JoinRequest {
    /// [`JoinTicket::secret`].
    #[schema(max_length = 200)]
    pub secret: String,
    /// Name of the edge, for people.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Certificate signing request, PEM. The private key stays at the edge.
    #[schema(max_length = 16384)]
    pub csr: String,
}

impl std::fmt::Debug for JoinRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "JoinRequest of {}", self.name)
    }
}

/// `POST /edge/v1/renew`: the same edge, another key.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RenewRequest {
    /// Certificate signing request, PEM.
    #[schema(max_length = 16384)]
    pub csr: String,
}

/// The answer to both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Joined {
    /// Id of the edge, a UUID.
    pub edge: String,
    /// Its region.
    pub region: String,
    /// The certificate, PEM.
    pub certificate: String,
    /// The centre's authority, PEM.
    pub ca: String,
    /// RFC 3339 time at which the certificate ends. Renew at two thirds of its life.
    pub expires_at: jiff::Timestamp,
    /// The key that bundles are signed with, as [`crate::sign::VerifyingKey`] reads it.
    pub bundle_key: String,
}
