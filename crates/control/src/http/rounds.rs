//! Around every request: an id, a time limit, counting, the headers that browsers obey.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use lazaret_wire::{PROBLEM_JSON, Problem};
use tracing::Instrument as _;

use super::ApiError;
use crate::{App, spans};

/// The media type of problems.
const PROBLEM: HeaderValue = HeaderValue::from_static(PROBLEM_JSON);

/// How long an answer may take; a lease waits up to 30 seconds for work.
const PATIENCE: Duration = Duration::from_secs(60);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request, for pages that tell it.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) String);

/// What a page of the console may load: what the centre itself serves.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
     img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'";

/// Runs a request with all that surrounds it.
pub(crate) async fn rounds(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = uuid::Uuid::now_v7().to_string();
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>();
    let route = matched.map_or("", MatchedPath::as_str).to_owned();
    let span = spans::request(&method, &route, request.headers(), &id);
    let run = next.run(request).instrument(span.clone());
    let answer = tokio::time::timeout(PATIENCE, run).await;
    let response = answer
        .unwrap_or_else(|_| ApiError::busy("the answer took longer than a minute").into_response());
    let mut response = as_problem(response, &id);
    let status = response.status();
    let took = begun.elapsed();
    spans::answered(&span, status);
    app.metrics.request(&method, &route, status, took);
    if status.is_server_error() {
        tracing::warn!(%id, %method, route, status = status.as_u16(), ?took, "answered");
    } else {
        tracing::debug!(%id, %method, route, status = status.as_u16(), ?took, "answered");
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    let obeyed = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "same-origin"),
    ];
    for (name, value) in obeyed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(CONTENT_POLICY));
    response
}

/// Puts the id of the request into a problem, and makes one of what the router itself
/// refuses.
fn as_problem(mut response: Response, id: &str) -> Response {
    let status = response.status();
    let made = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => Some(problem),
        // The router's own answers have no body.
        None => match status {
            StatusCode::METHOD_NOT_ALLOWED if is_empty(&response) => Some(Problem::new(
                405,
                "method",
                "That cannot be done here",
                "the path has other methods; they stand in the header `Allow`",
            )),
            StatusCode::PAYLOAD_TOO_LARGE => Some(
                ApiError::too_large("the body is too large")
                    .problem()
                    .clone(),
            ),
            _ => None,
        },
    };
    let Some(mut problem) = made else {
        return response;
    };
    id.clone_into(&mut problem.request_id);
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, PROBLEM);
    headers.remove(CONTENT_LENGTH);
    *response.body_mut() = Body::from(body);
    response
}

fn is_empty(response: &Response) -> bool {
    use axum::body::HttpBody as _;
    response.body().is_end_stream()
}
