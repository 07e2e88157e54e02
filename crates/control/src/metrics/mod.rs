//! What Prometheus reads at `/metrics`.
//!
//! Names of our own begin with `lazaret_`.

mod units;
mod workloads;

use std::collections::HashMap;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use jiff::Timestamp;
use lazaret_store::{Collected, JobCounts, RunningCounts, VerdictState};
use lazaret_wire::api::{EdgeUnit, HoldState};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use units::Units;
use workloads::Workloads;

use crate::edges::Received;
use crate::work::Beside;

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Request {
    method: String,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Kind {
    kind: String,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Decided {
    environment: String,
    state: String,
}

/// What a gate was told.
#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Told {
    state: String,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Jobs {
    pool: String,
    state: String,
    sweep: String,
}

/// Counters and gauges of a centre.
pub struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    seconds: Family<Route, Histogram, fn() -> Histogram>,
    /// Events of registries, by kind.
    events: Family<Kind, Counter>,
    /// Images looked at by the centre's own workers.
    pub(crate) scans: Counter,
    /// Verdicts that became others.
    pub(crate) verdict_changes: Counter,
    /// Jobs of theirs that failed.
    pub(crate) failures: Counter,
    /// Databases whose news were decided on.
    pub(crate) rematches: Counter,
    /// Images that those concerned.
    pub(crate) rematched_images: Counter,
    /// Those of them that were decided on by their inventories.
    pub(crate) rematched_whole: Counter,
    /// Seconds that they took.
    pub(crate) rematch_seconds: Histogram,
    blobs_removed: Counter,
    blob_bytes_removed: Counter,
    jobs: Family<Jobs, Gauge>,
    verdicts: Family<Decided, Gauge>,
    gate_questions: Family<Told, Counter>,
    units: Units,
    running: Workloads,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}

fn histogram() -> Histogram {
    Histogram::new(exponential_buckets(0.001, 2.0, 15))
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::default();
        let requests = Family::<Request, Counter>::default();
        let seconds: Family<Route, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(histogram as fn() -> Histogram);
        let events = Family::<Kind, Counter>::default();
        let (scans, failures) = (Counter::default(), Counter::default());
        let verdict_changes = Counter::default();
        let jobs = Family::<Jobs, Gauge>::default();
        let r = &mut registry;
        r.register(
            "lazaret_http_requests",
            "Requests answered",
            requests.clone(),
        );
        let help = "Seconds that answers took";
        r.register("lazaret_http_request_seconds", help, seconds.clone());
        r.register(
            "lazaret_registry_events",
            "Events of registries",
            events.clone(),
        );
        let help = "Images looked at by the centre";
        r.register("lazaret_scans", help, scans.clone());
        let help = "Verdicts that became others";
        r.register("lazaret_verdict_changes", help, verdict_changes.clone());
        let help = "Jobs of the centre that failed";
        r.register("lazaret_job_failures", help, failures.clone());
        let (rematches, rematched_images) = (Counter::default(), Counter::default());
        let help = "Advisory databases whose news were decided on";
        r.register("lazaret_rematches", help, rematches.clone());
        let help = "Images that those concerned";
        r.register("lazaret_rematched_images", help, rematched_images.clone());
        let rematched_whole = Counter::default();
        let help = "Images of those that were decided on by their inventories, not in parts";
        r.register("lazaret_rematched_whole", help, rematched_whole.clone());
        let rematch_seconds = Histogram::new(exponential_buckets(0.1, 2.0, 14));
        let help = "Seconds from a newer database to the last verdict";
        r.register("lazaret_rematch_seconds", help, rematch_seconds.clone());
        r.register("lazaret_jobs", "Jobs by pool and state", jobs.clone());
        let verdicts = Family::<Decided, Gauge>::default();
        let help = "Verdicts by environment and state";
        r.register("lazaret_verdicts", help, verdicts.clone());
        let gate_questions = Family::<Told, Counter>::default();
        let help = "Questions of gates, by what they were told";
        r.register("lazaret_gate_questions", help, gate_questions.clone());
        let units = Units::register(r);
        r.register_collector(Box::new(lazaret_trace::Spans));
        let running = Workloads::register(r);
        let (blobs_removed, blob_bytes_removed) = (Counter::default(), Counter::default());
        let help = "Blobs removed that nothing referred to any more";
        r.register("lazaret_blobs_removed", help, blobs_removed.clone());
        let help = "Bytes of those, packed";
        r.register(
            "lazaret_blob_bytes_removed",
            help,
            blob_bytes_removed.clone(),
        );
        Self {
            blobs_removed,
            blob_bytes_removed,
            registry,
            requests,
            seconds,
            events,
            scans,
            failures,
            verdict_changes,
            rematches,
            rematched_images,
            rematched_whole,
            rematch_seconds,
            jobs,
            verdicts,
            gate_questions,
            units,
            running,
        }
    }

    pub(crate) fn request(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        // Paths that lead nowhere are of strangers' making: one name for all.
        let route = match route {
            "" => "none",
            known => known,
        };
        let method = match *method {
            Method::GET
            | Method::HEAD
            | Method::POST
            | Method::PUT
            | Method::PATCH
            | Method::DELETE => method.as_str(),
            _ => "other",
        };
        self.requests
            .get_or_create(&Request {
                method: method.to_owned(),
                route: route.to_owned(),
                status: status.as_u16(),
            })
            .inc();
        let route = Route {
            route: route.to_owned(),
        };
        self.seconds
            .get_or_create(&route)
            .observe(took.as_secs_f64());
    }

    pub(crate) fn event(&self, kind: &str) {
        let kind = kind.to_owned();
        self.events.get_or_create(&Kind { kind }).inc();
    }

    pub(crate) fn collected(&self, found: &Collected) {
        self.blobs_removed.inc_by(found.removed);
        self.blob_bytes_removed.inc_by(found.removed_bytes);
    }

    pub(crate) fn jobs(&self, counts: &[JobCounts]) {
        // A pool that has nothing left is not told as it was.
        self.jobs.clear();
        for of in counts {
            let labels = Jobs {
                pool: of.pool.clone(),
                state: of.state.to_string(),
                sweep: of.sweep.to_string(),
            };
            let count = i64::try_from(of.jobs).unwrap_or(i64::MAX);
            self.jobs.get_or_create(&labels).set(count);
        }
    }

    pub(crate) fn verdicts(&self, counts: &[(String, VerdictState, u64)]) {
        self.verdicts.clear();
        for (environment, state, count) in counts {
            let labels = Decided {
                environment: environment.clone(),
                state: state.to_string(),
            };
            self.verdicts.get_or_create(&labels).set(number(*count));
        }
    }

    pub(crate) fn edges(&self, edges: &[EdgeUnit], received: &Received, now: Timestamp) {
        self.units.set(edges, received, now);
    }

    pub(crate) fn running(&self, rows: &[RunningCounts], beside: &HashMap<String, Beside>) {
        self.running.set(rows, beside);
    }

    /// A gate asked about an image, and was told this state.
    pub(crate) fn gate(&self, state: HoldState) {
        let state = state.name().to_owned();
        self.gate_questions.get_or_create(&Told { state }).inc();
    }

    /// All of it, in OpenMetrics' text.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a text does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
