//! The centre's side of the protocol of edges, `/edge/v1`, on a listener of its own.
//!
//! An edge is known by the fingerprint of the certificate that it shows, at every request
//! (`docs/decisions/0005-edges.md`).
//! There is no call that takes a layer.

mod asked;
mod authority;
mod bundle;
mod given;
mod join;
mod knowledge;
mod known;
mod received;
mod work;
mod workload;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post, put};
use lazaret_wire::edge::MAX_BLOB;

use crate::App;

pub(crate) use asked::Asked;
pub(crate) use authority::{Authority, AuthorityError};
pub(crate) use bundle::router as enforcers;
pub(crate) use given::Given;
pub(crate) use received::{Received, SIZES};
pub(crate) use workload::{take as take_workloads, take_change as change_workloads};

/// What edges call.
pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/edge/v1/join", post(join::join))
        .route("/edge/v1/renew", post(join::renew))
        .route("/edge/v1/lease", post(work::lease))
        .route("/edge/v1/heartbeat", post(work::heartbeat))
        .route(
            "/edge/v1/blobs/{digest}",
            put(work::blob).layer(DefaultBodyLimit::max(MAX_BLOB)),
        )
        .route("/edge/v1/complete", post(work::complete))
        .route("/edge/v1/fail", post(work::fail))
        .route("/edge/v1/advisories", get(knowledge::advisories))
        .merge(bundle::router())
}
