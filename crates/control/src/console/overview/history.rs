//! How verdicts stood: now, and at the end of each of the last days.

use std::collections::BTreeMap;

use lazaret_store::{Flow, VerdictState};

use crate::console::chart::Column;
use crate::console::parts;
use crate::queries::verdict::date;

/// States, the worst first, as people read them.
pub(super) const STATES: [VerdictState; 5] = [
    VerdictState::Block,
    VerdictState::Quarantine,
    VerdictState::Hold,
    VerdictState::Warn,
    VerdictState::Allow,
];

/// How many verdicts there are in a state, and a day ago.
pub(super) struct Tile {
    pub(super) state: &'static str,
    pub(super) count: u64,
    /// `+3`, `−2`, or empty.
    pub(super) moved: String,
    pub(super) link: String,
}

/// A day of the chart, for the table behind it.
pub(super) struct Day {
    pub(super) name: String,
    pub(super) states: Vec<u64>,
}

pub(super) type Stand = BTreeMap<VerdictState, u64>;

/// How it stood at the end of each day: from now backwards, taking back what came.
pub(super) fn history(now: &Stand, days: &[(i64, Vec<Flow>)]) -> Vec<(i64, Stand)> {
    let mut stand = now.clone();
    let mut history = Vec::with_capacity(days.len());
    for (day, flows) in days.iter().rev() {
        history.push((*day, stand.clone()));
        for flow in flows {
            let after = stand.entry(flow.after).or_default();
            *after = after.saturating_sub(flow.verdicts);
            if let Some(before) = flow.before {
                *stand.entry(before).or_default() += flow.verdicts;
            }
        }
    }
    history.reverse();
    history
}

pub(super) fn of(stand: &Stand, state: VerdictState) -> u64 {
    stand.get(&state).copied().unwrap_or(0)
}

pub(super) fn column((day, stand): &(i64, Stand)) -> Column {
    Column {
        name: date(*day),
        parts: STATES.iter().map(|s| (s.as_str(), of(stand, *s))).collect(),
    }
}

pub(super) fn day((day, stand): &(i64, Stand)) -> Day {
    Day {
        name: date(*day),
        states: STATES.iter().map(|state| of(stand, *state)).collect(),
    }
}

pub(super) fn tiles(history: &[(i64, Stand)], environment: Option<&str>) -> Vec<Tile> {
    let empty = Stand::new();
    let now = history.last().map_or(&empty, |(_, stand)| stand);
    let before = history
        .iter()
        .rev()
        .nth(1)
        .map_or(&empty, |(_, stand)| stand);
    let tile = |state: &VerdictState| {
        let (count, was) = (of(now, *state), of(before, *state));
        let moved = match count.abs_diff(was) {
            0 => String::new(),
            by if count > was => format!("+{by}"),
            by => format!("−{by}"),
        };
        let mut query = vec![("outcome", state.as_str())];
        query.extend(environment.map(|environment| ("environment", environment)));
        Tile {
            state: state.as_str(),
            count,
            moved,
            link: parts::address("/images", &query),
        }
    };
    STATES.iter().map(tile).collect()
}
