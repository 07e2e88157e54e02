//! Verdicts, and how they changed.

use jiff::SignedDuration;
use jiff::civil::Date;
use lazaret_store::{By, Page, Paging, Verdict as Row, VerdictFilter, VerdictState};
use lazaret_wire::api::{
    Outcome, PostureDay, SeenVerdict, SeverityCounts, Verdict, VerdictChange, VerdictQuery,
    VerdictSeen,
};

use crate::App;
use crate::http::{ApiError, ApiResult};

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
        seen: None,
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
        seen: query.seen,
    };
    let page = app.store.verdicts(&filter, paging).await?;
    let mut items: Vec<Verdict> = page.items.into_iter().map(shown).collect();
    mark(app, &mut items).await?;
    Ok(Page {
        items,
        next: page.next,
    })
}

/// Writes to verdicts who has looked at them.
///
/// # Errors
/// Those of the store.
pub(crate) async fn mark(app: &App, verdicts: &mut [Verdict]) -> ApiResult<()> {
    let digests: Vec<String> = verdicts.iter().map(|one| one.digest.clone()).collect();
    for seen in app.store.seen_of(&digests).await? {
        let of =
            |v: &&mut Verdict| (&v.digest, &v.environment) == (&seen.digest, &seen.environment);
        if let Some(verdict) = verdicts.iter_mut().find(of) {
            verdict.seen = Some(VerdictSeen {
                actor: seen.actor,
                reason: seen.reason,
                at: seen.at,
            });
        }
    }
    Ok(())
}

/// Marks a verdict that warns as seen, as it is now.
///
/// # Errors
/// When there is none, or it does not warn.
pub async fn see(app: &App, seen: SeenVerdict, by: By) -> ApiResult<()> {
    if seen.digest.parse::<lazaret_model::Digest>().is_err() {
        return Err(ApiError::invalid("`digest` is no digest"));
    }
    let reason = seen.reason.trim();
    if reason.chars().count() > 2000 || seen.environment.len() > 100 {
        return Err(ApiError::invalid(
            "`reason` has at most 2000 characters, `environment` 100 bytes",
        ));
    }
    let by = by.because(reason);
    let store = &app.store;
    Ok(store
        .see_verdict(&seen.digest, &seen.environment, &by)
        .await?)
}

/// How many images of each environment had which worst finding at the end of each of the last
/// days, the oldest first; a day on which the centre did not run is not told.
///
/// # Errors
/// Those of the store.
pub async fn posture(app: &App, days: u32) -> ApiResult<Vec<PostureDay>> {
    if !(1..=366).contains(&days) {
        return Err(ApiError::invalid("`days` is 1 to 366"));
    }
    let from = app.now() - SignedDuration::from_hours(24 * (i64::from(days) - 1));
    let mut told: Vec<PostureDay> = Vec::new();
    for row in app.store.severity_days(from).await? {
        let day = date(row.day);
        if !told
            .last()
            .is_some_and(|last| last.day == day && last.environment == row.environment)
        {
            told.push(PostureDay {
                day,
                environment: row.environment,
                worst: SeverityCounts::default(),
                clean: 0,
            });
        }
        let Some(last) = told.last_mut() else {
            continue;
        };
        let count = match row.worst {
            0 => &mut last.clean,
            1 => &mut last.worst.unknown,
            2 => &mut last.worst.low,
            3 => &mut last.worst.medium,
            4 => &mut last.worst.high,
            _ => &mut last.worst.critical,
        };
        *count = few(row.verdicts);
    }
    Ok(told)
}

/// A day since 1970, as people write it.
pub(crate) fn date(day: i64) -> String {
    let epoch = Date::constant(1970, 1, 1);
    let span = jiff::Span::new().try_days(day);
    let date = span.and_then(|span| epoch.checked_add(span));
    date.map_or_else(|_| day.to_string(), |date| date.to_string())
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
