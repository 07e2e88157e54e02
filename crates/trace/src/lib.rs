//! Traces: which span follows which, and, where asked for, the way to a collector.
//!
//! Spans are those of `tracing` with the target [`TARGET`]; they cost nothing where nobody
//! collects. What goes from process to process is the header `traceparent` (W3C Trace Context,
//! level 1); in the queue it is a field of the payload. `tracestate` and baggage are not passed
//! on: nothing here says anything in them.
//!
//! The feature `export` has the other half: OTLP over HTTP with protobuf, through a queue that
//! never makes anybody wait.

mod context;
mod counts;
#[cfg(feature = "export")]
mod export;
#[cfg(feature = "metrics")]
mod metrics;
#[cfg(feature = "export")]
mod settings;

use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt as _;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

pub use counts::{Counts, counts};
#[cfg(feature = "export")]
pub use export::{Answer, Carrier, Collecting, TraceLayer, begin};
#[cfg(feature = "metrics")]
pub use metrics::Spans;
#[cfg(feature = "export")]
pub use settings::{Settings, SettingsError};

/// The target of every span that a collector is sent.
pub const TARGET: &str = "lazaret::trace";

/// The name of the header.
pub const HEADER: &str = "traceparent";

/// What whoever works for the current span is told: the value of `traceparent`. None where
/// nobody collects, or no span is open.
#[must_use]
pub fn traceparent() -> Option<String> {
    traceparent_of(&Span::current())
}

/// The same for a span that need not be the current one.
#[must_use]
pub fn traceparent_of(span: &Span) -> Option<String> {
    if span.is_disabled() || !counts::is_on() {
        return None;
    }
    context::written(span.context().span().span_context())
}

/// The name of a method of HTTP for an attribute: those that strangers make up are `_OTHER`, as
/// OpenTelemetry's conventions have it.
#[must_use]
pub fn method_name(method: &str) -> &'static str {
    let known = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT",
    ];
    let found = known.into_iter().find(|known| *known == method);
    found.unwrap_or("_OTHER")
}

/// Makes a span that has not been entered follow what somebody else was doing. A text that is
/// no `traceparent`, or none, leaves it where it is.
pub fn follow(span: &Span, traceparent: Option<&str>) {
    let Some(before) = traceparent.and_then(context::read) else {
        return;
    };
    if span.is_disabled() {
        return;
    }
    // Refused where nobody collects, or where the span has begun: it has a parent then.
    let _ = span.set_parent(Context::new().with_remote_span_context(before));
}
