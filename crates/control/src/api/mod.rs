//! The routes below `/api/v1`, a file for each noun.
//!
//! The description is generated from the handlers. The scopes under `security` name the
//! least role; the test of access reads them from the description.

pub(crate) mod access;
mod audit;
mod blob;
mod describe;
mod edge;
pub(crate) mod events;
mod hold;
mod image;
mod job;
mod known;
mod page;
mod policy;
mod registry;
pub(crate) mod token;
pub(crate) mod user;
mod verdict;
mod vulnerability;
mod workload;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::get;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Components, InfoBuilder, OpenApi, OpenApiBuilder, Paths};
use utoipa_axum::router::OpenApiRouter;

use crate::App;

pub(crate) use page::{answer, paging};

/// Every route, with its description.
fn described() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(frame())
        .merge(access::routes())
        .merge(user::routes())
        .merge(token::routes())
        .merge(audit::routes())
        .merge(blob::routes())
        .merge(registry::routes())
        .merge(job::routes())
        .merge(image::routes())
        .merge(verdict::routes())
        .merge(vulnerability::routes())
        .merge(workload::routes())
        .merge(hold::routes())
        .merge(policy::routes())
        .merge(edge::routes())
}

fn frame() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Lazaret")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "The interface of the centre. Errors are problems (RFC 9457). Lists come in \
             pages: `next` of one is `cursor` of the following. The scopes under `security` \
             name the least role.",
        ))
        .build();
    let mut components = Components::new();
    components.add_security_scheme(
        "token",
        SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)),
    );
    components.add_security_scheme(
        "session",
        SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(
            crate::auth::SESSION_COOKIE,
        ))),
    );
    OpenApiBuilder::new()
        .info(info)
        .paths(Paths::new())
        .components(Some(components))
        .build()
}

/// The description of the interface.
pub fn openapi() -> OpenApi {
    parts().1
}

fn parts() -> (Router<App>, OpenApi) {
    let (router, mut api) = described().split_for_parts();
    describe::complete(&mut api);
    (router, api)
}

pub(crate) fn router() -> Router<App> {
    let (router, mut api) = parts();
    let text = serde_json::to_string(&api).unwrap_or_default();
    let known = known::of(&mut api);
    let router = router.layer(from_fn_with_state(known, known::refuse_others));
    router.route(
        "/api/v1/openapi.json",
        get(async move || {
            let kind = [(axum::http::header::CONTENT_TYPE, "application/json")];
            (kind, text.clone()).into_response()
        }),
    )
}
