//! What edges decide by: the advisory database.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use lazaret_advisory::Db;
use lazaret_wire::edge::{ADVISORIES_DIGEST, ADVISORIES_KIND};
use serde::Deserialize;

use super::known::EdgeActor;
use crate::App;
use crate::http::{ApiResult, Ask};

#[derive(Deserialize)]
pub(super) struct Have {
    #[serde(default)]
    have: String,
}

/// The bytes of a database, which stays mapped for as long as they are sent.
struct Whole(Arc<Db>);

impl AsRef<[u8]> for Whole {
    fn as_ref(&self) -> &[u8] {
        self.0.bytes()
    }
}

/// The advisory database: what has changed since the edge's, else the whole.
pub(super) async fn advisories(
    _: EdgeActor,
    State(app): State<App>,
    Ask(have): Ask<Have>,
) -> ApiResult<Response> {
    let current = app.advisories.current();
    let digest = current.digest().to_string();
    if have.have == digest {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let (kind, bytes) = match app.advisories.delta(&have.have) {
        Some(delta) => ("delta", Bytes::from(delta.as_ref().clone())),
        None => ("whole", Bytes::from_owner(Whole(current))),
    };
    let mut response = Body::from(bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/octet-stream"),
    );
    headers.insert(ADVISORIES_KIND, HeaderValue::from_static(kind));
    if let Ok(digest) = HeaderValue::from_str(&digest) {
        headers.insert(ADVISORIES_DIGEST, digest);
    }
    Ok(response)
}
