//! From stored inventories to stored verdicts, and to what gates do.

use std::collections::BTreeSet;

use jiff::Timestamp;
use lazaret_model::Report;
use lazaret_store::{By, Counts, HoldKey, ImageName, Move, Terms, Verdict, VerdictState};
use serde_json::json;

use super::{blob_of, inventory};
use crate::App;
use crate::http::{ApiError, ApiResult};
use crate::judge;

/// Decides on images, for each environment that they are judged for. What has not been
/// looked at is left out.
///
/// # Errors
/// Those of the store.
pub(crate) async fn decide(app: &App, digests: &[String], cause: &str) -> ApiResult<()> {
    for digest in digests {
        one(app, digest, cause).await?;
    }
    Ok(())
}

async fn one(app: &App, digest: &str, cause: &str) -> ApiResult<()> {
    let Some(blob) = blob_of(app, digest).await? else {
        return Ok(());
    };
    let inventory = inventory(app, &blob).await?;
    let names = app.store.names_of(digest).await?;
    let environments = environments(app, digest, &names).await?;
    let (database, judge) = (app.advisories.current(), app.judge(app.now()).await?);
    let now = app.now();
    let place = app.judging.acquire().await.map_err(ApiError::internal)?;
    let (with, by) = (
        std::sync::Arc::clone(&database),
        std::sync::Arc::clone(&judge),
    );
    let judged = tokio::task::spawn_blocking(move || {
        let matched = judge::matched(inventory, &with, now)?;
        let each = environments.into_iter().map(|environment| {
            let report = by.decide(&matched, &environment, now);
            (environment, report)
        });
        Ok::<_, lazaret_scan::ExamineError>(each.collect::<Vec<_>>())
    });
    let judged = judged.await.map_err(ApiError::internal)?;
    let judged = judged.map_err(ApiError::internal)?;
    drop(place);
    let info = database.info();
    let verdicts: Vec<Verdict> = judged
        .iter()
        .map(|(environment, report)| Verdict {
            digest: digest.to_owned(),
            environment: environment.clone(),
            state: state(report),
            counts: counts(report),
            reasons: reasons(report),
            report: None,
            policy_generation: judge.generation,
            snapshot: info.digest.to_string(),
            snapshot_at: info.built_at.parse().unwrap_or(Timestamp::UNIX_EPOCH),
            decided_at: now,
        })
        .collect();
    let changes = app
        .store
        .set_verdicts(&verdicts, &json!({ "by": cause }))
        .await?;
    app.metrics.verdict_changes.inc_by(changes.len() as u64);
    // The stored ones count: a worker that was overtaken holds nothing.
    let stored = app.store.verdicts_of(&[digest.to_owned()]).await?;
    let even_if_running: BTreeSet<&str> = judged
        .iter()
        .filter(|(_, report)| judge.is_even_if_running(report))
        .map(|(environment, _)| environment.as_str())
        .collect();
    for name in &names {
        hold(app, name, &stored, &even_if_running, now).await?;
    }
    Ok(())
}

/// The environments that an image is judged for: those of the registries that name it and
/// of the workloads that run it; none is said where there is none.
async fn environments(app: &App, digest: &str, names: &[ImageName]) -> ApiResult<BTreeSet<String>> {
    let workloads = app.store.workloads_of(&[digest.to_owned()]).await?;
    let mut environments: BTreeSet<String> = workloads.into_iter().map(|w| w.environment).collect();
    let registries: BTreeSet<&str> = names.iter().map(|n| n.registry_id.as_str()).collect();
    for registry in registries {
        let registry = app.store.registry(registry).await?;
        environments.extend(registry.map(|registry| registry.environment));
    }
    if environments.is_empty() {
        environments.insert(String::new());
    }
    Ok(environments)
}

/// Does for a name what the verdict of its registry's environment asks for. What a person
/// did, and a release, stay as they are: that is the store's rule.
async fn hold(
    app: &App,
    name: &ImageName,
    verdicts: &[Verdict],
    even_if_running: &BTreeSet<&str>,
    now: Timestamp,
) -> ApiResult<()> {
    let Some(registry) = app.store.registry(&name.registry_id).await? else {
        return Ok(());
    };
    let verdict = verdicts
        .iter()
        .find(|v| v.environment == registry.environment);
    let Some(verdict) = verdict else {
        return Ok(());
    };
    let key = HoldKey {
        registry_id: name.registry_id.clone(),
        repository: name.repository.clone(),
        digest: name.digest.clone(),
    };
    let what = match verdict.state {
        VerdictState::Allow | VerdictState::Warn => Move::Lift,
        VerdictState::Hold => Move::Hold,
        VerdictState::Quarantine | VerdictState::Block => Move::Quarantine,
    };
    // Most images were never held: nothing is written for them.
    if what == Move::Lift && app.store.hold(&key).await?.is_none() {
        return Ok(());
    }
    let reasons: Vec<String> = serde_json::from_str(&verdict.reasons).unwrap_or_default();
    let actor = format!("policy:{}", verdict.policy_generation);
    let by = By::new(actor, now).because(reasons.into_iter().next().unwrap_or_default());
    let terms = Terms {
        until: None,
        even_if_running: even_if_running.contains(registry.environment.as_str()),
    };
    let moved = app.store.move_hold_on(&key, what, terms, false, &by);
    moved.await?;
    Ok(())
}

fn state(report: &Report) -> VerdictState {
    let name = lazaret_policy::outcome_name(report.decision.outcome);
    name.parse().unwrap_or(VerdictState::Hold)
}

fn reasons(report: &Report) -> String {
    let reasons = report.decision.reasons.iter();
    let texts: Vec<String> = reasons
        .map(|reason| format!("{}: {}", reason.rule, reason.message))
        .collect();
    json!(texts).to_string()
}

fn counts(report: &Report) -> Counts {
    let counts = judge::counts(report);
    Counts {
        critical: counts.critical.into(),
        high: counts.high.into(),
        medium: counts.medium.into(),
        low: counts.low.into(),
        unrated: counts.unknown.into(),
        gaps: u64::try_from(report.gaps.len()).unwrap_or(u64::MAX),
    }
}
