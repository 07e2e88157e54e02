//! The gate: a proxy before a registry that lets manifests through or refuses them.
//!
//! Only pulls of manifests are judged; everything else flows through as it is, without
//! being held. The decision rests on the digest of what the registry has answered, not on
//! what a tag meant a moment ago, and on verdicts in memory. A manifest is at most 4 MiB
//! and is read whole, because its digest is checked; a blob never is.

mod decide;
mod headers;
mod manifest;
mod metrics;
mod path;
mod proxy;
mod refusal;
mod rule;
mod serve;
mod stall;
mod upstream;

use std::time::Duration;

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use jiff::Timestamp;

pub use crate::tls::{Tls, TlsError};
use crate::verdict::GateRules;

pub use headers::PublicUrl;
pub use manifest::MAX_MANIFEST;
pub use path::{BadPath, Reference, Route, canonical, looks_like_a_pull, route};
pub use rule::{Action, Rules, Transition, rule};
pub use serve::{Gate, GateError};
pub use upstream::UpstreamError;

/// A body on its way.
type Body = UnsyncBoxBody<Bytes, std::io::Error>;

fn empty() -> Body {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// How a gate stands.
#[derive(Debug, Clone)]
pub struct GateSettings {
    /// The registry: `https://host`, `http://host:5000`, or a host alone.
    pub upstream: String,
    /// Authorities that the registry's certificate may come from, PEM; none: the web's.
    pub upstream_ca: Option<Vec<u8>>,
    /// The registry, as the verdicts call it; none: whatever they call it.
    pub registry: Option<String>,
    /// How clients reach the gate; none: as they say themselves.
    pub public: Option<PublicUrl>,
    /// Rules that count before those of the verdicts.
    pub rules: GateRules,
    /// Most connections at once; one more waits to be accepted.
    pub max_connections: usize,
    /// How long a body may stand still, and a head may take to arrive.
    pub patience: Duration,
    /// How long what is under way may go on after the gate was told to stop.
    pub grace: Duration,
    /// The time.
    pub clock: fn() -> Timestamp,
}

impl GateSettings {
    /// The usual ones, for a registry.
    pub fn new(upstream: &str) -> Self {
        Self {
            upstream: upstream.to_owned(),
            upstream_ca: None,
            registry: None,
            public: None,
            rules: GateRules::default(),
            max_connections: 4096,
            patience: Duration::from_secs(60),
            grace: Duration::from_secs(30),
            clock: Timestamp::now,
        }
    }
}
