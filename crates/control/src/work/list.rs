//! Listing a registry: what no event told is found, what is gone is noted.

use std::collections::{BTreeMap, BTreeSet};

use lazaret_store::{Paging, Registry};

use super::job::{Urgency, Wanted, enqueue_scans};
use crate::App;
use crate::watch::{Secrets, host_of, list, options};

/// Lists a registry and enqueues what is new.
///
/// # Errors
/// With what people are to know, and whether trying again is of use.
pub(super) async fn run(app: &App, registry: &Registry) -> Result<(), (String, bool)> {
    let fail = |error: String| (error, true);
    let secrets = Secrets::of(registry, &app.keys).map_err(|e| (e.to_string(), false))?;
    let (host, is_plain) = host_of(&registry.url).map_err(|e| (e, false))?;
    let listing = {
        let app = app.clone();
        let patterns = secrets.repositories.clone();
        tokio::task::spawn_blocking(move || {
            let options = options(&host, is_plain, &secrets);
            list(&host, &patterns, &options, &|| !app.is_stopping())
        })
    };
    let listed = listing.await.map_err(|e| fail(e.to_string()))?;
    let listed = listed.map_err(|error| (error.to_string(), error.may_pass()))?;
    let store = |error: lazaret_store::Error| fail(error.to_string());

    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut wanted = Vec::new();
    for tagged in &listed.tags {
        let tags = found.entry(&tagged.repository).or_default();
        tags.insert(&tagged.tag);
        let known = app
            .store
            .resolve_name(&registry.id, &tagged.repository, &tagged.tag)
            .await
            .map_err(store)?;
        if known.is_none_or(|known| known != tagged.digest) {
            wanted.push(Wanted {
                repository: tagged.repository.clone(),
                tag: Some(tagged.tag.clone()),
                digest: Some(tagged.digest.clone()),
            });
        }
    }
    let new = wanted.len();
    let jobs = enqueue_scans(app, registry, &wanted, Urgency::Sweep).await;
    jobs.map_err(|error| fail(error.problem().to_string()))?;
    let now = app.now();
    for repository in &listed.whole {
        let tags = found.remove(repository.as_str()).unwrap_or_default();
        let gone = gone(app, registry, repository, &tags).await;
        for tag in gone.map_err(store)? {
            app.store
                .remove_name(&registry.id, repository, &tag, now)
                .await
                .map_err(store)?;
        }
    }
    app.store
        .registry_listed(&registry.id, now)
        .await
        .map_err(store)?;
    tracing::info!(
        registry = registry.name,
        tags = listed.tags.len(),
        new,
        failed = listed.failed.len(),
        "registry listed"
    );
    match listed.failed.first() {
        None => Ok(()),
        Some(first) => Err(fail(format!(
            "{} of its repositories or tags could not be read; the first: {first}",
            listed.failed.len()
        ))),
    }
}

/// Tags that are known and no longer there.
async fn gone(
    app: &App,
    registry: &Registry,
    repository: &str,
    tags: &BTreeSet<&str>,
) -> lazaret_store::Result<Vec<String>> {
    let mut gone = Vec::new();
    let mut paging = Paging::first(500);
    loop {
        let page = app
            .store
            .names_in(&registry.id, repository, &paging)
            .await?;
        let known = page.items.into_iter().map(|name| name.tag);
        gone.extend(known.filter(|tag| !tag.is_empty() && !tags.contains(tag.as_str())));
        match page.next {
            Some(next) => paging.after = Some(next),
            None => return Ok(gone),
        }
    }
}
