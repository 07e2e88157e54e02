//! What edges tell of themselves.

use jiff::Timestamp;
use lazaret_wire::api::EdgeUnit;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::number;
use crate::edges::{Received, SIZES};

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Unit {
    region: String,
    edge: String,
}

/// Blobs of an edge up to a size, as histograms tell it.
#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct UpTo {
    region: String,
    edge: String,
    le: String,
}

/// Bytes of an edge of a kind.
#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfKind {
    region: String,
    edge: String,
    kind: String,
}

/// A gauge of an edge: its name, what it tells, and where that is found; `None`: not known.
type Told = (
    &'static str,
    &'static str,
    fn(&EdgeUnit, Timestamp) -> Option<i64>,
);

const GAUGES: [Told; 11] = [
    (
        "lazaret_edge_silent_seconds",
        "Seconds since an edge was heard",
        |edge, now| {
            let seen = edge.last_seen_at?;
            Some(now.duration_since(seen).as_secs())
        },
    ),
    (
        "lazaret_edge_spooled_results",
        "Results that wait on an edge to be sent",
        |edge, _| Some(edge.spooled),
    ),
    (
        "lazaret_edge_dropped_results",
        "Results that the spool of an edge had no room for",
        |edge, _| Some(edge.dropped),
    ),
    (
        "lazaret_edge_images",
        "Images that an edge has looked at since it was started",
        |edge, _| Some(edge.images),
    ),
    (
        "lazaret_edge_layer_read_bytes",
        "Bytes of layers that an edge has read beside the registry",
        |edge, _| Some(edge.layer_bytes_read),
    ),
    (
        "lazaret_edge_layer_sent_bytes",
        "Bytes of layers that an edge has sent, as it counts them",
        |edge, _| Some(edge.layer_bytes_sent),
    ),
    (
        "lazaret_edge_unexplained_bytes",
        "Bytes of blobs that came from an edge and that it does not count",
        |edge, _| Some(edge.unexplained_bytes),
    ),
    (
        "lazaret_edge_blob_bytes",
        "Bytes of blobs that came from an edge",
        |edge, _| Some(edge.blob_bytes_received),
    ),
    (
        "lazaret_edge_bundle_behind",
        "Generations that the bundle of an edge is behind the centre's",
        |edge, _| Some(edge.bundle_behind),
    ),
    (
        "lazaret_edge_advisories_behind",
        "1 where an edge has other advisories than the centre",
        |edge, _| Some(edge.advisories_behind.into()),
    ),
    (
        "lazaret_edge_certificate_seconds",
        "Seconds until the certificate of an edge ends; below 0 it has",
        |edge, now| {
            let ends = edge.expires_at?;
            Some(ends.duration_since(now).as_secs())
        },
    ),
];

/// Gauges of edges.
pub(super) struct Units {
    gauges: [Family<Unit, Gauge>; GAUGES.len()],
    blobs: Family<UpTo, Gauge>,
    sent: Family<OfKind, Gauge>,
}

impl Units {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let gauges = GAUGES.map(|(name, help, _)| {
            let family = Family::<Unit, Gauge>::default();
            registry.register(name, help, family.clone());
            family
        });
        let (blobs, sent) = (Family::default(), Family::default());
        let help = "Blobs that came from an edge, by the size that they do not exceed";
        registry.register("lazaret_edge_blobs", help, Family::clone(&blobs));
        let help = "Bytes of bodies that an edge has sent, as it counts them, by kind";
        registry.register("lazaret_edge_sent_bytes", help, Family::clone(&sent));
        Self {
            gauges,
            blobs,
            sent,
        }
    }

    pub(super) fn set(&self, edges: &[EdgeUnit], received: &Received, now: Timestamp) {
        for family in &self.gauges {
            family.clear();
        }
        self.blobs.clear();
        self.sent.clear();
        for edge in edges {
            let (region, name) = (edge.region.clone(), edge.name.clone());
            let labels = Unit {
                region: region.clone(),
                edge: name.clone(),
            };
            for (family, (_, _, value)) in self.gauges.iter().zip(GAUGES) {
                if let Some(value) = value(edge, now) {
                    family.get_or_create(&labels).set(value);
                }
            }
            for (kind, bytes) in &edge.bytes_sent {
                let labels = OfKind {
                    region: region.clone(),
                    edge: name.clone(),
                    kind: kind.clone(),
                };
                self.sent.get_or_create(&labels).set(*bytes);
            }
            let mut up_to = 0;
            for (most, count) in SIZES.iter().zip(received.of(&edge.id).sizes) {
                up_to += count;
                let labels = UpTo {
                    region: region.clone(),
                    edge: name.clone(),
                    le: most.to_string(),
                };
                self.blobs.get_or_create(&labels).set(number(up_to));
            }
        }
    }
}
