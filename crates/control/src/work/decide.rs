//! From stored inventories to stored verdicts, and to what gates do.
//!
//! Images of one class are decided once for each environment, where the policy does not look
//! at names, digests and times; what was found is kept for their components.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use lazaret_advisory::Db;
use lazaret_model::{Inventory, Report};
use lazaret_scan::ExamineError;
use lazaret_store::{Content, Counts, Decided, Match, Verdict, VerdictChange, VerdictState};
use serde_json::json;
use tokio::task::JoinSet;
use tracing::Instrument as _;

use super::inventory;
use super::matches::{Found, found};
use super::shell::{Shell, shell};
use super::write::{Care, write};
use crate::App;
use crate::http::{ApiError, ApiResult};
use crate::judge::{self, Judge};
use crate::spans::step;

/// Images whose verdicts are written at once.
const BATCH: usize = 500;

/// Classes that are decided on at a time: those beyond the processors wait for blobs.
const AT_ONCE: usize = 4;

/// Decides on images, for each environment that they are judged for. What has not been
/// looked at is left out.
///
/// # Errors
/// Those of the store.
pub(crate) async fn decide(app: &App, digests: &[String], cause: &str) -> ApiResult<()> {
    let images = digests.len();
    let span = step!("decide", lazaret.images = images, lazaret.cause = cause);
    decided(app, digests, cause).instrument(span).await
}

async fn decided(app: &App, digests: &[String], cause: &str) -> ApiResult<()> {
    for digests in digests.chunks(BATCH) {
        let contents = app.store.contents_of(digests).await?;
        let changes = classes(app, contents, cause, Care::All).await?;
        // Where images are judged for an environment for the first time, lists change.
        let first: Vec<String> = changes
            .into_iter()
            .filter(|change| change.before.is_none())
            .map(|change| change.digest)
            .collect();
        if !first.is_empty() {
            app.store.recount(&first).await?;
        }
    }
    Ok(())
}

/// Decides on images that are grouped by class; verdicts that became others.
///
/// # Errors
/// Those of the store.
pub(crate) async fn classes(
    app: &App,
    contents: Vec<Content>,
    cause: &str,
    care: Care,
) -> ApiResult<Vec<VerdictChange>> {
    let judge = app.judge(app.now()).await?;
    let mut groups: BTreeMap<String, Vec<Content>> = BTreeMap::new();
    for content in contents {
        let key = match content.class.is_empty() || judge.reads_names() {
            true => content.digest.clone(),
            false => content.class.clone(),
        };
        groups.entry(key).or_default().push(content);
    }
    let mut changes = Vec::new();
    let mut running: JoinSet<ApiResult<Vec<VerdictChange>>> = JoinSet::new();
    for group in groups.into_values() {
        while running.len() >= AT_ONCE {
            changes.extend(ended(running.join_next().await)?);
        }
        let (app, judge, cause) = (app.clone(), Arc::clone(&judge), cause.to_owned());
        let one = async move { class(&app, group, &judge, &cause, care).await };
        running.spawn(one.in_current_span());
    }
    while !running.is_empty() {
        changes.extend(ended(running.join_next().await)?);
    }
    Ok(changes)
}

fn ended(
    joined: Option<Result<ApiResult<Vec<VerdictChange>>, tokio::task::JoinError>>,
) -> ApiResult<Vec<VerdictChange>> {
    joined.map_or_else(
        || Ok(Vec::new()),
        |joined| joined.map_err(ApiError::internal)?,
    )
}

/// Decides on images of one class.
async fn class(
    app: &App,
    group: Vec<Content>,
    judge: &Arc<Judge>,
    cause: &str,
    care: Care,
) -> ApiResult<Vec<VerdictChange>> {
    let mut changes = Vec::new();
    loop {
        let database = app.advisories.current();
        let judged = by_database(app, &group, judge, &database).await?;
        let Some((verdicts, firm, now)) = judged else {
            return Ok(changes);
        };
        changes.extend(write(app, verdicts, &firm, cause, care, now).await?);
        // One that came meanwhile was not asked, and whoever decides by it may have been
        // here before.
        if app.advisories.current().digest() == database.digest() {
            return Ok(changes);
        }
    }
}

/// Verdicts, and the images and environments where what runs already is refused, too.
type OfClass = (Vec<Decided>, BTreeSet<(String, String)>, Timestamp);

