//! Verdicts that became others, with the names of their images and why they stand so now.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use lazaret_store::ImageName;
use lazaret_wire::PageQuery;
use lazaret_wire::api::{Outcome, Role, Verdict, VerdictChange};

use super::frame::{Frame, Section, Trip, show};
use super::parts::{self, Part, address};
use super::routes::Routes;
use crate::App;
use crate::api::paging;
use crate::auth::Viewer;
use crate::http::{ApiResult, Ask};
use crate::queries::{image, verdict};

pub(super) fn routes(routes: Routes) -> Routes {
    routes.page("/changes", Some(Role::Viewer), all_changes)
}

/// A verdict that changed, with its name and why it stands as it does.
pub(super) struct Change {
    pub(super) name: String,
    pub(super) link: String,
    pub(super) digest: Part,
    pub(super) environment: String,
    pub(super) before: Option<Part>,
    pub(super) after: Part,
    pub(super) cause: String,
    /// The advisories, or the policy, where the verdict still stands.
    pub(super) by: Option<Part>,
    pub(super) why: String,
    pub(super) at: Part,
}

/// What a cause is called for people.
pub(super) fn said(cause: &str) -> &str {
    match cause {
        "scan" => "looked at",
        "advisories" => "new advisories",
        "policy" => "policy or exception",
        "expiry" => "a time that was over",
        "" => "unknown",
        other => other,
    }
}

/// Changes with the names of their images, and why they stand as they do now.
pub(super) async fn changes(
    app: &App,
    f: &Frame,
    changes: Vec<VerdictChange>,
) -> ApiResult<Vec<Change>> {
    let mut digests: Vec<String> = changes.iter().map(|c| c.digest.clone()).collect();
    digests.sort();
    digests.dedup();
    let names = app.store.newest_names(&digests).await?;
    let mut standing: HashMap<(String, String), Verdict> = HashMap::new();
    for row in app.store.verdicts_of(&digests).await? {
        let verdict = verdict::shown(row);
        standing.insert(
            (verdict.digest.clone(), verdict.environment.clone()),
            verdict,
        );
    }
    let change = |change: VerdictChange| {
        let chip = |outcome: Outcome| parts::chip(outcome.name());
        // Reasons are those of the verdict that stands: the latest change has them, and what
        // was followed by another one has none.
        let stands = standing.remove(&(change.digest.clone(), change.environment.clone()));
        let stands = stands.filter(|verdict| verdict.outcome == change.after);
        Change {
            name: name(names.get(&change.digest)),
            link: image::page(&change.digest),
            digest: parts::digest(&change.digest),
            before: change.before.map(chip),
            after: chip(change.after),
            cause: said(&change.cause).to_owned(),
            by: stands
                .as_ref()
                .and_then(|verdict| by(&change.cause, verdict)),
            why: stands
                .and_then(|verdict| verdict.reasons.into_iter().next())
                .unwrap_or_default(),
            at: f.when(&change.at),
            environment: change.environment,
        }
    };
    Ok(changes.into_iter().map(change).collect())
}

/// Which advisories or policy made a verdict what it is.
fn by(cause: &str, verdict: &Verdict) -> Option<Part> {
    match cause {
        "advisories" => Some(parts::digest(&verdict.advisories)),
        "policy" => Some(parts::policy(verdict.policy_generation)),
        _ => None,
    }
}

/// The newest name of an image: repository and tag.
pub(super) fn name(names: Option<&Vec<ImageName>>) -> String {
    let name = names.and_then(|names| names.first());
    match name {
        Some(name) if name.tag.is_empty() => name.repository.clone(),
        Some(name) => format!("{}:{}", name.repository, name.tag),
        None => "without a name".to_owned(),
    }
}

#[derive(Template)]
#[template(path = "all_changes.html")]
struct AllChanges {
    f: Frame,
    changes: Vec<Change>,
    next: String,
    first: String,
}

/// Verdicts that became others, the latest first.
async fn all_changes(
    Viewer(actor): Viewer,
    trip: Trip,
    State(app): State<App>,
    Ask(query): Ask<PageQuery>,
) -> ApiResult<Response> {
    let f = trip
        .frame(&app, &actor, "Changes of verdicts", Section::Overview)
        .await?;
    let page = verdict::changes(&app, None, &paging(&query)?).await?;
    let next = page
        .next
        .map(|cursor| address("/changes", &[("cursor", &cursor.to_string())]));
    show(&AllChanges {
        changes: changes(&app, &f, page.items).await?,
        next: next.unwrap_or_default(),
        first: if query.cursor.is_some() {
            "/changes".into()
        } else {
            String::new()
        },
        f,
    })
}
