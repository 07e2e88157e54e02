//! Answers that have not changed are not sent again, and nothing is changed that whoever changes it
//! has not seen (RFC 9110, "Conditional Requests").

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{ApiError, ApiResult};
use crate::keys::hex;

/// Largest answer that gets a tag, in bytes; pages are far smaller.
const MOST: usize = 32 << 20;

/// Gives answers in JSON a tag, and answers 304 to whoever has them already.
pub(crate) async fn etag(request: Request, next: Next) -> Response {
    let is_get = request.method() == Method::GET;
    let known = request.headers().get(IF_NONE_MATCH).cloned();
    let response = next.run(request).await;
    let is_json = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if !is_get || response.status() != StatusCode::OK || !is_json {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let bytes = match to_bytes(body, MOST).await {
        Ok(bytes) => bytes,
        Err(cause) => return ApiError::internal(cause).into_response(),
    };
    let tag = tag_of(&bytes);
    if let Ok(value) = HeaderValue::from_str(&tag) {
        parts.headers.insert(ETAG, value);
    }
    parts
        .headers
        .insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if known.is_some_and(|known| matches(known.as_bytes(), tag.as_bytes())) {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(CONTENT_LENGTH);
        parts.headers.remove(CONTENT_TYPE);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// The tag of an answer.
fn tag_of(bytes: &[u8]) -> String {
    format!("\"{}\"", hex(&Sha256::digest(bytes)[..16]))
}

/// Whether a header `If-None-Match` names a tag; weak tags are compared as strong ones.
fn matches(header: &[u8], tag: &[u8]) -> bool {
    header.split(|b| *b == b',').any(|part| {
        let part = part.trim_ascii();
        part == b"*" || part.strip_prefix(b"W/").unwrap_or(part) == tag
    })
}

/// What a changing request says that it has seen: the header `If-Match`. Taken after whoever asks
/// is known, so that strangers hear nothing of what is there.
#[derive(Debug, Clone)]
pub struct IfMatch(Option<Vec<Vec<u8>>>);

impl IfMatch {
    fn of(headers: &HeaderMap) -> Self {
        if !headers.contains_key(IF_MATCH) {
            return Self(None);
        }
        let all = headers.get_all(IF_MATCH).iter();
        let tags = all.flat_map(|line| line.as_bytes().split(|b| *b == b','));
        Self(Some(tags.map(|tag| tag.trim_ascii().to_vec()).collect()))
    }

    /// No condition.
    pub fn any() -> Self {
        Self(None)
    }

    /// Whether the request makes a condition.
    pub fn is_there(&self) -> bool {
        self.0.is_some()
    }

    /// Whether what is answered to `GET` now is what the request has seen.
    ///
    /// # Errors
    /// 412 where it is something else. Weak tags fit nothing, as the standard has it.
    pub fn check(&self, shown: &impl Serialize) -> ApiResult<()> {
        let Some(seen) = &self.0 else {
            return Ok(());
        };
        let bytes = serde_json::to_vec(shown).map_err(ApiError::internal)?;
        let tag = tag_of(&bytes);
        match seen.iter().any(|one| one == b"*" || one == tag.as_bytes()) {
            true => Ok(()),
            false => Err(ApiError::changed(
                "it is not what `If-Match` names any more: somebody else has changed it; read it \
                 again",
            )),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self::of(&parts.headers))
    }
}

/// Of something that has no answer to `GET` of its own, so that no tag but `*` fits.
#[derive(Debug, Clone, Copy)]
pub struct Untagged;

impl<S: Send + Sync> FromRequestParts<S> for Untagged {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let seen = IfMatch::of(&parts.headers).0;
        match seen.is_none_or(|seen| seen.iter().any(|tag| tag == b"*")) {
            true => Ok(Self),
            false => Err(ApiError::changed(
                "this has no tag, so that `If-Match` fits with `*` alone",
            )),
        }
    }
}
