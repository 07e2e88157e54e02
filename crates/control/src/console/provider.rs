//! To an identity provider, and back from it.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, SET_COOKIE};
use axum::http::{HeaderMap, HeaderName};
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::access::is_ours;
use super::routes::Routes;
use crate::App;
use crate::api::access as api;
use crate::auth::oidc::{self, Back, CALLBACK, Provider};
use crate::auth::{cookie, is_fresh};
use crate::http::{ApiError, ApiResult, Ask};

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .page("/login/oidc", None, begin)
        .page(CALLBACK, None, finish)
}

#[derive(Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

/// The provider, once somebody is known here: the first one is not to be made by chance of
/// who comes first.
async fn provider(app: &App) -> ApiResult<&Provider> {
    let provider = app.provider.as_ref();
    let provider =
        provider.ok_or_else(|| ApiError::not_found("no provider of log-ins is set (`--oidc`)"))?;
    match is_fresh(&app.store).await? {
        true => Err(ApiError::conflict(
            "the first administrator is made with the set-up token",
        )),
        false => Ok(provider),
    }
}

async fn begin(State(app): State<App>, Ask(Next { next }): Ask<Next>) -> ApiResult<Response> {
    let next = if is_ours(&next) { next.as_str() } else { "/" };
    let (place, cookie) = provider(&app).await?.begin(&app, next).await?;
    Ok((headers([cookie]), Redirect::to(&place)).into_response())
}

async fn finish(
    State(app): State<App>,
    headers_in: HeaderMap,
    Ask(back): Ask<Back>,
) -> ApiResult<Response> {
    let provider = provider(&app).await?;
    let way = cookie(&headers_in, oidc::WAY_COOKIE).unwrap_or("");
    let arrived = provider.finish(&app, way, back).await?;
    let (session, _) = api::open(&app, arrived.person).await?;
    let next = if is_ours(&arrived.next) {
        arrived.next.as_str()
    } else {
        "/"
    };
    let gone = oidc::set_cookie(&app, "", 0);
    Ok((headers([session, gone]), Redirect::to(next)).into_response())
}

/// Nothing between keeps an answer with a cookie.
fn headers<const N: usize>(
    cookies: [String; N],
) -> AppendHeaders<impl IntoIterator<Item = (HeaderName, String)>> {
    let cookies = cookies.into_iter().map(|cookie| (SET_COOKIE, cookie));
    AppendHeaders(cookies.chain([(CACHE_CONTROL, "no-store".to_owned())]))
}
