//! `db update`: from the feeds, or from a prebuilt database.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use lazaret_advisory::Db;
use lazaret_advisory::build::BuildOptions;
use lazaret_advisory::feed::{self, Feed};
use lazaret_advisory::update::{
    FeedEvent, FeedSettings, FetchError, Mirror, Outcome, UpdateError, UpdateOptions, Updated,
    update, update_from_feeds,
};
use lazaret_image::ImageRef;
use lazaret_image::registry::{self, RegistryOptions};
use lazaret_model::nearest;

use crate::args::{MaxAge, UpdateArgs};
use crate::database::installed;
use crate::progress::Steps;
use crate::targets::home_dir;
use crate::{age, console, errors};

pub(crate) fn run(args: &UpdateArgs) -> anyhow::Result<()> {
    let place = installed().context("there is no home directory to install a database in")?;
    if !args.from.is_empty() && !args.feed.is_empty() {
        bail!(
            "--from is about a prebuilt database, --feed about building one; try one of them, \
             and `lazaret config` for where they are set"
        );
    }
    let updated = match args.from.is_empty() {
        true => from_feeds(args, &place),
        false => prebuilt(args, &place),
    };
    match updated {
        Err(error) if is_outage(&error) && will_do(&place, &args.age.max_db_age) => {
            errors::warn(&error);
            say(&format!(
                "{} is kept: it is not older than {} (--max-db-age)",
                place.display(),
                args.age.max_db_age
            ))
        }
        other => other,
    }
}

/// Whether others failed, and what was asked for made sense.
fn is_outage(error: &anyhow::Error) -> bool {
    matches!(
        error.downcast_ref(),
        Some(UpdateError::AllFailed { .. } | UpdateError::WouldLose { .. } | UpdateError::Build(_))
    )
}

/// Whether the installed database is young enough to go on with.
fn will_do(place: &Path, max: &MaxAge) -> bool {
    Db::open(place).is_ok_and(|db| age::is_young(db.info(), max))
}

fn prebuilt(args: &UpdateArgs, place: &Path) -> anyhow::Result<()> {
    let mirrors: Result<Vec<Mirror>, _> = args.from.iter().map(|m| m.parse()).collect();
    let mirrors = mirrors?;
    for mirror in &mirrors {
        console::detail(format_args!("source: {mirror}"));
    }
    let fetch = |reference: &str, out: &mut dyn Write| artifact(reference, &args.registry_ca, out);
    let options = UpdateOptions {
        oci: Some(&fetch),
        certificates: args.registry_ca.clone(),
        ..UpdateOptions::default()
    };
    let doing = errors::doing(
        "update the advisory database",
        "lazaret db update without --from, for the feeds themselves",
    );
    match update(&mirrors, place, &options).context(doing)? {
        Updated::Unchanged { .. } => say(&format!("{} is up to date", place.display())),
        Updated::Replaced { mirror, .. } => {
            say(&format!("installed {} from {mirror}", place.display()))
        }
    }
}

/// Copies the database that a registry has under a reference.
fn artifact(reference: &str, authorities: &[PathBuf], out: &mut dyn Write) -> Result<(), String> {
    let text = |error: &dyn std::error::Error| error.to_string();
    let reference: ImageRef = reference.parse().map_err(|e| text(&e))?;
    let mut options = RegistryOptions::default();
    options.ca_files.extend(authorities.iter().cloned());
    let mut artifact = registry::pull_artifact(&reference, None, &options).map_err(|e| text(&e))?;
    std::io::copy(&mut artifact, out).map_err(|e| text(&e))?;
    Ok(())
}

fn from_feeds(args: &UpdateArgs, place: &Path) -> anyhow::Result<()> {
    let staging = home_dir("XDG_CACHE_HOME", ".cache")
        .context("there is no home directory to keep downloads in")?
        .join("downloads");
    let settings = FeedSettings {
        feeds: chosen(&args.feed)?,
        origins: args.feed_mirror.clone(),
        staging: &staging,
        allow_missing: args.allow_missing,
        build: BuildOptions::default(),
    };
    let steps = Steps::new();
    let mut progress = |event: FeedEvent<'_>| match event {
        FeedEvent::Request {
            address,
            number,
            of,
            ..
        } => {
            console::detail(format_args!("fetch {number} of {of}: {address}"));
            steps.show(&format!("fetching {number} of {of}: {address}"));
        }
        FeedEvent::File(file) => {
            let outcome = match &file.outcome {
                Outcome::New => "new".to_owned(),
                Outcome::Unchanged => "unchanged".to_owned(),
                Outcome::Kept(error) => format!("{error}; the last one is kept"),
                Outcome::Missing(error) => error.to_string(),
            };
            console::detail(format_args!("{} {}: {outcome}", file.feed, file.address));
        }
        FeedEvent::Build(at) => {
            steps.show(&format!("building: {} {} records", at.feed, at.records));
        }
    };
    let options = UpdateOptions {
        certificates: args.registry_ca.clone(),
        ..UpdateOptions::default()
    };
    let updated = update_from_feeds(&settings, place, &options, &mut progress);
    steps.end();
    let updated = updated.context(errors::doing(
        "update the advisory database",
        "again later, or lazaret db update --from SOURCE for a prebuilt one",
    ))?;
    let failed = |feed: &str, address: &str, error: &FetchError, so: &str| {
        say(&format!("warning: {feed} {address}: {error}; {so}"))
    };
    for file in &updated.files {
        match &file.outcome {
            Outcome::New | Outcome::Unchanged => {}
            Outcome::Kept(error) => {
                failed(
                    file.feed,
                    file.address,
                    error,
                    "its data of the last time is used",
                )?;
            }
            Outcome::Missing(error) => {
                failed(file.feed, file.address, error, "the database is without it")?;
            }
        }
    }
    match updated.changed {
        false => say(&format!("{} is up to date", place.display())),
        true => say(&format!(
            "installed {}: {} advisories of {} feeds",
            place.display(),
            updated.report.advisories,
            updated.report.sources.len()
        )),
    }
}

/// The feeds that are named, else every feed that has something to download.
fn chosen(names: &[String]) -> anyhow::Result<Vec<&'static Feed>> {
    if names.is_empty() {
        let all = feed::ALL.iter().copied();
        return Ok(all.filter(|feed| !feed.downloads.is_empty()).collect());
    }
    let mut chosen = Vec::new();
    for name in names {
        let Some(found) = feed::by_name(name) else {
            let near = nearest(name, feed::ALL.iter().map(|feed| feed.name));
            let near = near.map_or_else(String::new, |near| format!("; `{near}` is"));
            let what = format!("`{name}` is no feed{near}");
            return Err(errors::refused(what, "lazaret db feeds"));
        };
        if found.downloads.is_empty() {
            let what = format!("the feed {name} has no file to download");
            return Err(
                anyhow::anyhow!("its upstream is {}", found.upstream).context(errors::doing(
                    what,
                    format!("lazaret db build --out advisories.db {name}=PATH"),
                )),
            );
        }
        chosen.push(found);
    }
    Ok(chosen)
}

fn say(line: &str) -> anyhow::Result<()> {
    if !console::is_quiet() {
        writeln!(anstream::stderr(), "{line}")?;
    }
    Ok(())
}
