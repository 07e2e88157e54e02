//! What handlers take, with problems where it cannot be read.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::ApiError;

/// The body, in JSON.
pub struct Body<T>(pub T);

/// What stands behind `?`.
pub struct Ask<T>(pub T);

/// The variable parts of the path.
pub struct At<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let whole = Json::<Box<RawValue>>::from_request(request, state).await;
        // A list of values would be read as the fields of an object in their order.
        let read = whole.and_then(|Json(raw)| match raw.get().starts_with('{') {
            true => Json::<T>::from_bytes(raw.get().as_bytes()),
            false => Json::<T>::from_bytes(b"\"no object\""),
        });
        read.map(|Json(body)| Self(body)).map_err(|rejection| {
            let detail = rejection.body_text();
            match rejection {
                JsonRejection::JsonDataError(_) => ApiError::invalid(detail),
                JsonRejection::MissingJsonContentType(_) => ApiError::other_type(
                    "the body is read with `Content-Type: application/json` (or `…+json`)",
                ),
                other if other.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                    ApiError::too_large(detail)
                }
                _ => ApiError::malformed(detail),
            }
        })
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Ask<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let read = Query::<T>::from_request_parts(parts, state).await;
        read.map(|Query(ask)| Self(ask))
            .map_err(|rejection: QueryRejection| ApiError::malformed(rejection.body_text()))
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for At<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let read = Path::<T>::from_request_parts(parts, state).await;
        read.map(|Path(at)| Self(at))
            .map_err(|rejection: PathRejection| ApiError::not_found(rejection.body_text()))
    }
}
