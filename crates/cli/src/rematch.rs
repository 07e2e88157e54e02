//! `debug rematch`: stored reports against a newer database, only those that it touches.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::json;

use lazaret_advisory::Db;
use lazaret_advisory::delta::Changes;
use lazaret_match::{Keys, MatchOptions, ReverseIndex, matched};
use lazaret_model::Inventory;

use crate::{database, documents, scan};

/// Prints which of `stored` are touched by what `after` changes, and whether all others
/// stay as they are and the touched ones are the outcome of a full match.
pub(crate) fn run(before: &Path, after: &Path, stored: &[PathBuf]) -> anyhow::Result<()> {
    let (before, after) = (database::open(Some(before))?, database::open(Some(after))?);
    let changes = Changes::between(&before, &after)?;
    let mut index = ReverseIndex::default();
    let mut inventories = BTreeMap::new();
    for path in stored {
        let name = path.display().to_string();
        let inventory = documents::sbom(path, &name)?;
        let findings = found(&inventory, &before)?.findings;
        index.insert(&name, &Keys::of(&inventory, &findings));
        inventories.insert(name, inventory);
    }
    let touched = index.touched(&changes);
    let mut changed = Vec::new();
    let mut missed = Vec::new();
    for (name, inventory) in &inventories {
        if found(inventory, &before)? == found(inventory, &after)? {
            continue;
        }
        match touched.contains(name) {
            true => changed.push(name),
            false => missed.push(name),
        }
    }
    let told = json!({
        "schema": "lazaret.rematch/1",
        "packages": changes.packages.len(),
        "inventories": inventories.len(),
        "touched": touched,
        "changed": changed,
        "missed": missed,
    });
    let mut out = anstream::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &told)?;
    writeln!(out)?;
    anyhow::ensure!(
        missed.is_empty(),
        "{} inventories have another outcome and were not touched",
        missed.len()
    );
    Ok(())
}

fn found(inventory: &Inventory, database: &Db) -> anyhow::Result<lazaret_match::MatchResult> {
    let options = MatchOptions {
        today: Some(scan::today()),
        ..MatchOptions::default()
    };
    matched(inventory, database, &options)
        .with_context(|| format!("match {}", inventory.target.name))
}
