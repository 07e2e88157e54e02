//! Listing a registry: what no event told is found, what is gone is noted.
//!
//! What was found is taken in step by step, and how far that came is kept with it: a list that
//! is cut off, by whatever, goes on from there.

use std::collections::BTreeSet;

use lazaret_store::{Paging, Registry};

use super::job::{Urgency, Wanted, enqueue_scans};
use crate::App;
use crate::watch::{Secrets, Step, host_of, list, options};

/// Steps that wait to be taken in; the registry is not read further meanwhile.
const AHEAD: usize = 4;

/// Lists a registry and enqueues what is new.
///
/// # Errors
/// With what people are to know, and whether trying again is of use.
pub(super) async fn run(app: &App, registry: &Registry) -> Result<(), (String, bool)> {
    let fail = |error: String| (error, true);
    let store = |error: lazaret_store::Error| (error.to_string(), true);
    let secrets = Secrets::of(registry, &app.keys).map_err(|e| (e.to_string(), false))?;
    let (host, is_plain) = host_of(&registry.url).map_err(|e| (e, false))?;
    let before = app.store.list_progress(&registry.id).await.map_err(store)?;
    let is_resumed = before.is_some();
    let (sender, mut steps) = tokio::sync::mpsc::channel(AHEAD);
    let listing = {
        let app = app.clone();
        let patterns = secrets.repositories.clone();
        tokio::task::spawn_blocking(move || {
            let options = options(&host, is_plain, &secrets, app.settings.link_local);
            let mut take = |step| !app.is_stopping() && sender.blocking_send(step).is_ok();
            list(&host, &patterns, &options, before.as_ref(), &mut take)
        })
    };
    let (mut tags, mut new) = (0, 0);
    while let Some(step) = steps.recv().await {
        tags += step.tags.len();
        new += take(app, registry, step).await.map_err(fail)?;
    }
    let listed = listing.await.map_err(|e| fail(e.to_string()))?;
    let listed = listed.map_err(|refused| (refused.to_string(), refused.may_pass))?;
    if listed.is_cut {
        // The centre stops, and gives the job back as it is: no attempt has failed.
        return std::future::pending().await;
    }
    let now = app.now();
    let noted = app.store.registry_listed(&registry.id, now).await;
    noted.map_err(store)?;
    tracing::info!(
        registry = registry.name,
        tags,
        new,
        is_resumed,
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

/// Takes a step in; how many of its tags were new.
async fn take(app: &App, registry: &Registry, step: Step) -> Result<usize, String> {
    let store = |error: lazaret_store::Error| error.to_string();
    let mut wanted = Vec::new();
    for tagged in step.tags {
        let known = app
            .store
            .resolve_name(&registry.id, &tagged.repository, &tagged.tag)
            .await
            .map_err(store)?;
        if known.is_none_or(|known| known != tagged.digest) {
            wanted.push(Wanted {
                repository: tagged.repository,
                tag: Some(tagged.tag),
                digest: Some(tagged.digest),
            });
        }
    }
    let jobs = enqueue_scans(app, registry, &wanted, Urgency::Sweep).await;
    jobs.map_err(|error| error.problem().to_string())?;
    let now = app.now();
    if let Some(tags) = &step.whole {
        let repository = &step.progress.repository;
        for tag in gone(app, registry, repository, tags).await.map_err(store)? {
            let removed = app.store.remove_name(&registry.id, repository, &tag, now);
            removed.await.map_err(store)?;
        }
    }
    // Last: what is taken in twice is the same as once, and what is left out is lost.
    let noted = app
        .store
        .note_list_progress(&registry.id, &step.progress, now);
    noted.await.map_err(store)?;
    Ok(wanted.len())
}

/// Tags that are known and no longer there.
async fn gone(
    app: &App,
    registry: &Registry,
    repository: &str,
    tags: &BTreeSet<String>,
) -> lazaret_store::Result<Vec<String>> {
    let mut gone = Vec::new();
    let mut paging = Paging::first(500);
    loop {
        let page = app
            .store
            .names_in(&registry.id, repository, &paging)
            .await?;
        let known = page.items.into_iter().map(|name| name.tag);
        gone.extend(known.filter(|tag| !tag.is_empty() && !tags.contains(tag)));
        match page.next {
            Some(next) => paging.after = Some(next),
            None => return Ok(gone),
        }
    }
}
