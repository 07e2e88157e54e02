//! What whoever runs the process may do without signing in: its files are theirs anyway.

use lazaret_model::Report;
use lazaret_store::By;
use lazaret_wire::api::{ImageDetail, JoinToken, NewJoinToken, NewRegistry};

use crate::App;
use crate::http::ApiResult;
use crate::queries::{self, registry::Made};

/// The hand of the owner; in the audit log it is `system`.
#[derive(Clone)]
pub struct Owner(App);

impl Owner {
    pub(crate) fn new(app: App) -> Self {
        Self(app)
    }

    fn by(&self, reason: &str) -> By {
        By::new("system", self.0.now()).because(reason)
    }

    /// Watches a registry.
    ///
    /// # Errors
    /// When a value makes no sense, or the name is taken.
    pub async fn watch(&self, new: NewRegistry, reason: &str) -> ApiResult<Made> {
        queries::registry::create(&self.0, new, &self.by(reason)).await
    }

    /// Makes a one-time token for an edge.
    ///
    /// # Errors
    /// When edges are not served.
    pub async fn join_token(&self, new: NewJoinToken, reason: &str) -> ApiResult<JoinToken> {
        queries::edge::join_token(&self.0, new, &self.by(reason)).await
    }

    /// An image and its verdicts.
    ///
    /// # Errors
    /// When nobody knows it.
    pub async fn image(&self, digest: &str) -> ApiResult<ImageDetail> {
        queries::image::read(&self.0, digest).await
    }

    /// The report on an image in an environment.
    ///
    /// # Errors
    /// When nobody has looked at it.
    pub async fn report(&self, digest: &str, environment: &str) -> ApiResult<Report> {
        queries::image::report(&self.0, digest, environment).await
    }
}
