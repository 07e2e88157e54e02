//! The field above every page.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use lazaret_wire::api::Role;
use serde::Deserialize;

use super::parts::address;
use super::routes::Routes;
use super::vulnerabilities;
use crate::App;
use crate::auth::Viewer;
use crate::http::{ApiResult, Ask};
use crate::queries::image;

pub(super) fn routes(routes: Routes) -> Routes {
    routes.page("/find", Some(Role::Viewer), find)
}

/// What ids of vulnerabilities begin with.
const IDS: [&str; 11] = [
    "CVE", "GHSA", "DSA", "DLA", "RHSA", "USN", "PYSEC", "RUSTSEC", "GO", "OSV", "MAL",
];

#[derive(Deserialize)]
struct Sought {
    #[serde(default)]
    q: String,
}

/// Leads to what a text names: an image, a vulnerability, or the images that have it in
/// their names.
async fn find(
    _: Viewer,
    State(app): State<App>,
    Ask(Sought { q }): Ask<Sought>,
) -> ApiResult<Response> {
    let q = q.trim();
    let bare = q.rsplit_once('@').map_or(q, |(_, digest)| digest);
    if bare.parse::<lazaret_model::Digest>().is_ok() && app.store.image(bare).await?.is_some() {
        return Ok(Redirect::to(&image::page(bare)).into_response());
    }
    // Ids of vulnerabilities are written in capitals by those who give them, but for the tail
    // of GitHub's.
    let (head, rest) = q.split_once('-').unwrap_or_default();
    let head = head.to_ascii_uppercase();
    if IDS.contains(&head.as_str()) && !rest.is_empty() {
        let id = format!("{head}-{rest}");
        return Ok(Redirect::to(&vulnerabilities::link(&id)).into_response());
    }
    Ok(Redirect::to(&address("/images", &[("search", q)])).into_response())
}
