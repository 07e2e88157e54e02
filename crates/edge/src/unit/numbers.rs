//! The numbers of the unit for Prometheus, in its text format 0.0.4.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;

use super::outward::Sent;
use super::{Shared, lock};

/// Name, help, value.
type Row = (&'static str, &'static str, u64);

/// All of them.
pub(super) fn text(shared: &Shared, now: Timestamp) -> String {
    let mut text = String::new();
    for (name, help, value) in work(shared).into_iter().chain(line(shared, now)) {
        let kind = match name.ends_with("_total") {
            true => "counter",
            false => "gauge",
        };
        head(&mut text, name, kind, help);
        // Writing to a text does not fail.
        let _ = writeln!(text, "lazaret_edge_{name} {value}");
    }
    let name = "bytes_sent_total";
    head(
        &mut text,
        name,
        "counter",
        "Bytes of bodies that left, by kind",
    );
    for kind in Sent::ALL {
        let (label, value) = (kind.name(), shared.outward.sent(kind));
        let _ = writeln!(text, "lazaret_edge_{name}{{kind=\"{label}\"}} {value}");
    }
    spans(&mut text);
    text
}

/// Under its own name, as those of centres and gates.
fn spans(text: &mut String) {
    let Some(counts) = lazaret_trace::counts() else {
        return;
    };
    *text += "# HELP lazaret_trace_spans_total Spans by what became of them\n\
              # TYPE lazaret_trace_spans_total counter\n";
    for (outcome, count) in counts.by_outcome() {
        let _ = writeln!(
            text,
            "lazaret_trace_spans_total{{outcome=\"{outcome}\"}} {count}"
        );
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(
        text,
        "# HELP lazaret_edge_{name} {help}\n# TYPE lazaret_edge_{name} {kind}"
    );
}

/// What was done, what was read and sent.
fn work(shared: &Shared) -> Vec<Row> {
    let of = |n: &AtomicU64| n.load(Ordering::Relaxed);
    let outward = &shared.outward;
    vec![
        (
            "images_total",
            "Images looked at",
            of(&shared.counts.images),
        ),
        (
            "failures_total",
            "Jobs that failed",
            of(&shared.counts.failed),
        ),
        (
            "fenced_total",
            "Results that somebody else had given",
            of(&shared.counts.fenced),
        ),
        ("running", "Jobs that run", of(&shared.counts.running)),
        (
            "layer_bytes_read_total",
            "Bytes of layers read beside registries",
            of(&shared.counts.layer_bytes),
        ),
        (
            "layer_bytes_sent_total",
            "Bytes of layers that left, among all that is sent",
            outward.layers_sent(),
        ),
        (
            "inventory_bytes_sent_total",
            "Bytes of inventories sent to the centre",
            outward.sent(Sent::Inventory),
        ),
        (
            "unsent_bodies_total",
            "Bodies of no known kind, which were not sent",
            outward.refused(),
        ),
    ]
}

/// What waits, and how the unit stands to the centre.
fn line(shared: &Shared, now: Timestamp) -> Vec<Row> {
    let waiting = shared.spool.waiting();
    let (generation, age) = shared.bundle(now);
    let seconds = |then: Timestamp| now.duration_since(then).as_secs().max(0).cast_unsigned();
    let left = lock(&shared.kept).expires_at.duration_since(now).as_secs();
    let heard = lock(&shared.heard).map_or(0, seconds);
    vec![
        ("spool_bytes", "Bytes that wait on disk", waiting.bytes),
        (
            "spool_limit_bytes",
            "Bytes that may wait on disk",
            shared.settings.spool_limit,
        ),
        ("spool_results", "Results that wait", waiting.results),
        ("spool_events", "Raw events that wait", waiting.events),
        (
            "spool_dropped_events_total",
            "Raw events dropped for want of room",
            waiting.dropped,
        ),
        (
            "bundle_generation",
            "Generation of the bundle",
            generation.max(0).cast_unsigned(),
        ),
        (
            "bundle_age_seconds",
            "Since the centre last said that the bundle is the newest",
            age.unwrap_or(0).cast_unsigned(),
        ),
        (
            "centre_silent_seconds",
            "Since the centre last answered",
            heard,
        ),
        (
            "certificate_seconds_left",
            "Until the certificate ends",
            left.max(0).cast_unsigned(),
        ),
    ]
}
