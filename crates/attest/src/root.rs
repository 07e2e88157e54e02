//! What is trusted besides keys: certificate authorities and transparency logs.
//!
//! Source: sigstore/protobuf-specs, `sigstore_trustroot.proto` (`trusted_root.json`).

use jiff::Timestamp;
use serde::Deserialize;

use crate::encoding::{base64, sha256};
use crate::limits::{MAX_ITEMS, MAX_ROOT};
use crate::{AttestError, Certificate, PublicKey};

const WHAT: &str = "trusted root";

/// A transparency log, and when its key is or was in use.
#[derive(Debug, Clone)]
pub struct Log {
    key: PublicKey,
    id: [u8; 32],
    period: Period,
}

impl Log {
    /// A log whose key holds at any time.
    pub fn of_key(key: PublicKey) -> Self {
        Self {
            id: sha256(key.der()),
            key,
            period: Period::default(),
        }
    }

    pub(crate) fn id(&self) -> &[u8] {
        &self.id
    }

    pub(crate) fn key(&self) -> &PublicKey {
        &self.key
    }

    pub(crate) fn is_valid_at(&self, seconds: i64) -> bool {
        self.period.holds(seconds)
    }
}

/// An authority that gives certificates to whoever shows an identity for a moment.
#[derive(Debug, Clone)]
pub(crate) struct Authority {
    pub(crate) root: Certificate,
    pub(crate) intermediates: Vec<Certificate>,
    pub(crate) period: Period,
}

/// From the first to the last second, both within.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Period {
    start: Option<i64>,
    end: Option<i64>,
}

impl Period {
    pub(crate) fn holds(&self, seconds: i64) -> bool {
        self.start.is_none_or(|start| start <= seconds) && self.end.is_none_or(|end| seconds <= end)
    }
}

/// What chains of certificates and proofs of logs end in.
#[derive(Debug, Clone, Default)]
pub struct Anchors {
    /// Authorities that the user laid out as PEM: a certificate of theirs is good while it
    /// is valid, or was when a log says that it signed.
    pub(crate) roots: Vec<Certificate>,
    /// Logs of signatures (Rekor).
    pub(crate) logs: Vec<Log>,
    /// From a trusted root: certificates of minutes, which need a log's word.
    pub(crate) authorities: Vec<Authority>,
    /// Logs of certificates.
    pub(crate) certificate_logs: Vec<Log>,
}

impl Anchors {
    /// Authorities and logs that the user laid out.
    pub fn of(roots: Vec<Certificate>, logs: Vec<Log>) -> Self {
        Self {
            roots,
            logs,
            ..Self::default()
        }
    }

    /// Both together.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.roots.extend(other.roots);
        self.logs.extend(other.logs);
        self.authorities.extend(other.authorities);
        self.certificate_logs.extend(other.certificate_logs);
        self
    }

    /// Whether nothing at all is trusted.
    pub fn is_empty(&self) -> bool {
        self.roots.is_empty() && self.authorities.is_empty()
    }

    /// What a `trusted_root.json` names.
    ///
    /// # Errors
    /// When it is none, or names no authority. A log whose key is of an unknown kind is
    /// left out: what it signs is then not verified.
    pub fn from_trusted_root(bytes: &[u8]) -> Result<Self, AttestError> {
        AttestError::bound(WHAT, bytes.len(), MAX_ROOT, "bytes")?;
        let wire: Wire =
            serde_json::from_slice(bytes).map_err(|error| AttestError::malformed(WHAT, error))?;
        for count in [
            wire.authorities.len(),
            wire.logs.len(),
            wire.certificate_logs.len(),
        ] {
            AttestError::bound(WHAT, count, MAX_ITEMS, "authorities or logs")?;
        }
        let authorities = wire.authorities.iter().map(authority);
        let anchors = Self {
            roots: Vec::new(),
            logs: logs(&wire.logs),
            authorities: authorities.collect::<Result<_, _>>()?,
            certificate_logs: logs(&wire.certificate_logs),
        };
        match anchors.is_empty() {
            true => Err(AttestError::malformed(WHAT, "it names no authority")),
            false => Ok(anchors),
        }
    }
}

#[derive(Deserialize)]
struct Wire {
    #[serde(default, rename = "certificateAuthorities")]
    authorities: Vec<WireAuthority>,
    #[serde(default, rename = "tlogs")]
    logs: Vec<WireLog>,
    #[serde(default, rename = "ctlogs")]
    certificate_logs: Vec<WireLog>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireAuthority {
    cert_chain: WireChain,
    #[serde(default)]
    valid_for: WirePeriod,
}

#[derive(Deserialize)]
struct WireChain {
    certificates: Vec<WireBytes>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireBytes {
    raw_bytes: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireLog {
    public_key: WireKey,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireKey {
    raw_bytes: String,
    #[serde(default)]
    valid_for: WirePeriod,
}

#[derive(Deserialize, Default)]
struct WirePeriod {
    start: Option<String>,
    end: Option<String>,
}

fn authority(wire: &WireAuthority) -> Result<Authority, AttestError> {
    let chain = &wire.cert_chain.certificates;
    AttestError::bound(WHAT, chain.len(), MAX_ITEMS, "certificates of a chain")?;
    let chain = chain.iter();
    let chain = chain.map(|one| Certificate::from_der(&base64(WHAT, &one.raw_bytes)?));
    let mut chain: Vec<Certificate> = chain.collect::<Result<_, _>>()?;
    // The chain ends in the root.
    let root = chain.pop();
    Ok(Authority {
        root: root.ok_or_else(|| AttestError::malformed(WHAT, "an authority without a chain"))?,
        intermediates: chain,
        period: period(&wire.valid_for)?,
    })
}

fn logs(wire: &[WireLog]) -> Vec<Log> {
    let one = |log: &WireLog| {
        let key = base64(WHAT, &log.public_key.raw_bytes).ok()?;
        Some(Log {
            period: period(&log.public_key.valid_for).ok()?,
            ..Log::of_key(PublicKey::from_der(&key).ok()?)
        })
    };
    wire.iter().filter_map(one).collect()
}

fn period(wire: &WirePeriod) -> Result<Period, AttestError> {
    let seconds = |text: &Option<String>| match text {
        None => Ok(None),
        Some(text) => match text.parse::<Timestamp>() {
            Ok(time) => Ok(Some(time.as_second())),
            Err(_) => Err(AttestError::malformed(WHAT, "a time is not RFC 3339")),
        },
    };
    Ok(Period {
        start: seconds(&wire.start)?,
        end: seconds(&wire.end)?,
    })
}
