//! What a gate counts. No digest, repository or client is ever a label.

use std::sync::atomic::{AtomicI64, AtomicU64};

use prometheus_client::encoding::text::{encode, encode_registry};
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::decide::Ruling;
use super::rule::Action;
use crate::spans;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Decided {
    action: Word,
    state: Word,
    transition: Word,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    kind: Word,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Flowed {
    direction: Word,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Word(&'static str);

impl EncodeLabelValue for Word {
    fn encode(
        &self,
        encoder: &mut prometheus_client::encoding::LabelValueEncoder<'_>,
    ) -> Result<(), std::fmt::Error> {
        EncodeLabelValue::encode(&self.0, encoder)
    }
}

/// What a gate counts.
pub(super) struct Metrics {
    registry: Registry,
    decisions: Family<Decided, Counter>,
    answers: Family<Answered, Counter>,
    bytes: Family<Flowed, Counter>,
    pub(super) upstream_errors: Counter,
    pub(super) mismatches: Counter,
    pub(super) connections: Gauge<i64, AtomicI64>,
    waiting: Gauge<i64, AtomicI64>,
    generation: Gauge<i64, AtomicI64>,
    verdicts: Gauge<i64, AtomicI64>,
    age: Gauge<f64, AtomicU64>,
    trouble: Gauge<i64, AtomicI64>,
    pub(super) deciding: Histogram,
}

/// Under its own name, as those of centres and units.
fn with_spans(text: &mut String) {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(lazaret_trace::Spans));
    // Writing to a string cannot fail.
    let _ = encode(text, &registry);
}

impl Metrics {
    pub(super) fn new() -> Self {
        let buckets = [1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 5e-3, 0.05, 1.0, 10.0, 60.0];
        let mut metrics = Self {
            registry: Registry::with_prefix("lazaret_gate"),
            decisions: Family::default(),
            answers: Family::default(),
            bytes: Family::default(),
            upstream_errors: Counter::default(),
            mismatches: Counter::default(),
            connections: Gauge::default(),
            waiting: Gauge::default(),
            generation: Gauge::default(),
            verdicts: Gauge::default(),
            age: Gauge::default(),
            trouble: Gauge::default(),
            deciding: Histogram::new(buckets),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let r = &mut self.registry;
        r.register(
            "decisions",
            "Pulls of manifests decided",
            self.decisions.clone(),
        );
        r.register("answers", "Answers given", self.answers.clone());
        r.register("bytes", "Bytes of bodies passed on", self.bytes.clone());
        r.register(
            "upstream_errors",
            "Requests that the registry did not answer",
            self.upstream_errors.clone(),
        );
        r.register(
            "digest_mismatches",
            "Manifests that were not what their digest says",
            self.mismatches.clone(),
        );
        r.register(
            "connections",
            "Connections of clients",
            self.connections.clone(),
        );
        r.register(
            "waiting",
            "Pulls that wait for an examination",
            self.waiting.clone(),
        );
        r.register(
            "verdict_generation",
            "Generation of the verdicts",
            self.generation.clone(),
        );
        r.register("verdicts", "Digests with a verdict", self.verdicts.clone());
        r.register(
            "verdict_age_seconds",
            "Age of the verdicts",
            self.age.clone(),
        );
        r.register(
            "verdict_source_in_trouble",
            "1 where the last reading of the verdicts failed",
            self.trouble.clone(),
        );
        r.register(
            "deciding_seconds",
            "From the registry's answer to the decision, waits included",
            self.deciding.clone(),
        );
    }

    /// Counts a decision, and notes it with the span of the request.
    pub(super) fn decided(&self, ruling: &Ruling) {
        let action = match ruling.action {
            Action::Allow => "allow",
            Action::Spare => "spare",
            Action::Wait | Action::Refuse => "refuse",
        };
        spans::decided(action, ruling.standing.state.name());
        let labels = Decided {
            action: Word(action),
            state: Word(ruling.standing.state.name()),
            transition: Word(ruling.transition.name()),
        };
        self.decisions.get_or_create(&labels).inc();
    }

    /// Counts an answer, and notes it with the span of the request.
    pub(super) fn answered(&self, kind: &'static str, status: u16) {
        spans::answered(kind, status);
        self.answers
            .get_or_create(&Answered {
                kind: Word(kind),
                status,
            })
            .inc();
    }

    /// Counts bytes of one direction: `pulled`, `pushed`.
    pub(super) fn flow(&self, direction: &'static str) -> Box<dyn Fn(u64) + Send> {
        let counter = self.bytes.get_or_create_owned(&Flowed {
            direction: Word(direction),
        });
        Box::new(move |bytes| {
            counter.inc_by(bytes);
        })
    }

    /// The text for Prometheus.
    pub(super) fn text(&self, judge: &super::decide::Judge, in_trouble: bool) -> String {
        let book = judge.book();
        let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        self.waiting.set(number(judge.waiting()));
        self.generation
            .set(i64::try_from(book.generation).unwrap_or(i64::MAX));
        self.verdicts.set(number(book.len()));
        self.age
            .set(book.age(judge.now()).map_or(0.0, |age| age.as_secs_f64()));
        self.trouble.set(in_trouble.into());
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = encode_registry(&mut text, &self.registry);
        with_spans(&mut text);
        text
    }
}
