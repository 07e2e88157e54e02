//! The spans of units and gates. No secret and no path is an attribute.

use hyper::{HeaderMap, Method, StatusCode};
use lazaret_wire::edge::{LeasedJob, Work};
use tracing::field::Empty;
use tracing::{Span, info_span};

use crate::unit::Finished;

/// The span of a job in the hands of a unit.
pub(crate) fn job(job: &LeasedJob) -> Span {
    let Work::Scan(access) = &job.work;
    let span = info_span!(
        target: lazaret_trace::TARGET,
        "job",
        otel.name = "job scan",
        otel.kind = "consumer",
        otel.status_code = Empty,
        lazaret.job.id = job.id,
        lazaret.job.attempt = job.attempt,
        lazaret.registry.host = access.host,
        lazaret.repository = access.repository,
    );
    lazaret_trace::follow(&span, job.trace.as_deref());
    span
}

/// Notes that what the current span is of did not succeed.
pub(crate) fn failed() {
    Span::current().record("otel.status_code", "ERROR");
}

/// The span of a result on its way to the centre, however long after.
pub(crate) fn sending(finished: &Finished) -> Span {
    let span = info_span!(
        target: lazaret_trace::TARGET,
        "send result",
        otel.kind = "producer",
        lazaret.job.id = finished.complete.job,
    );
    lazaret_trace::follow(&span, finished.trace.as_deref());
    span
}

/// The span of a request at a gate.
pub(crate) fn pull(method: &Method, headers: &HeaderMap) -> Span {
    let method = lazaret_trace::method_name(method.as_str());
    let span = info_span!(
        target: lazaret_trace::TARGET,
        "request",
        otel.name = format_args!("gate {method}"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.response.status_code = Empty,
        lazaret.gate.asked = Empty,
        lazaret.gate.action = Empty,
        lazaret.gate.state = Empty,
    );
    let before = headers.get(lazaret_trace::HEADER);
    lazaret_trace::follow(&span, before.and_then(|value| value.to_str().ok()));
    span
}

/// Notes what was asked for and what was answered.
pub(crate) fn answered(kind: &str, status: u16) {
    let span = Span::current();
    if span.is_disabled() {
        return;
    }
    span.record("lazaret.gate.asked", kind);
    span.record("http.response.status_code", status);
    let is_error = StatusCode::from_u16(status).is_ok_and(|status| status.is_server_error());
    if is_error {
        span.record("otel.status_code", "ERROR");
    }
}

/// Notes what was decided.
pub(crate) fn decided(action: &str, state: &str) {
    let span = Span::current();
    span.record("lazaret.gate.action", action);
    span.record("lazaret.gate.state", state);
}
