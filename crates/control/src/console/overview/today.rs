//! What changed today, what made it change, and what of it runs.

use std::collections::{BTreeMap, HashSet};

use lazaret_store::{Flow, Paging};

use crate::App;
use crate::console::changes::{Change, changes, said};
use crate::console::frame::Frame;
use crate::console::memory::day_of;
use crate::http::ApiResult;
use crate::queries::verdict;

/// Changes that are searched for what runs: the latest ones.
const SEARCHED: u32 = 200;

/// Images that run and became worse that are told.
const TOLD: usize = 8;

/// What made verdicts change today.
pub(super) struct Cause {
    pub(super) name: String,
    pub(super) worse: u64,
    pub(super) better: u64,
    pub(super) first: u64,
}

pub(super) fn causes(today: &[Flow]) -> Vec<Cause> {
    let mut causes: BTreeMap<String, Cause> = BTreeMap::new();
    for flow in today {
        let name = verdict::cause(&flow.cause);
        let cause = causes.entry(name.clone()).or_insert(Cause {
            name: said(&name).to_owned(),
            worse: 0,
            better: 0,
            first: 0,
        });
        let count = match flow.before {
            None => &mut cause.first,
            Some(before) if before < flow.after => &mut cause.worse,
            Some(_) => &mut cause.better,
        };
        *count += flow.verdicts;
    }
    causes.into_values().collect()
}

/// What runs and has a worse verdict than before today.
#[derive(Default)]
pub(super) struct Worse {
    pub(super) changes: Vec<(Change, u64)>,
    /// How many more there are among those that were searched.
    pub(super) more: usize,
    /// Whether older changes of today were not searched.
    pub(super) is_part: bool,
}

/// # Errors
/// Those of the store.
pub(super) async fn worse(app: &App, f: &Frame, environment: Option<&str>) -> ApiResult<Worse> {
    let page = app
        .store
        .verdict_changes(None, &Paging::first(SEARCHED))
        .await?;
    let today = day_of(app.now());
    let found = page.items.len();
    let mut latest = HashSet::new();
    let mut rows: Vec<_> = page
        .items
        .into_iter()
        .filter(|row| day_of(row.at) == today)
        .collect();
    let is_part = page.next.is_some() && rows.len() == found;
    // Only the latest of an image says how it is now.
    rows.retain(|row| latest.insert((row.digest.clone(), row.environment.clone())));
    rows.retain(|row| row.before.is_some_and(|before| before < row.after));
    rows.retain(|row| environment.is_none_or(|only| only == row.environment));
    let digests: Vec<String> = rows.iter().map(|row| row.digest.clone()).collect();
    let running = app.store.running(&digests).await?;
    rows.retain(|row| running.contains_key(&row.digest));
    rows.sort_by_key(|row| std::cmp::Reverse((row.after, running.get(&row.digest).copied())));
    let more = rows.len().saturating_sub(TOLD);
    rows.truncate(TOLD);
    let counts: Vec<u64> = rows
        .iter()
        .map(|row| running.get(&row.digest).copied().unwrap_or(0))
        .collect();
    let shown = rows.into_iter().map(verdict::changed).collect();
    let shown = changes(app, f, shown).await?;
    Ok(Worse {
        changes: shown.into_iter().zip(counts).collect(),
        more,
        is_part,
    })
}
