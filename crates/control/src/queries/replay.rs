//! What another policy would decide on what is stored. Nothing is written.
//!
//! Where both policies look at one finding at a time, images are sums of what is known of their
//! components ([`parts`]); the others are matched anew, for as long as somebody waits.

mod parts;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use lazaret_model::{Decision, Outcome};
use lazaret_policy::outcome_name;
use lazaret_store::{ImageFilter, Paging};

use crate::App;
use crate::http::{ApiError, ApiResult};
use crate::judge::{self, Judge};
use crate::work;

/// Images that a policy is tried on at most: those that run first, then the newest.
const IMAGES: u32 = 200;

/// How long a policy is tried, in all.
const PATIENCE: Duration = Duration::from_secs(12);

/// What trying a policy told.
#[derive(Debug)]
pub struct Replay {
    /// Images that it was tried on.
    pub images: usize,
    /// Decisions that were taken twice: an image is judged for several environments.
    pub decisions: usize,
    /// Whether there are more images than it was tried on.
    pub is_cut: bool,
    /// Decisions that differ.
    pub rows: Vec<Row>,
}

/// A decision that differs, or rests on other rules.
#[derive(Debug)]
pub struct Row {
    /// The image.
    pub digest: String,
    /// The environment.
    pub environment: String,
    /// What the policy of now decides.
    pub before: Outcome,
    /// What the other one would.
    pub after: Outcome,
    /// Rules that speak and did not (`+`), did and do not (`-`), or ask for something else.
    pub rules: Vec<String>,
}

impl Row {
    /// Whether a gate refuses the image now.
    pub fn was_stopped(&self) -> bool {
        self.before >= Outcome::Hold
    }

    /// Whether a gate would.
    pub fn is_stopped(&self) -> bool {
        self.after >= Outcome::Hold
    }
}

/// Tries a policy, beside the exceptions that count now.
///
/// # Errors
/// With everything that is wrong in the document, and those of the store.
pub async fn replay(app: &App, text: &str) -> ApiResult<Replay> {
    let begun = Instant::now();
    let now = app.now();
    let mut documents = vec![("policy".to_owned(), text.to_owned())];
    for exemption in app.store.exemptions_at(now).await? {
        documents.push((format!("exception {}", exemption.id), exemption.document));
    }
    let other = Judge::read(0, &documents);
    let other = Arc::new(other.map_err(|error| ApiError::invalid(error.to_string()))?);
    let current = app.judge(now).await?;
    let (digests, mut is_cut) = meant(app).await?;
    let mut told = Replay {
        images: 0,
        decisions: 0,
        is_cut: false,
        rows: Vec::new(),
    };
    let (known, digests) = parts::tried(app, digests, &current, &other).await?;
    let mut all: Vec<Vec<Row>> = known;
    for digest in digests {
        if begun.elapsed() > PATIENCE {
            is_cut = true;
            break;
        }
        all.extend(one(app, &digest, &current, &other).await?);
    }
    for rows in all {
        told.images += 1;
        told.decisions += rows.len();
        told.rows.extend(
            rows.into_iter()
                .filter(|row| row.before != row.after || !row.rules.is_empty()),
        );
    }
    told.is_cut = is_cut;
    // The hardest changes first.
    told.rows.sort_by_key(|row| {
        (
            row.was_stopped() == row.is_stopped(),
            row.before == row.after,
            std::cmp::Reverse(row.after),
        )
    });
    Ok(told)
}

/// Which images, and whether there are more.
async fn meant(app: &App) -> ApiResult<(Vec<String>, bool)> {
    let running = ImageFilter {
        running: Some(true),
        ..ImageFilter::default()
    };
    let mut digests: Vec<String> = Vec::new();
    let mut is_cut = false;
    for filter in [running, ImageFilter::default()] {
        let page = app.store.images(&filter, &Paging::first(IMAGES)).await?;
        is_cut = page.next.is_some();
        for row in page.items {
            if !digests.contains(&row.image.digest) {
                digests.push(row.image.digest);
            }
        }
    }
    let most = usize::try_from(IMAGES).unwrap_or(usize::MAX);
    is_cut |= digests.len() > most;
    digests.truncate(most);
    Ok((digests, is_cut))
}

/// Both decisions on an image, for each environment that it is judged for; `None`: nobody has
/// looked at it.
async fn one(
    app: &App,
    digest: &str,
    current: &Arc<Judge>,
    other: &Arc<Judge>,
) -> ApiResult<Option<Vec<Row>>> {
    let Some(blob) = work::blob_of(app, digest).await? else {
        return Ok(None);
    };
    let inventory = work::inventory(app, &blob).await?;
    let verdicts = app.store.verdicts_of(&[digest.to_owned()]).await?;
    let exposed = work::exposures(app, &[digest.to_owned()]).await?;
    let (database, now) = (app.advisories.current(), app.now());
    let (current, other) = (Arc::clone(current), Arc::clone(other));
    let digest = digest.to_owned();
    let place = app.judging.acquire().await.map_err(ApiError::internal)?;
    let rows = tokio::task::spawn_blocking(move || {
        let matched = judge::matched(inventory, &database, now)?;
        let rows = verdicts.into_iter().map(|verdict| {
            let place = (digest.clone(), verdict.environment.clone());
            let exposure = exposed.get(&place).copied().flatten();
            let by = |judge: &Judge| judge.decide(&matched, &place.1, exposure, now).decision;
            let (before, after) = (by(&current), by(&other));
            Row {
                digest: digest.clone(),
                environment: verdict.environment,
                rules: rules(&before, &after),
                before: before.outcome,
                after: after.outcome,
            }
        });
        Ok::<_, lazaret_scan::ExamineError>(rows.collect::<Vec<_>>())
    });
    let rows = rows.await.map_err(ApiError::internal)?;
    drop(place);
    rows.map(Some).map_err(ApiError::internal)
}

/// How the rules that speak differ.
fn rules(before: &Decision, after: &Decision) -> Vec<String> {
    let by_rule = |decision: &Decision| -> BTreeMap<String, Outcome> {
        let mut rules = BTreeMap::new();
        for reason in &decision.reasons {
            let worst = rules.entry(reason.rule.clone()).or_insert(Outcome::Allow);
            *worst = reason.outcome.max(*worst);
        }
        rules
    };
    let (before, after) = (by_rule(before), by_rule(after));
    let mut told = Vec::new();
    for (rule, outcome) in &after {
        match before.get(rule) {
            None => told.push(format!("+ {rule} ({})", outcome_name(*outcome))),
            Some(was) if was != outcome => {
                let (is, was) = (outcome_name(*outcome), outcome_name(*was));
                told.push(format!("{rule} ({is}, was {was})"));
            }
            Some(_) => {}
        }
    }
    let gone = before.iter().filter(|(rule, _)| !after.contains_key(*rule));
    told.extend(gone.map(|(rule, outcome)| format!("− {rule} ({})", outcome_name(*outcome))));
    told
}
