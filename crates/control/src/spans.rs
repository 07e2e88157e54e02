//! The spans of a centre: requests, jobs, deliveries, databases that are decided on.
//!
//! Attributes are of OpenTelemetry's conventions where those have one, and begin with
//! `lazaret.` else. No secret is ever one, and no path: those of events may carry one.

use axum::http::{HeaderMap, Method, StatusCode};
use lazaret_store::Leased;
use tracing::field::Empty;
use tracing::{Span, info_span};

/// What is asked every few seconds by machines and tells nothing.
const UNTOLD: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// The span of a request; `route` is its pattern, empty for none.
pub(crate) fn request(method: &Method, route: &str, headers: &HeaderMap, id: &str) -> Span {
    if UNTOLD.contains(&route) {
        return Span::none();
    }
    let method = lazaret_trace::method_name(method.as_str());
    let span = info_span!(
        target: lazaret_trace::TARGET,
        "request",
        otel.name = format_args!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
        lazaret.request.id = id,
    );
    let before = headers.get(lazaret_trace::HEADER);
    lazaret_trace::follow(&span, before.and_then(|value| value.to_str().ok()));
    span
}

/// Notes what was answered.
pub(crate) fn answered(span: &Span, status: StatusCode) {
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}

/// The span of a job in the hands of this process.
pub(crate) fn job(job: &Leased) -> Span {
    let span = info_span!(
        target: lazaret_trace::TARGET,
        "job",
        otel.name = format_args!("job {}", job.kind),
        otel.kind = "consumer",
        otel.status_code = Empty,
        lazaret.job.id = job.id,
        lazaret.job.kind = job.kind,
        lazaret.job.pool = job.pool,
        lazaret.job.attempt = job.attempt,
    );
    lazaret_trace::follow(&span, job.traceparent.as_deref());
    span
}

/// Notes that a job, or part of it, did not succeed. Why stands in the log and with the job:
/// the words of others are no attribute.
pub(crate) fn failed(span: &Span) {
    span.record("otel.status_code", "ERROR");
}

/// A step within the current span.
macro_rules! step {
    ($name:literal $(, $($field:tt)*)?) => {
        tracing::info_span!(target: lazaret_trace::TARGET, $name $(, $($field)*)?)
    };
}
pub(crate) use step;
