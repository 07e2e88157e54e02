//! The console: what the centre knows, as pages; what people decide, as forms.
//!
//! Server-rendered and whole without a script. A page asks `queries` as the interface does,
//! fills a template (`crates/control/templates`) and shows it; a form is checked by an
//! extractor of `form`, calls the same query as the interface's route, and leads back with a
//! message. Nothing here decides anything.

mod access;
mod act;
mod assets;
mod audit;
mod changes;
mod chart;
mod edges;
mod errors;
pub(crate) mod escape;
mod exceptions;
mod find;
mod form;
mod frame;
mod held;
mod image;
mod images;
mod jobs;
mod many;
mod memory;
mod messages;
mod overview;
mod parts;
mod people;
mod policy;
mod provider;
mod quarantine;
mod registries;
mod review;
mod routes;
mod vulnerabilities;
mod vulnerability;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::App;

pub(crate) use errors::nothing_here;
pub(crate) use memory::Memory;
pub use routes::Route;
use routes::Routes;

/// Every page and form.
fn all() -> Routes {
    let routes = Routes::new();
    let routes = access::routes(routes);
    let routes = provider::routes(routes);
    let routes = overview::routes(routes);
    let routes = images::routes(routes);
    let routes = image::routes(routes);
    let routes = act::routes(routes);
    let routes = many::routes(routes);
    let routes = review::routes(routes);
    let routes = registries::routes(routes);
    let routes = edges::routes(routes);
    let routes = jobs::routes(routes);
    let routes = audit::routes(routes);
    let routes = changes::routes(routes);
    let routes = policy::routes(routes);
    let routes = exceptions::routes(routes);
    let routes = people::routes(routes);
    let routes = vulnerabilities::routes(routes);
    let routes = quarantine::routes(routes);
    find::routes(routes)
}

/// Every page and form, with the least role of each.
pub fn routes() -> Vec<Route> {
    all().list()
}

pub(crate) fn router(app: &App) -> Router<App> {
    let pages = all().router();
    pages
        .layer(from_fn_with_state(app.clone(), errors::as_pages))
        .merge(assets::router())
}

/// Back to a page, with a message.
fn done(path: &str, code: &str) -> Response {
    Redirect::to(&messages::to(path, code)).into_response()
}
