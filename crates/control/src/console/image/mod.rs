//! One image: what was decided and why, what could not be examined, its names and layers,
//! findings, packages, configuration, history.

mod contents;
mod explained;
mod findings;
mod history;
mod layers;
mod sentence;
mod summary;

use std::sync::Arc;

use lazaret_model::Report;
use lazaret_wire::api::{ImageDetail, Role};

use super::changes::name;
use super::memory;
use super::parts::address;
use super::routes::Routes;
use crate::App;
use crate::http::ApiResult;
use crate::queries::image;

/// Rows of a list that is cut from a report.
const ROWS: usize = 100;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .page("/images/{digest}", Some(Role::Viewer), summary::page)
        .page(
            "/images/{digest}/findings",
            Some(Role::Viewer),
            findings::page,
        )
        .page(
            "/images/{digest}/finding",
            Some(Role::Viewer),
            explained::page,
        )
        .page(
            "/images/{digest}/packages",
            Some(Role::Viewer),
            contents::packages,
        )
        .page(
            "/images/{digest}/configuration",
            Some(Role::Viewer),
            contents::configuration,
        )
        .page(
            "/images/{digest}/history",
            Some(Role::Viewer),
            history::page,
        )
}

/// A tab of an image's pages.
struct Tab {
    name: &'static str,
    link: String,
    count: Option<usize>,
    is_here: bool,
}

/// What stands above every page of an image.
struct Head {
    name: String,
    digest: String,
    environment: String,
    tabs: Vec<Tab>,
}

/// An image, and the report for the environment that a page is about.
struct Shown {
    detail: ImageDetail,
    environment: String,
    /// `None`: nobody has looked at it yet.
    report: Option<Arc<Report>>,
}

impl Shown {
    /// # Errors
    /// When there is no such image.
    async fn read(app: &App, digest: &str, environment: Option<&str>) -> ApiResult<Self> {
        let detail = image::read(app, digest).await?;
        // Without a wish: the environment with the worst verdict.
        let worst = detail.verdicts.iter().max_by_key(|verdict| verdict.outcome);
        let wished = environment.map(str::to_owned);
        let environment = wished.or_else(|| worst.map(|verdict| verdict.environment.clone()));
        let environment = environment.unwrap_or_default();
        let report = match app.store.content(digest).await? {
            Some(_) => Some(memory::report(app, digest, &environment).await?),
            None => None,
        };
        Ok(Self {
            detail,
            environment,
            report,
        })
    }

    fn address(&self, page: &str, more: &[(&str, &str)]) -> String {
        let mut query = vec![("environment", self.environment.as_str())];
        query.extend_from_slice(more);
        address(
            &format!("/images/{}{page}", self.detail.image.digest),
            &query,
        )
    }

    fn head(&self, here: &str) -> Head {
        let tab = |name, page: &str, count| Tab {
            name,
            link: self.address(page, &[]),
            count,
            is_here: here == page,
        };
        let of = |count: fn(&Report) -> usize| self.report.as_deref().map(count);
        let open = |r: &Report| r.findings.iter().filter(|f| f.suppressed.is_none()).count();
        let others = |r: &Report| {
            let failed = r.misconfigurations.iter().filter(|m| m.counts()).count();
            failed + r.secrets.iter().filter(|s| s.counts()).count() + r.signs.len()
        };
        Head {
            name: self.name(),
            digest: self.detail.image.digest.clone(),
            environment: self.environment.clone(),
            tabs: vec![
                tab("Summary", "", None),
                tab("Findings", "/findings", of(open)),
                tab("Packages", "/packages", of(|r| r.packages.len())),
                tab("Secrets and configuration", "/configuration", of(others)),
                tab("History", "/history", None),
            ],
        }
    }

    fn name(&self) -> String {
        match self.detail.image.names.first() {
            Some(name) if name.tag.is_empty() => name.repository.clone(),
            Some(name) => format!("{}:{}", name.repository, name.tag),
            None => name(None),
        }
    }
}

/// A list cut into pages by position: where the page starts, and what follows.
struct Cut {
    from: usize,
    to: usize,
    total: usize,
}

impl Cut {
    /// The page that begins after the item whose key is `after`.
    fn of<T>(items: &[T], after: Option<&str>, key: impl Fn(&T) -> String) -> Self {
        let place = after.and_then(|after| items.iter().position(|item| key(item) == after));
        let from = place.map_or(0, |place| place + 1);
        Self {
            from,
            to: (from + ROWS).min(items.len()),
            total: items.len(),
        }
    }

    fn has_more(&self) -> bool {
        self.to < self.total
    }
}
