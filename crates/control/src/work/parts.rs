//! Decisions in parts: what rules say of a component's findings is the same in every image
//! that contains it, so it is asked once, and images are sums.
//!
//! Right for policies that look at one finding at a time ([`Judge::is_divisible`]), and for
//! images of which everything is known that such a decision needs. The others, and those that
//! are being looked at right now, are left to the whole way.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use lazaret_advisory::Db;
use lazaret_model::{Finding, Report};
use lazaret_policy::Tally;
use lazaret_store::{Content, Counts, VerdictChange, VerdictState};
use tokio::task::JoinSet;

use super::decide::{Said, verdict, write};
use super::shell::opened;
use crate::App;
use crate::http::{ApiError, ApiResult};
use crate::judge::Judge;

/// Images that are asked for at once.
const IMAGES: usize = 1000;

/// Parts that are asked for at once.
const PARTS: usize = 2000;

/// Components whose findings are in memory at once, for each of [`AT_ONCE`].
const COMPONENTS: usize = 200;

/// Images whose verdicts are in memory at once.
const WRITTEN: usize = 5000;

/// Components' findings that are judged at a time.
const AT_ONCE: usize = 2;

/// What was indexed so shortly before is left to the whole way: whoever decides on it may
/// know older facts. Clocks of centres may differ.
const FRESH: SignedDuration = SignedDuration::from_mins(10);

/// What rules say of the findings of a component or of more.
#[derive(Debug, Clone, Default)]
struct Sum {
    tally: Tally,
    counts: Counts,
}

impl Sum {
    fn add(&mut self, other: &Self) {
        self.tally.add(&other.tally);
        let (mine, theirs) = (&mut self.counts, &other.counts);
        mine.critical += theirs.critical;
        mine.high += theirs.high;
        mine.medium += theirs.medium;
        mine.low += theirs.low;
        mine.unrated += theirs.unrated;
    }
}

/// One image, and what it is made of.
struct Image {
    digest: String,
    parts: Vec<i64>,
    environments: BTreeSet<String>,
}

/// By what is decided.
#[derive(Clone)]
struct Terms {
    judge: Arc<Judge>,
    database: Arc<Db>,
    now: Timestamp,
}

/// Decides on what can be decided on in parts: verdicts that became others, and the images
/// that are left. Every component has to have been compared with the database before.
///
/// # Errors
/// Those of the store.
pub(super) async fn in_parts(
    app: &App,
    contents: Vec<Content>,
    database: &Arc<Db>,
    cause: &str,
) -> ApiResult<(Vec<VerdictChange>, Vec<Content>)> {
    let now = app.now();
    let judge = app.judge(now).await?;
    if !judge.is_divisible() {
        return Ok((Vec::new(), contents));
    }
    let terms = Terms {
        judge,
        database: Arc::clone(database),
        now,
    };
    let (mut left, mut changes) = (Vec::new(), Vec::new());
    let mut by_shell: BTreeMap<String, Vec<Content>> = BTreeMap::new();
    for content in contents {
        match &content.shell {
            Some(shell) if content.indexed_at < now - FRESH => {
                by_shell.entry(shell.clone()).or_default().push(content);
            }
            _ => left.push(content),
        }
    }
    let unknown: BTreeSet<i64> = app.store.parts_unknown().await?.into_iter().collect();
    for (hash, contents) in by_shell {
        let body = app.store.shell(&hash).await?.unwrap_or_default();
        let bare = opened(&body, &terms.database, now).map_err(ApiError::internal)?;
        let Some(bare) = bare else {
            left.extend(contents);
            continue;
        };
        let (images, others) = images(app, contents, &unknown).await?;
        left.extend(others);
        let (changed, refused) = of_shell(app, &terms, Arc::new(bare), images, cause).await?;
        changes.extend(changed);
        for digests in refused.chunks(IMAGES) {
            left.extend(app.store.contents_of(digests).await?);
        }
    }
    Ok((changes, left))
}

/// What images are made of; those with a part of which not everything is known.
async fn images(
    app: &App,
    contents: Vec<Content>,
    unknown: &BTreeSet<i64>,
) -> ApiResult<(Vec<Image>, Vec<Content>)> {
    let (mut known, mut others) = (Vec::new(), Vec::new());
    let mut contents = contents.into_iter().peekable();
    while contents.peek().is_some() {
        let some: Vec<Content> = contents.by_ref().take(IMAGES).collect();
        let digests: Vec<String> = some.iter().map(|content| content.digest.clone()).collect();
        let mut parts: HashMap<String, Vec<i64>> = HashMap::new();
        for (digest, part) in app.store.parts_of(&digests).await? {
            parts.entry(digest).or_default().push(part);
        }
        let mut places: HashMap<String, BTreeSet<String>> = HashMap::new();
        for (digest, environment) in app.store.environments_of(&digests).await? {
            places.entry(digest).or_default().insert(environment);
        }
        for content in some {
            let parts = parts.remove(&content.digest).unwrap_or_default();
            if parts.iter().any(|part| unknown.contains(part)) {
                others.push(content);
                continue;
            }
            let none = || BTreeSet::from([String::new()]);
            known.push(Image {
                environments: places.remove(&content.digest).unwrap_or_else(none),
                digest: content.digest,
                parts,
            });
        }
    }
    Ok((known, others))
}

