//! The pages' routes, with the least role of each: what the router serves is what the list
//! tells, and a test asks every entry as nobody and as every wrong role.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodRouter, get, post};
use lazaret_wire::api::Role;

use crate::App;

/// A route of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path, with `{name}` for what varies.
    pub path: &'static str,
    /// The least role; `None`: everybody.
    pub least: Option<Role>,
}

/// Routes being gathered.
pub(super) struct Routes {
    router: Router<App>,
    list: Vec<Route>,
}

impl Routes {
    pub(super) fn new() -> Self {
        Self {
            router: Router::new(),
            list: Vec::new(),
        }
    }

    /// A page.
    pub(super) fn page<H, T>(self, path: &'static str, least: Option<Role>, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add("GET", path, least, get(handler))
    }

    /// What a form does.
    pub(super) fn form<H, T>(self, path: &'static str, least: Option<Role>, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add("POST", path, least, post(handler))
    }

    fn add(
        mut self,
        method: &'static str,
        path: &'static str,
        least: Option<Role>,
        with: MethodRouter<App>,
    ) -> Self {
        self.list.push(Route {
            method,
            path,
            least,
        });
        self.router = self.router.route(path, with);
        self
    }

    pub(super) fn router(self) -> Router<App> {
        self.router
    }

    pub(super) fn list(self) -> Vec<Route> {
        self.list
    }
}
