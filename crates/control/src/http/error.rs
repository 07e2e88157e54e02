//! Errors of the interface: one shape, chosen here and nowhere else.

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use lazaret_store::Error as StoreError;
use lazaret_wire::{PROBLEM_JSON, Problem};

use crate::keys::KeyError;

/// What handlers give back.
pub type ApiResult<T> = Result<T, ApiError>;

/// Why a request was not carried out.
#[derive(Debug, Clone)]
pub struct ApiError {
    problem: Problem,
    retry_after: Option<u32>,
}

impl ApiError {
    fn new(status: StatusCode, kind: &str, title: &str, detail: impl Into<String>) -> Self {
        Self {
            problem: Problem::new(status.as_u16(), kind, title, detail),
            retry_after: None,
        }
    }

    /// 400: the request cannot be read.
    pub fn malformed(detail: impl Into<String>) -> Self {
        let title = "The request cannot be read";
        Self::new(StatusCode::BAD_REQUEST, "malformed", title, detail)
    }

    /// 401: nobody is known to ask.
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        let title = "Log in, or send a token";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", title, detail)
    }

    /// 403: whoever asks may not.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "That is not allowed",
            detail,
        )
    }

    /// 404: there is no such thing.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not-found",
            "There is no such thing",
            detail,
        )
    }

    /// 409: it does not go with what is there.
    pub fn conflict(detail: impl Into<String>) -> Self {
        let title = "That does not go with what is there";
        Self::new(StatusCode::CONFLICT, "conflict", title, detail)
    }

    /// 409: somebody else has the job.
    pub fn fenced(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "fenced",
            "Somebody else has the job",
            detail,
        )
    }

    /// 412: it is not what whoever asks has seen.
    pub fn changed(detail: impl Into<String>) -> Self {
        let title = "Somebody else was first";
        Self::new(StatusCode::PRECONDITION_FAILED, "changed", title, detail)
    }

    /// 413: more than is taken.
    pub fn too_large(detail: impl Into<String>) -> Self {
        let title = "That is more than is taken";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", title, detail)
    }

    /// 415: it is in another language than is read.
    pub fn other_type(detail: impl Into<String>) -> Self {
        let title = "That is not JSON";
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "media-type",
            title,
            detail,
        )
    }

    /// 422: it can be read, but makes no sense.
    pub fn invalid(detail: impl Into<String>) -> Self {
        let title = "A value makes no sense";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", title, detail)
    }

    /// 429: not so often.
    pub fn too_often(seconds: u32, detail: impl Into<String>) -> Self {
        let status = StatusCode::TOO_MANY_REQUESTS;
        let mut error = Self::new(status, "too-often", "Not so often", detail);
        error.retry_after = Some(seconds);
        error
    }

    /// 503: not now.
    pub fn busy(detail: impl Into<String>) -> Self {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let mut error = Self::new(status, "busy", "Not now; try again", detail);
        error.retry_after = Some(2);
        error
    }

    /// 500: our fault. The cause goes to the log, not to whoever asked.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "request failed");
        let title = "The centre made a mistake";
        let detail = "what went wrong stands in its log, under the id of the request";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", title, detail)
    }

    /// The problem.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound { .. } => Self::not_found(error.to_string()),
            StoreError::Conflict(why) => Self::conflict(why),
            StoreError::Changed(_) => Self::changed(error.to_string()),
            StoreError::Fenced { .. } => Self::fenced(error.to_string()),
            StoreError::Invalid(why) => Self::invalid(why),
            StoreError::Busy(cause) => {
                tracing::warn!(%cause, "database busy");
                Self::busy("the database did not answer in time")
            }
            other => Self::internal(other),
        }
    }
}

impl From<KeyError> for ApiError {
    fn from(error: KeyError) -> Self {
        Self::internal(error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.problem.status);
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self.problem).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        // The id of the request is put in where it is known.
        response.extensions_mut().insert(self.problem);
        response
    }
}