/// Decides on images with one shell; verdicts that became others, and images whose findings
/// do not add up.
async fn of_shell(
    app: &App,
    terms: &Terms,
    bare: Arc<Report>,
    mut images: Vec<Image>,
    cause: &str,
) -> ApiResult<(Vec<VerdictChange>, Vec<String>)> {
    let parts: BTreeSet<i64> = images
        .iter()
        .flat_map(|i| i.parts.iter().copied())
        .collect();
    let parts: Vec<i64> = parts.into_iter().collect();
    let mut within: HashMap<i64, Vec<i64>> = HashMap::new();
    for parts in parts.chunks(PARTS) {
        for (part, component) in app.store.found_in(parts).await? {
            within.entry(part).or_default().push(component);
        }
    }
    // Parts without findings say nothing; most images have one of their own.
    for image in &mut images {
        image.parts.retain(|part| within.contains_key(part));
    }
    let (mut changes, mut refused) = (Vec::new(), BTreeSet::new());
    let environments: BTreeSet<String> = images
        .iter()
        .flat_map(|i| i.environments.iter().cloned())
        .collect();
    for environment in environments {
        let here = |image: &&Image| image.environments.contains(&environment);
        let asked: BTreeSet<i64> = images
            .iter()
            .filter(here)
            .flat_map(|image| image.parts.iter())
            .flat_map(|part| within[part].iter().copied())
            .collect();
        let asked = asked.into_iter().collect();
        let components = sums(app, terms, &bare, asked, &environment).await?;
        let parts = added(&within, &components);
        let mut known: HashMap<&[i64], Option<(Said, bool)>> = HashMap::new();
        let here: Vec<&Image> = images.iter().filter(here).collect();
        for images in here.chunks(WRITTEN) {
            let (mut verdicts, mut firm) = (Vec::new(), BTreeSet::new());
            for image in images {
                let said = known.entry(&image.parts).or_insert_with(|| {
                    let parts = image.parts.iter().map(|part| parts.get(part));
                    said(terms, &bare, parts, &environment)
                });
                let Some((said, is_firm)) = said else {
                    refused.insert(image.digest.clone());
                    continue;
                };
                if *is_firm {
                    firm.insert((image.digest.clone(), environment.clone()));
                }
                let (judge, database) = (&terms.judge, &terms.database);
                let (digest, said) = (&image.digest, said.clone());
                verdicts.push(verdict(
                    digest,
                    &environment,
                    said,
                    judge,
                    database,
                    terms.now,
                ));
            }
            changes.extend(write(app, verdicts, &firm, cause, terms.now).await?);
        }
    }
    Ok((changes, refused.into_iter().collect()))
}

/// What parts say: the sums of their components; without those that do not add up.
fn added(
    within: &HashMap<i64, Vec<i64>>,
    components: &HashMap<i64, Option<Sum>>,
) -> HashMap<i64, Sum> {
    let mut parts = HashMap::with_capacity(within.len());
    for (part, inside) in within {
        let mut sum = Some(Sum::default());
        for component in inside {
            let of = components.get(component).and_then(Option::as_ref);
            sum = sum.zip(of).map(|(mut sum, of)| {
                sum.add(of);
                sum
            });
        }
        parts.extend(sum.map(|sum| (*part, sum)));
    }
    parts
}

/// The decision on images with these parts, and whether what runs already is refused, too.
fn said<'a>(
    terms: &Terms,
    bare: &Report,
    parts: impl Iterator<Item = Option<&'a Sum>>,
    environment: &str,
) -> Option<(Said, bool)> {
    let mut sum = Sum::default();
    for part in parts {
        sum.add(part?);
    }
    let report = terms
        .judge
        .decide_in_parts(bare, &sum.tally, environment, terms.now);
    let mut said = Said::by(&report);
    let gaps = said.counts.gaps;
    said.counts = Counts { gaps, ..sum.counts };
    let is_firm = said.state >= VerdictState::Hold && terms.judge.is_even_if_running(&report);
    Some((said, is_firm))
}

/// What the rules say of the findings of components; `None` for one that is more than its
/// findings.
async fn sums(
    app: &App,
    terms: &Terms,
    bare: &Arc<Report>,
    components: Vec<i64>,
    environment: &str,
) -> ApiResult<HashMap<i64, Option<Sum>>> {
    let mut all = HashMap::with_capacity(components.len());
    let mut running = JoinSet::new();
    for some in components.chunks(COMPONENTS) {
        let facts = app.store.facts_of(some).await?;
        while running.len() >= AT_ONCE {
            all.extend(ended(running.join_next().await)?);
        }
        let (terms, bare) = (terms.clone(), Arc::clone(bare));
        let environment = environment.to_owned();
        running.spawn_blocking(move || summed(&terms, &bare, &facts, &environment));
    }
    while !running.is_empty() {
        all.extend(ended(running.join_next().await)?);
    }
    Ok(all)
}

type Sums = Vec<(i64, Option<Sum>)>;

fn ended(joined: Option<Result<Sums, tokio::task::JoinError>>) -> ApiResult<Sums> {
    joined.map_or_else(
        || Ok(Vec::new()),
        |joined| joined.map_err(ApiError::internal),
    )
}

fn summed(terms: &Terms, bare: &Report, facts: &HashMap<i64, Vec<u8>>, environment: &str) -> Sums {
    let mut report = bare.clone();
    let mut sum = |facts: &[u8]| {
        let findings: Vec<Finding> = serde_json::from_slice(facts).ok()?;
        // Such are signs of tampering as well.
        let is_malware = |f: &Finding| {
            f.aliases
                .iter()
                .chain([&f.id])
                .any(|id| id.starts_with("MAL-"))
        };
        if findings.iter().any(is_malware) {
            return None;
        }
        report.findings = findings;
        let (tally, counts) = terms.judge.tally(&mut report, environment, terms.now);
        let counts = Counts {
            critical: counts.critical.into(),
            high: counts.high.into(),
            medium: counts.medium.into(),
            low: counts.low.into(),
            unrated: counts.unknown.into(),
            gaps: 0,
        };
        Some(Sum { tally, counts })
    };
    facts.iter().map(|(id, facts)| (*id, sum(facts))).collect()
}