async fn by_database(
    app: &App,
    group: &[Content],
    judge: &Arc<Judge>,
    database: &Arc<Db>,
) -> ApiResult<Option<OfClass>> {
    let Some(first) = group.first() else {
        return Ok(None);
    };
    let inventory = inventory(app, &first.inventory).await?;
    let digests: Vec<String> = group.iter().map(|content| content.digest.clone()).collect();
    let mut places: HashMap<String, BTreeSet<String>> = HashMap::new();
    for digests in digests.chunks(BATCH) {
        for (digest, environment) in app.store.environments_of(digests).await? {
            places.entry(digest).or_default().insert(environment);
        }
    }
    let none = BTreeSet::from([String::new()]);
    let of = |digest: &String| places.get(digest).unwrap_or(&none);
    let environments: BTreeSet<String> = digests.iter().flat_map(of).cloned().collect();
    let now = app.now();
    let judged = judged(app, inventory, database, judge, environments, now).await?;
    compared(app, &first.digest, &judged.found, database).await?;
    // Where images were read anew since, this is not theirs; the store looks.
    let of_others: Vec<Content> = group
        .iter()
        .filter(|content| content.shell.as_ref() != Some(&judged.shell.hash))
        .cloned()
        .collect();
    for contents in of_others.chunks(BATCH) {
        let Shell { hash, body } = &judged.shell;
        app.store.set_shell(contents, hash, body).await?;
    }
    let mut firm = BTreeSet::new();
    for (environment, report) in &judged.reports {
        if judge.is_even_if_running(report) {
            firm.extend(digests.iter().map(|d| (d.clone(), environment.clone())));
        }
    }
    let verdicts = group
        .iter()
        .flat_map(|content| {
            of(&content.digest)
                .iter()
                .map(move |place| (content, place))
        })
        .filter_map(|(content, place)| {
            let said = Said::by(judged.reports.get(place)?);
            Some(Decided {
                verdict: verdict(&content.digest, place, said, judge, database, now),
                indexed_at: content.indexed_at,
            })
        })
        .collect();
    Ok(Some((verdicts, firm, now)))
}

/// What follows for a class of images.
struct Judged {
    /// By environment.
    reports: HashMap<String, Report>,
    /// By component.
    found: Found,
    /// What is known beside the components.
    shell: Shell,
}

async fn judged(
    app: &App,
    inventory: Inventory,
    database: &Arc<Db>,
    judge: &Arc<Judge>,
    environments: BTreeSet<String>,
    now: Timestamp,
) -> ApiResult<Judged> {
    let place = app.judging.acquire().await.map_err(ApiError::internal)?;
    let (with, by) = (Arc::clone(database), Arc::clone(judge));
    let judged = tokio::task::spawn_blocking(move || {
        let kept = inventory.clone();
        let matched = judge::matched(inventory, &with, now)?;
        let found = found(&kept, matched.findings());
        let shell = shell(kept, matched.report(), &with, now)?;
        let each = environments.into_iter().map(|environment| {
            let report = by.decide(&matched, &environment, now);
            (environment, report)
        });
        let reports = each.collect();
        Ok::<_, ExamineError>(Judged {
            reports,
            found,
            shell,
        })
    });
    let judged = judged.await.map_err(ApiError::internal)?;
    drop(place);
    judged.map_err(ApiError::internal)
}

/// When a database was built.
pub(crate) fn built_at(database: &Db) -> Timestamp {
    let text = &database.info().built_at;
    text.parse().unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Writes down what was found in the components of an image that were not compared yet.
async fn compared(app: &App, digest: &str, found: &Found, database: &Db) -> ApiResult<()> {
    let built_at = built_at(database);
    let behind = app.store.components_to_compare(digest, built_at).await?;
    let ids: Vec<(i64, String)> = behind.into_iter().map(|c| (c.id, c.purl)).collect();
    keep_found(app, &ids, found, database).await?;
    Ok(())
}

/// Writes down what was found in components; those where something is different.
///
/// # Errors
/// Those of the store.
pub(crate) async fn keep_found(
    app: &App,
    components: &[(i64, String)],
    found: &Found,
    database: &Db,
) -> ApiResult<Vec<i64>> {
    let (built_at, now) = (built_at(database), app.now());
    let mut changed = Vec::new();
    for components in components.chunks(BATCH) {
        let matches: Vec<(i64, Vec<Match>)> = components
            .iter()
            .map(|(id, name)| {
                let matches = found.matches.get(name).cloned();
                (*id, matches.unwrap_or_default())
            })
            .collect();
        let facts = components.iter().map(|(id, name)| (*id, found.facts(name)));
        let facts = facts.collect();
        let set = app.store.set_found(&matches, &facts, built_at, now).await?;
        let is_set: BTreeSet<i64> = set.iter().copied().collect();
        let keys: Vec<(i64, String)> = components
            .iter()
            .filter(|(id, _)| is_set.contains(id))
            .flat_map(|(id, name)| {
                let keys = found.keys.get(name).into_iter().flatten();
                keys.map(|key| (*id, key.clone()))
            })
            .collect();
        app.store.add_component_keys(&keys).await?;
        changed.extend(set);
    }
    Ok(changed)
}

/// What a decision says in a stored verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What follows.
    pub state: VerdictState,
    /// Open findings by severity, and gaps.
    pub counts: Counts,
    /// Why, as a JSON list of texts.
    pub reasons: String,
}

impl Said {
    /// By a report with its decision.
    pub fn by(report: &Report) -> Self {
        Self {
            state: state(report),
            counts: counts(report),
            reasons: reasons(report),
        }
    }
}

/// A verdict of now.
pub(super) fn verdict(
    digest: &str,
    environment: &str,
    said: Said,
    judge: &Judge,
    database: &Db,
    now: Timestamp,
) -> Verdict {
    Verdict {
        digest: digest.to_owned(),
        environment: environment.to_owned(),
        state: said.state,
        counts: said.counts,
        reasons: said.reasons,
        report: None,
        policy_generation: judge.generation,
        snapshot: database.info().digest.to_string(),
        snapshot_at: built_at(database),
        decided_at: now,
    }
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
