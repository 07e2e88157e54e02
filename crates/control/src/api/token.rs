//! Tokens of programs.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::SignedDuration;
use lazaret_store::{NewToken as StoreNewToken, Token as StoreToken, digest_of};
use lazaret_wire::api::{NewToken, Role, Token, TokenMade};
use lazaret_wire::{Page, PageQuery, Problem};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::user::{role, store_role};
use super::{answer, paging};
use crate::App;
use crate::auth::{Actor, Admin, Viewer, oidc};
use crate::http::{ApiError, ApiResult, Ask, At, Body, Untagged};
use crate::keys;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(revoke))
}

/// The token of the interface.
pub(crate) fn shown(token: StoreToken) -> Token {
    Token {
        id: token.id,
        name: token.name,
        role: role(token.role),
        owner: token.person_id.unwrap_or_default(),
        created_at: token.created_at,
        expires_at: token.expires_at,
        revoked_at: token.revoked_at,
    }
}

/// Tokens, newest first, those that were taken back among them.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "tokens", params(PageQuery),
    security(("token" = ["admin"]), ("session" = ["admin"])),
    responses((status = 200, body = Page<Token>), (status = 422, body = Problem)))]
async fn list(
    _: Admin,
    State(app): State<App>,
    Ask(query): Ask<PageQuery>,
) -> ApiResult<Json<Page<Token>>> {
    let page = app.store.tokens(&paging(&query)?).await?;
    Ok(answer(page, shown))
}

/// Make a token that may do at most what its maker may. It is shown once.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "tokens", request_body = NewToken,
    security(("token" = ["viewer"]), ("session" = ["viewer"])),
    responses((status = 201, body = TokenMade), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
async fn create(
    Viewer(actor): Viewer,
    State(app): State<App>,
    Body(new): Body<NewToken>,
) -> ApiResult<(StatusCode, Json<TokenMade>)> {
    let made = mint(&app, &actor, new).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Makes a token.
///
/// # Errors
/// When it would do more than whoever makes it, or a value makes no sense.
pub(crate) async fn mint(app: &App, actor: &Actor, new: NewToken) -> ApiResult<TokenMade> {
    let may = actor.role.includes(new.role) || (new.role, actor.role) == (Role::Edge, Role::Admin);
    if !may {
        return Err(ApiError::forbidden(
            "a token may not do more than whoever makes it",
        ));
    }
    if !(1..=100).contains(&new.name.chars().count()) {
        return Err(ApiError::invalid("`name` has 1 to 100 characters"));
    }
    if new.days.is_some_and(|days| !(1..=3650).contains(&days)) {
        return Err(ApiError::invalid("`days` is 1 to 3650"));
    }
    // The provider tells of no change in between: what it vouched for once ends by itself.
    let is_vouched = actor.issuer().is_some() && new.role != Role::Edge;
    let days = match (is_vouched, new.days) {
        (true, Some(days)) if days > oidc::TOKEN_DAYS => {
            return Err(ApiError::invalid(format!(
                "a token of somebody whom a provider vouches for lasts at most {} days",
                oidc::TOKEN_DAYS
            )));
        }
        (true, None) => Some(oidc::TOKEN_DAYS),
        (_, days) => days,
    };
    let now = app.now();
    let lasts = |days: u32| now + SignedDuration::from_hours(24 * i64::from(days));
    let secret = keys::secret("lzt_")?;
    let kept = StoreNewToken {
        hash: digest_of(secret.as_bytes()),
        name: new.name,
        role: store_role(new.role),
        person_id: actor.person().map(str::to_owned),
        // A token that a token makes does not outlive it.
        expires_at: match (days.map(lasts), actor.csrf().is_none(), actor.expires_at) {
            (Some(ends), true, Some(own)) => Some(ends.min(own)),
            (None, true, own) => own,
            (ends, _, _) => ends,
        },
    };
    let token = app.store.create_token(&kept, &actor.by(now)).await?;
    let token = shown(token);
    Ok(TokenMade { token, secret })
}

/// Take a token back. It opens nothing from then on.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "tokens",
    params(("id" = String, Path)),
    security(("token" = ["admin"]), ("session" = ["admin"])),
    responses((status = 204), (status = 404, body = Problem)))]
async fn revoke(
    Admin(actor): Admin,
    State(app): State<App>,
    At(id): At<String>,
    _: Untagged,
) -> ApiResult<StatusCode> {
    app.store.revoke_token(&id, &actor.by(app.now())).await?;
    Ok(StatusCode::NO_CONTENT)
}
