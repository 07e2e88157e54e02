//! Verdicts, and how they changed.

use lazaret_store::{Page, Paging, Verdict as Row, VerdictFilter, VerdictState};
use lazaret_wire::api::{Outcome, SeverityCounts, Verdict, VerdictChange, VerdictQuery};

use crate::App;
use crate::http::ApiResult;

/// Workloads of one change that are told of.
const RUNNING: usize = 20;

fn outcome(state: VerdictState) -> Outcome {
    Outcome::by_name(state.as_str()).unwrap_or(Outcome::Hold)
}

fn few(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The verdict of the interface.
pub(crate) fn shown(row: Row) -> Verdict {
    Verdict {
        outcome: outcome(row.state),
        findings: SeverityCounts {
            critical: few(row.counts.critical),
            high: few(row.counts.high),
            medium: few(row.counts.medium),
            low: few(row.counts.low),
            unknown: few(row.counts.unrated),
        },
        gaps: few(row.counts.gaps),
        reasons: serde_json::from_str(&row.reasons).unwrap_or_default(),
        digest: row.digest,
        environment: row.environment,
        policy_generation: row.policy_generation,
        advisories: row.snapshot,
        decided_at: row.decided_at,
    }
}

/// Verdicts of one state, the latest first; without a state the worst first, of one
/// environment.
///
/// # Errors
/// Those of the store.
pub async fn list(app: &App, query: VerdictQuery, paging: &Paging) -> ApiResult<Page<Verdict>> {
    let state = query.outcome.map(|outcome| outcome.name().parse());
    let filter = VerdictFilter {
        state: state.transpose()?,
        environment: query.environment,
        severity: query.severity.map(super::vulnerability::number),
        gaps: query.gaps,
        registry_id: query.registry,
    };
    let page = app.store.verdicts(&filter, paging).await?;
    Ok(Page {
        items: page.items.into_iter().map(shown).collect(),
        next: page.next,
    })
}

/// What changed, the latest first.
///
/// # Errors
/// Those of the store.
pub async fn changes(
    app: &App,
    digest: Option<&str>,
    paging: &Paging,
) -> ApiResult<Page<VerdictChange>> {
    let page = app.store.verdict_changes(digest, paging).await?;
    let digests: Vec<String> = page.items.iter().map(|row| row.digest.clone()).collect();
    let workloads = app.store.workloads_of(&digests).await?;
    let change = |row: lazaret_store::VerdictChange| VerdictChange {
        running: workloads
            .iter()
            .filter(|w| w.digest == row.digest && w.environment == row.environment)
            .take(RUNNING)
            .cloned()
            .map(super::image::workload)
            .collect(),
        ..changed(row)
    };
    Ok(Page {
        items: page.items.into_iter().map(change).collect(),
        next: page.next,
    })
}

/// A change, without what runs the image.
pub(crate) fn changed(row: lazaret_store::VerdictChange) -> VerdictChange {
    VerdictChange {
        running: Vec::new(),
        at: row.at,
        digest: row.digest,
        environment: row.environment,
        before: row.before.map(outcome),
        after: outcome(row.after),
        cause: cause(&row.cause),
    }
}

/// What made a verdict change, from what is stored.
pub(crate) fn cause(text: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    value["by"].as_str().unwrap_or_default().to_owned()
}
