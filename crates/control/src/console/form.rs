//! Forms: who sends them, with which role, and that they come from one of our own pages.
//!
//! Each extractor is the only argument of its handler that reads the body, so a form that
//! was not checked cannot be used.

use axum::body::{Body, Bytes};
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN};
use axum::http::request::Parts;
use lazaret_wire::api::Role;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::App;
use crate::auth::{Actor, WithoutCsrf};
use crate::http::ApiError;
use crate::keys::same;

/// What proves that a page of ours showed a form.
#[derive(Deserialize)]
struct Proof {
    #[serde(default)]
    csrf: String,
}

async fn read<T: DeserializeOwned>(request: Request, app: &App) -> Result<T, ApiError> {
    let read = Form::<T>::from_request(request, app).await;
    read.map(|Form(form)| form)
        .map_err(|why: FormRejection| match why.status() {
            StatusCode::PAYLOAD_TOO_LARGE => ApiError::too_large("the form is too large"),
            _ => ApiError::invalid(format!("the form cannot be read: {}", why.body_text())),
        })
}

async fn checked<T: DeserializeOwned>(
    request: Request,
    app: &App,
    least: Role,
) -> Result<(Actor, T), ApiError> {
    let (mut parts, body) = request.into_parts();
    // A program says who it is in every request, and has the interface for it.
    let WithoutCsrf(actor) = match parts.headers.contains_key(AUTHORIZATION) {
        true => WithoutCsrf(None),
        false => WithoutCsrf::from_request_parts(&mut parts, app).await?,
    };
    let actor = actor.ok_or_else(|| ApiError::unauthorized("log in to do that"))?;
    if !actor.role.includes(least) {
        return Err(ApiError::forbidden(format!(
            "this takes the role `{}`, and you have `{}`",
            least.name(),
            actor.role.name()
        )));
    }
    same_site(&parts, app)?;
    let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), app).await;
    let bytes = bytes.map_err(|_| ApiError::too_large("the form is too large"))?;
    let again = |bytes: Bytes| Request::from_parts(parts.clone(), Body::from(bytes));
    // Before anything else of the form is looked at.
    let proof: Proof = read(again(bytes.clone()), app).await?;
    if !actor.csrf().is_some_and(|csrf| same(csrf, &proof.csrf)) {
        return Err(ApiError::forbidden(
            "the form is not one of this session's; open the page again, and send it from there",
        ));
    }
    Ok((actor, read(again(bytes), app).await?))
}

/// Refuses what a page of another origin sends: browsers say so.
fn same_site(parts: &Parts, app: &App) -> Result<(), ApiError> {
    let text = |name| parts.headers.get(name).and_then(|v| v.to_str().ok());
    let Some(origin) = text(ORIGIN) else {
        return Ok(());
    };
    // A proxy may speak to us by another name than people do.
    let ours = app.settings.public_url.as_deref();
    let ours = ours.is_some_and(|url| url.trim_end_matches('/') == origin);
    let told = origin.split_once("://").map(|(_, host)| host);
    match ours || (told.is_some() && told == text(HOST)) {
        true => Ok(()),
        false => Err(ApiError::forbidden("the form comes from another site")),
    }
}

macro_rules! forms {
    ($($(#[$doc:meta])* $name:ident: $role:expr;)*) => {$(
        $(#[$doc])*
        pub(super) struct $name<T>(pub(super) Actor, pub(super) T);

        impl<T: DeserializeOwned> FromRequest<App> for $name<T> {
            type Rejection = ApiError;

            async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
                let (actor, form) = checked(request, app, $role).await?;
                Ok(Self(actor, form))
            }
        }
    )*};
}

forms! {
    /// A form that whoever is logged in may send.
    ViewerForm: Role::Viewer;
    /// A form that analysts may send.
    AnalystForm: Role::Analyst;
    /// A form that approvers may send.
    ApproverForm: Role::Approver;
    /// A form that administrators may send.
    AdminForm: Role::Admin;
}

/// A form of somebody who is not logged in: nothing but the login and the set-up take it.
pub(super) struct OpenForm<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<App> for OpenForm<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        same_site(&parts, app)?;
        read(Request::from_parts(parts, body), app).await.map(Self)
    }
}
