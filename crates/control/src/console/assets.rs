//! The stylesheet, the script and the mark, each under an address that changes with its
//! content, so that browsers keep them for a year.

use std::sync::LazyLock;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;
use sha2::{Digest as _, Sha256};

use crate::App;
use crate::keys::hex;

const STYLE: &str = concat!(
    include_str!("assets/base.css"),
    include_str!("assets/parts.css"),
    include_str!("assets/pages.css"),
);
const SCRIPT: &str = include_str!("assets/console.js");
const MARK: &str = include_str!("assets/mark.svg");

/// Where the stylesheet, the script and the mark are.
pub(super) struct Assets {
    pub(super) style: String,
    pub(super) script: String,
    pub(super) mark: String,
}

pub(super) static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    let path = |name: &str, kind: &str, text: &str| {
        let hash = hex(&Sha256::digest(text.as_bytes())[..8]);
        format!("/assets/{name}-{hash}.{kind}")
    };
    Assets {
        style: path("console", "css", STYLE),
        script: path("console", "js", SCRIPT),
        mark: path("mark", "svg", MARK),
    }
});

pub(super) fn router() -> Router<App> {
    let serve = |kind: &'static str, text: &'static str| {
        get(async move || {
            let keep = "public, max-age=31536000, immutable";
            ([(CONTENT_TYPE, kind), (CACHE_CONTROL, keep)], text).into_response()
        })
    };
    Router::new()
        .route(&ASSETS.style, serve("text/css; charset=utf-8", STYLE))
        .route(
            &ASSETS.script,
            serve("text/javascript; charset=utf-8", SCRIPT),
        )
        .route(&ASSETS.mark, serve("image/svg+xml", MARK))
}
