//! What two databases differ in, and the files that lead from one to the other.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use serde_json::json;

use lazaret_advisory::Db;
use lazaret_advisory::build::replace;
use lazaret_advisory::delta::{Change, Changes, Delta};

use crate::{database, errors};

/// Most advisories of one kind that the table names; json names all.
const MAX_NAMED: usize = 20;

fn open(path: &Path) -> anyhow::Result<Db> {
    let database = database::at(path)?;
    database.verify().with_context(|| database::using(path))?;
    Ok(database)
}

pub(crate) fn diff(before: &Path, after: &Path, format: &str) -> anyhow::Result<()> {
    let (before, after) = (open(before)?, open(after)?);
    let changes = Changes::between(&before, &after)?;
    let mut out = anstream::stdout().lock();
    if format == "json" {
        serde_json::to_writer_pretty(&mut out, &as_json(&before, &after, &changes))?;
        writeln!(out)?;
    } else {
        table(&mut out, &changes)?;
    }
    Ok(())
}

fn as_json(before: &Db, after: &Db, changes: &Changes) -> serde_json::Value {
    let advisories: Vec<_> = changes
        .advisories
        .iter()
        .map(|((feed, id), change)| json!({ "feed": feed, "id": id, "change": change.name() }))
        .collect();
    let packages: Vec<_> = changes
        .packages
        .iter()
        .map(|(space, name)| json!({ "space": space, "name": name }))
        .collect();
    let ends: Vec<_> = changes
        .ends_of_life
        .iter()
        .map(|(product, cycle)| json!({ "product": product, "cycle": cycle }))
        .collect();
    json!({
        "schema": "lazaret.db-diff/1",
        "before": before.digest(),
        "after": after.digest(),
        "advisories": advisories,
        "ids": changes.ids,
        "scores": changes.scores,
        "packages": packages,
        "spaces": changes.spaces,
        "ends_of_life": ends,
    })
}

fn table(out: &mut impl std::io::Write, changes: &Changes) -> anyhow::Result<()> {
    let mut kinds: BTreeMap<Change, Vec<(&str, &str)>> = BTreeMap::new();
    for ((feed, id), change) in &changes.advisories {
        kinds.entry(*change).or_default().push((feed, id));
    }
    for (change, named) in kinds {
        writeln!(out, "{} {}:", named.len(), change.name())?;
        for (feed, id) in named.iter().take(MAX_NAMED) {
            writeln!(out, "  {id} ({feed})")?;
        }
        if let Some(more) = named.len().checked_sub(MAX_NAMED).filter(|more| *more > 0) {
            writeln!(out, "  and {more} more; --format json names all")?;
        }
    }
    for (count, what) in [
        (changes.packages.len(), "packages to match again"),
        (changes.ids.len(), "ids of which something else is known"),
        (changes.scores.len(), "ids with another EPSS score"),
        (
            changes.ends_of_life.len(),
            "releases with another end of support",
        ),
    ] {
        writeln!(out, "{count} {what}")?;
    }
    for space in &changes.spaces {
        writeln!(out, "only one of the two knows the name space {space}")?;
    }
    Ok(())
}

pub(crate) fn write(before: &Path, after: &Path, to: &Path) -> anyhow::Result<()> {
    let (before, after) = (open(before)?, open(after)?);
    let bytes = Delta::between(&before, &after)
        .context("make a delta; were both databases built by this version of lazaret?")?
        .to_bytes()?;
    replace(to, &bytes).with_context(|| errors::write(to))?;
    writeln!(
        anstream::stderr(),
        "{}: {} bytes lead to a database of {}",
        to.display(),
        bytes.len(),
        after.size_bytes()
    )?;
    Ok(())
}

pub(crate) fn apply(base: &Path, delta: &Path, to: &Path) -> anyhow::Result<()> {
    let bytes = std::fs::read(delta).with_context(|| errors::read(delta))?;
    let delta = Delta::from_bytes(&bytes).with_context(|| {
        errors::doing(
            format!("use {} as a delta", delta.display()),
            "lazaret db delta OLD NEW --out FILE, which makes one",
        )
    })?;
    let database = delta.apply(&open(base)?)?;
    replace(to, &database).with_context(|| errors::write(to))?;
    writeln!(anstream::stderr(), "{}: {}", to.display(), delta.target())?;
    Ok(())
}
