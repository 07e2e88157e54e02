//! What is done from time to time: lists that are due, news of the advisories, holds whose
//! time is over, old rows.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use lazaret_store::{By, Paging, Snapshot};
use tracing::Instrument as _;
use tracing::field::Empty;

use super::job::enqueue_list;
use super::{decide, rematch};
use crate::App;
use crate::spans::step;
use crate::watch::seconds_of;

/// Time between looks.
const TICK: Duration = Duration::from_secs(5);

/// Ticks of an hour.
const HOUR: u64 = 720;

/// Ticks between notes of how it stands today: a quarter of an hour.
const NOTED: u64 = 180;

/// Vulnerabilities that are counted at once.
const COUNTED: u32 = 20;

/// How long it is remembered that a job was done: late events of it are told apart.
const DONE: SignedDuration = SignedDuration::from_hours(24 * 7);

/// Keeps time until the centre stops.
pub(crate) async fn run(app: App) {
    let mut asked: BTreeMap<String, Timestamp> = BTreeMap::new();
    let mut stop = app.stop.clone();
    let mut ticks = 0_u64;
    let mut today = None;
    loop {
        tokio::select! {
            () = tokio::time::sleep(TICK) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        if let Err(cause) = lists(&app, &mut asked).await {
            tracing::warn!(%cause, "lists not looked after");
        }
        expiry(&app).await;
        day(&app, &mut today).await;
        if ticks.is_multiple_of(NOTED)
            && let Err(cause) = app.store.note_severities(app.now()).await
        {
            tracing::warn!(%cause, "severities of today not noted");
        }
        // Not at the start, which may be one with the wrong database.
        if ticks % HOUR == HOUR / 2 {
            waste(&app).await;
        }
        // Once an hour.
        if ticks.is_multiple_of(HOUR)
            && let Err(cause) = app.store.prune_done(app.now() - DONE).await
        {
            tracing::warn!(%cause, "done jobs not forgotten");
        }
        ticks += 1;
    }
}

/// Removes blobs that nothing refers to any more.
async fn waste(app: &App) {
    let hours = app.settings.keep_blobs;
    if hours == 0 {
        return;
    }
    let by = By::new("system", app.now());
    let keep = SignedDuration::from_hours(hours.into());
    match app.store.collect_blobs(keep, false, &by).await {
        Ok(found) => app.metrics.collected(&found),
        Err(cause) => tracing::warn!(%cause, "blobs not looked through"),
    }
}

/// Enqueues the lists that are due. One that fails is due again after its time, not at once.
async fn lists(
    app: &App,
    asked: &mut BTreeMap<String, Timestamp>,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let now = app.now();
    let mut paging = Paging::first(500);
    loop {
        let page = app.store.registries(&paging).await?;
        for registry in page.items.iter().filter(|registry| !registry.paused) {
            let Some(every) = seconds_of(registry.schedule.as_deref()) else {
                continue;
            };
            let last = registry.listed_at.max(asked.get(&registry.id).copied());
            let is_due = last.is_none_or(|last| now.as_second() - last.as_second() >= every.into());
            if is_due {
                asked.insert(registry.id.clone(), now);
                let enqueued = enqueue_list(app, registry).await;
                enqueued.map_err(|error| error.problem().to_string())?;
            }
        }
        match page.next {
            Some(next) => paging.after = Some(next),
            None => return Ok(()),
        }
    }
}

/// Follows the advisory database until the centre stops: beside everything else, since what
/// is decided again may be much.
pub(crate) async fn follow(app: App) {
    catch_up(&app).await;
    if let Err(error) = rematch::bring_up(&app).await {
        tracing::error!(cause = %error.problem(), "images stored before are not brought up");
    }
    let mut stop = app.stop.clone();
    loop {
        tokio::select! {
            () = tokio::time::sleep(TICK) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        advisories(&app).await;
        count(&app).await;
    }
}

/// Counts vulnerabilities again, for some seconds at most.
async fn count(app: &App) {
    let begun = std::time::Instant::now();
    while begun.elapsed() < TICK {
        match app.store.count_vulnerabilities(COUNTED, app.now()).await {
            Ok(0) => return,
            Ok(_) => {}
            Err(cause) => return tracing::warn!(%cause, "vulnerabilities not counted"),
        }
    }
}

/// Uses a newer database, and decides again on what it may change.
async fn advisories(app: &App) {
    let of_task = app.clone();
    let looked = tokio::task::spawn_blocking(move || of_task.advisories.refresh()).await;
    let news = match looked {
        Ok(Ok(Some(news))) => news,
        Ok(Ok(None)) => return,
        Ok(Err(cause)) => {
            tracing::error!(%cause, "the advisory database cannot be used; the one before is");
            return;
        }
        Err(cause) => {
            tracing::error!(%cause, "the advisory database was not looked at");
            return;
        }
    };
    let after = Arc::clone(&news.after);
    let span = step!(
        "rematch",
        lazaret.components.different = Empty,
        lazaret.images = Empty,
        lazaret.verdicts.changed = Empty
    );
    let again = rematch::advisories(app, news.before, news.after);
    let done = match again.instrument(span.clone()).await {
        Ok(told) => {
            span.record("lazaret.components.different", told.different);
            span.record("lazaret.images", told.images);
            span.record("lazaret.verdicts.changed", told.changes.len());
            Ok(())
        }
        Err(error) => {
            // Whoever begins again does not know from where: everything, then.
            tracing::error!(cause = %error.problem(), "not decided on again; everything will be");
            rematch::everything(app, "advisories").await
        }
    };
    match done {
        Ok(()) => {
            note(app).await;
            app.metrics.rematches.inc();
            tracing::info!(digest = %after.digest(), "another advisory database");
        }
        Err(error) => tracing::error!(cause = %error.problem(), "not decided on again"),
    }
}

/// At the start: where another database was decided by before, everything is decided again.
async fn catch_up(app: &App) {
    let current = app.advisories.current().digest().to_string();
    match app.store.snapshot().await {
        Ok(Some(known)) if known.digest == current => {}
        Ok(known) => {
            let again = match known {
                Some(_) => rematch::everything(app, "advisories").await,
                None => Ok(()),
            };
            match again {
                Ok(()) => note(app).await,
                Err(error) => tracing::error!(cause = %error.problem(), "not decided on again"),
            }
        }
        Err(cause) => tracing::error!(%cause, "the database before is not known"),
    }
}

/// Once a day everything is decided on again, since exceptions, ages and ends of support
/// depend on the date; also after a night that the centre did not see.
async fn day(app: &App, seen: &mut Option<Date>) {
    let date = |time: Timestamp| time.to_zoned(TimeZone::UTC).date();
    let today = date(app.now());
    let before = match *seen {
        Some(day) => Some(day),
        None => match app.store.oldest_decision().await {
            Ok(oldest) => oldest.map(date),
            Err(cause) => return tracing::warn!(%cause, "the last day is not known"),
        },
    };
    if before.is_none_or(|before| before == today) {
        *seen = Some(today);
        return;
    }
    match rematch::everything(app, "day").await {
        Ok(()) => *seen = Some(today),
        Err(error) => tracing::warn!(cause = %error.problem(), "not decided on for today"),
    }
}

/// Notes which database is decided by.
async fn note(app: &App) {
    let current = app.advisories.current();
    let snapshot = Snapshot {
        digest: current.digest().to_string(),
        built_at: current
            .info()
            .built_at
            .parse()
            .unwrap_or(Timestamp::UNIX_EPOCH),
        seen_at: app.now(),
    };
    if let Err(cause) = app.store.put_snapshot(&snapshot).await {
        tracing::error!(%cause, "the database is not noted");
    }
}

/// Ends what has run out.
async fn expiry(app: &App) {
    match app.store.expire_holds(app.now()).await {
        Ok(ended) if ended.is_empty() => {}
        Ok(ended) => {
            tracing::info!(holds = ended.len(), "their time is over");
            // A hold that has ended is held again where the verdict still asks for it.
            let digests: Vec<String> = ended.into_iter().map(|hold| hold.key.digest).collect();
            if let Err(error) = decide(app, &digests, "expiry").await {
                tracing::error!(cause = %error.problem(), "not decided on again");
            }
        }
        Err(cause) => tracing::warn!(%cause, "holds not looked after"),
    }
}
