//! What leaves the unit: every body passes here, is counted by its kind, and is looked at for
//! layers.
//!
//! What goes to the centre passes as the [`Watch`] of the unit's client, what goes to gates and
//! probes as a layer around its listener. Of questions to registries and to the metadata
//! service of a cloud none has a body. Heads of HTTP and what TLS adds are not counted.

use std::collections::{HashSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use lazaret_model::Digest;
use lazaret_wire::Watch;
use reqwest::Method;
use sha2::{Digest as _, Sha256};

/// Most digests of layers that are remembered, two for each layer: 10 MiB or so.
const MOST_LAYERS: usize = 100_000;

/// Shortest text of base64 that is decoded and looked at, in characters.
const SHORTEST: usize = 512;

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sent {
    /// The inventory of an image, to the centre.
    Inventory,
    /// Which inventories a job has made, to the centre, out of the spool.
    Result,
    /// Joining, renewing, leases, heartbeats, failures, to the centre.
    Protocol,
    /// A bundle as the centre has signed it, to a gate.
    Bundle,
    /// The verdict on one image, to a gate.
    Verdict,
    /// Health and numbers.
    Page,
}

impl Sent {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Inventory,
        Self::Result,
        Self::Protocol,
        Self::Bundle,
        Self::Verdict,
        Self::Page,
    ];

    /// The label of the kind.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inventory => "inventory",
            Self::Result => "result",
            Self::Protocol => "protocol",
            Self::Bundle => "bundle",
            Self::Verdict => "verdict",
            Self::Page => "page",
        }
    }

    /// What is sent to the centre with a call; none where the protocol has no such call.
    fn to_centre(method: &Method, path: &str) -> Option<Self> {
        let inner = path.strip_prefix("/edge/v1/")?;
        match (method.as_str(), inner) {
            ("PUT", blob) if blob.strip_prefix("blobs/").is_some_and(is_name) => {
                Some(Self::Inventory)
            }
            ("POST", "complete") => Some(Self::Result),
            ("POST", "join" | "renew" | "lease" | "heartbeat" | "fail")
            | ("GET", "bundle" | "advisories" | "verdict") => Some(Self::Protocol),
            _ => None,
        }
    }

    /// What is answered at a path of the unit; none where there is nothing.
    pub(super) fn of_answer(path: &str) -> Option<Self> {
        match path {
            "/edge/v1/bundle" => Some(Self::Bundle),
            "/edge/v1/verdict" => Some(Self::Verdict),
            "/healthz" | "/readyz" | "/metrics" => Some(Self::Page),
            _ => None,
        }
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains('/')
}

/// The counters, and the layers that the unit has read.
#[derive(Debug, Default)]
pub struct Outward {
    sent: [AtomicU64; Sent::ALL.len()],
    layers_sent: AtomicU64,
    refused: AtomicU64,
    layers: Mutex<Layers>,
}

#[derive(Debug, Default)]
struct Layers {
    known: HashSet<String>,
    order: VecDeque<String>,
}

impl Outward {
    /// Digests that are those of layers: of a stored blob, or of its content.
    pub fn know<'a>(&self, digests: impl IntoIterator<Item = &'a Digest>) {
        let mut layers = self.layers.lock().unwrap_or_else(PoisonError::into_inner);
        for digest in digests {
            let hex = digest.hex().to_owned();
            if !layers.known.insert(hex.clone()) {
                continue;
            }
            layers.order.push_back(hex);
            if layers.order.len() > MOST_LAYERS
                && let Some(oldest) = layers.order.pop_front()
            {
                layers.known.remove(&oldest);
            }
        }
    }

    /// Bytes of bodies of a kind that have left since the unit was started.
    pub fn sent(&self, kind: Sent) -> u64 {
        self.sent[kind as usize].load(Ordering::Relaxed)
    }

    /// Bytes of bodies that were, or had in them, a layer.
    pub fn layers_sent(&self) -> u64 {
        self.layers_sent.load(Ordering::Relaxed)
    }

    /// Bodies that were of no kind that leaves; they were not sent.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Counts a body that leaves now.
    pub(super) fn count(&self, kind: Sent, body: &[u8]) {
        let bytes = body.len() as u64;
        self.sent[kind as usize].fetch_add(bytes, Ordering::Relaxed);
        // What a bundle is, its signature says: it is the centre's, whatever is in it.
        let layer = match kind {
            Sent::Bundle => 0,
            _ => self.layer_bytes(body),
        };
        if layer > 0 {
            let kind = kind.name();
            tracing::error!(kind, bytes = layer, "a layer leaves the unit");
            self.layers_sent.fetch_add(layer, Ordering::Relaxed);
        }
    }

    pub(super) fn refuse(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// How many bytes of a body are a layer: all of it, or texts of base64 in it.
    fn layer_bytes(&self, body: &[u8]) -> u64 {
        if self.is_layer(body) {
            return body.len() as u64;
        }
        let texts = body.split(|byte| !is_base64(*byte));
        let within = |text: &[u8]| {
            let decoded = match text.iter().any(|byte| b"-_".contains(byte)) {
                true => URL_SAFE_NO_PAD.decode(text),
                false => STANDARD_NO_PAD.decode(text),
            };
            decoded.is_ok_and(|bytes| self.is_layer(&bytes))
        };
        texts
            .filter(|text| text.len() >= SHORTEST && within(text))
            .map(|text| text.len() as u64)
            .sum()
    }

    /// Whether bytes are a layer that was read, or an archive: layers are, and nothing else
    /// that leaves is.
    fn is_layer(&self, bytes: &[u8]) -> bool {
        let begins = |magic: &[u8]| bytes.starts_with(magic);
        let is_tar = bytes.get(257..262) == Some(b"ustar");
        // RFC 1952 (gzip), RFC 8878 (zstd).
        if is_tar || begins(&[0x1f, 0x8b, 8]) || begins(&[0x28, 0xb5, 0x2f, 0xfd]) {
            return true;
        }
        let digest = Digest::sha256(&Sha256::digest(bytes).into());
        let layers = self.layers.lock().unwrap_or_else(PoisonError::into_inner);
        layers.known.contains(digest.hex())
    }
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte)
}

impl Watch for Outward {
    fn leaves(&self, method: &Method, path: &str, body: &[u8]) -> Result<(), String> {
        match Sent::to_centre(method, path) {
            Some(kind) => self.count(kind, body),
            None => {
                self.refuse();
                tracing::error!(%method, path, bytes = body.len(), "a body of no known kind is not sent");
                return Err("a body of this kind does not leave the unit".to_owned());
            }
        }
        Ok(())
    }
}
