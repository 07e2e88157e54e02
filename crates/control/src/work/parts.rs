//! Decisions in parts: what rules say of a component's findings is the same in every image
//! that contains it, so it is asked once, and images are sums.
//!
//! Right for policies that look at one finding at a time ([`Judge::is_divisible`]), and for
//! images of which everything is known that such a decision needs. The others, and those that
//! are being looked at right now, are left to the whole way.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use lazaret_advisory::Db;
use lazaret_model::Report;
use lazaret_store::{Counts, Decided, VERDICT_LIMIT, VerdictChange, VerdictState};

use super::decide::{Said, verdict};
use super::shell::opened;
use super::tallies::{Sum, Tallies};
use super::write::Writer;
use crate::App;
use crate::http::{ApiError, ApiResult};
use crate::judge::Judge;

/// Images that are asked for at once.
const IMAGES: usize = 1000;

/// Parts that are asked for at once.
const PARTS: usize = 500;

/// Shells of a step, in memory at once. What rules say of components is kept from step to step.
const SHELLS: usize = 4000;

/// Shells that are read at once.
const OPENED: usize = 200;

/// What was indexed so shortly before is left to the whole way: whoever decides on it may
/// know older facts. Clocks of centres may differ.
const FRESH: SignedDuration = SignedDuration::from_mins(10);

/// By what is decided.
#[derive(Clone)]
pub(super) struct Terms {
    pub(super) judge: Arc<Judge>,
    pub(super) database: Arc<Db>,
    pub(super) now: Timestamp,
}

/// One image, and what it is made of.
struct Image {
    digest: String,
    indexed_at: Timestamp,
    shell: i64,
    /// Those with findings.
    parts: Vec<i64>,
    environments: BTreeSet<String>,
}

/// Components with findings, by the part that they are in.
type Within = HashMap<i64, Vec<i64>>;

/// Decides on what can be decided on in parts: verdicts that became others, and the images
/// that are left. Every component has to have been compared with the database before.
///
/// # Errors
/// Those of the store.
pub(super) async fn in_parts(
    app: &App,
    digests: Vec<String>,
    database: &Arc<Db>,
    cause: &'static str,
) -> ApiResult<(Vec<VerdictChange>, Vec<String>)> {
    let (begun, now) = (Instant::now(), app.now());
    let judge = app.judge(now).await?;
    if !judge.is_divisible() {
        return Ok((Vec::new(), digests));
    }
    let terms = Terms {
        judge,
        database: Arc::clone(database),
        now,
    };
    let (mut images, mut left) = images(app, digests, now).await?;
    let within = Arc::new(within(app, &mut images).await?);
    tracing::debug!(images = images.len(), took = ?begun.elapsed(), "what images are made of");
    images.sort_by_key(|image| image.shell);
    let mut writer = Writer::new(app, cause, now);
    let mut tallies = Tallies::default();
    while !images.is_empty() {
        let of_step = first_shells(&mut images);
        let (mut of_step, shells) = open(app, &terms, of_step, &mut tallies, &mut left).await?;
        let asked = asked(&of_step, &shells, &within);
        tallies.learn(app, &terms, asked).await?;
        tracing::debug!(shells = shells.len(), took = ?begun.elapsed(), "rules asked");
        let mut step = Step {
            terms: terms.clone(),
            within: Arc::clone(&within),
            shells,
            tallies,
            said: HashMap::new(),
        };
        // In the order in which images were read, which is mostly that of the rows.
        of_step.sort_by_key(|image| image.indexed_at);
        let mut of_step = of_step.into_iter().peekable();
        while of_step.peek().is_some() {
            let some: Vec<Image> = of_step.by_ref().take(VERDICT_LIMIT).collect();
            let deciding = tokio::task::spawn_blocking(move || (step.decided(some), step));
            let (decided, back) = deciding.await.map_err(ApiError::internal)?;
            step = back;
            left.extend(decided.refused);
            writer.add(decided.verdicts, decided.firm).await?;
        }
        tallies = step.tallies;
        tallies.forget();
    }
    tracing::debug!(took = ?begun.elapsed(), "images decided on");
    let changes = writer.end().await?;
    tracing::debug!(took = ?begun.elapsed(), "verdicts written");
    Ok((changes, left))
}

/// What images are made of; those of which not everything is known, or that are new.
async fn images(
    app: &App,
    digests: Vec<String>,
    now: Timestamp,
) -> ApiResult<(Vec<Image>, Vec<String>)> {
    let (mut known, mut others) = (Vec::with_capacity(digests.len()), Vec::new());
    let unknown: BTreeSet<i64> = app.store.parts_unknown().await?.into_iter().collect();
    for digests in digests.chunks(IMAGES) {
        let mut parts: HashMap<String, Vec<i64>> = HashMap::with_capacity(digests.len());
        for (digest, part) in app.store.parts_of(digests).await? {
            parts.entry(digest).or_default().push(part);
        }
        let mut places: HashMap<String, BTreeSet<String>> = HashMap::with_capacity(digests.len());
        for (digest, environment) in app.store.environments_of(digests).await? {
            places.entry(digest).or_default().insert(environment);
        }
        for footing in app.store.footings_of(digests).await? {
            let parts = parts.remove(&footing.digest).unwrap_or_default();
            let is_known = !parts.iter().any(|part| unknown.contains(part));
            let none = || BTreeSet::from([String::new()]);
            match footing.shell {
                Some(shell) if is_known && footing.indexed_at < now - FRESH => known.push(Image {
                    environments: places.remove(&footing.digest).unwrap_or_else(none),
                    digest: footing.digest,
                    indexed_at: footing.indexed_at,
                    shell,
                    parts,
                }),
                _ => others.push(footing.digest),
            }
        }
    }
    Ok((known, others))
}

/// What was found in the parts of images; parts without findings, as most images have one of
/// their own, are left out of the images.
async fn within(app: &App, images: &mut [Image]) -> ApiResult<Within> {
    let parts = images.iter().flat_map(|image| image.parts.iter().copied());
    let parts: BTreeSet<i64> = parts.collect();
    let parts: Vec<i64> = parts.into_iter().collect();
    let mut within = Within::new();
    for parts in parts.chunks(PARTS) {
        for (part, component) in app.store.found_in(parts).await? {
            within.entry(part).or_default().push(component);
        }
    }
    for image in images {
        image.parts.retain(|part| within.contains_key(part));
        image.parts.shrink_to_fit();
    }
    Ok(within)
}

/// Takes the images of the first shells; they stand in the order of those.
fn first_shells(images: &mut Vec<Image>) -> Vec<Image> {
    let (mut seen, mut last) = (0, None);
    let end = images.iter().position(|image| {
        seen += usize::from(last != Some(image.shell));
        last = Some(image.shell);
        seen > SHELLS
    });
    let rest = images.split_off(end.unwrap_or(images.len()));
    std::mem::replace(images, rest)
}

/// What is known of images beside their findings.
struct Opened {
    bare: Report,
    /// Numbers of [`Tallies::kind`], by environment.
    kinds: HashMap<String, usize>,
}

/// Opens the shells of images; those without are left to the whole way.
async fn open(
    app: &App,
    terms: &Terms,
    images: Vec<Image>,
    tallies: &mut Tallies,
    left: &mut Vec<String>,
) -> ApiResult<(Vec<Image>, HashMap<i64, Opened>)> {
    let mut places: BTreeMap<i64, BTreeSet<&String>> = BTreeMap::new();
    for image in &images {
        places
            .entry(image.shell)
            .or_default()
            .extend(&image.environments);
    }
    let ids: Vec<i64> = places.keys().copied().collect();
    let mut shells = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(OPENED) {
        let bodies = app.store.shells(ids).await?;
        let of = terms.clone();
        let read = tokio::task::spawn_blocking(move || {
            let read = bodies.into_iter().map(|(id, body)| {
                let bare = opened(&body, &of.database, of.now)?;
                Ok::<_, lazaret_scan::ExamineError>((id, bare))
            });
            read.collect::<Result<Vec<_>, _>>()
        });
        let read = read.await.map_err(ApiError::internal)?;
        for (id, bare) in read.map_err(ApiError::internal)? {
            let Some(bare) = bare else { continue };
            let of = places.get(&id).into_iter().flatten();
            let kinds = of
                .map(|place| ((*place).clone(), tallies.kind(terms, &bare, place)))
                .collect();
            shells.insert(id, Opened { bare, kinds });
        }
    }
    let (known, others): (Vec<Image>, Vec<Image>) = images
        .into_iter()
        .partition(|image| shells.contains_key(&image.shell));
    left.extend(others.into_iter().map(|image| image.digest));
    Ok((known, shells))
}

/// The components of images, with the kinds of images that they are to be judged for.
fn asked(
    images: &[Image],
    shells: &HashMap<i64, Opened>,
    within: &Within,
) -> BTreeMap<i64, BTreeSet<usize>> {
    let mut parts: HashSet<(i64, usize)> = HashSet::new();
    for image in images {
        let kinds = shells.get(&image.shell).map(|shell| &shell.kinds);
        for environment in &image.environments {
            let kind = kinds.and_then(|kinds| kinds.get(environment));
            let of = |&kind| image.parts.iter().map(move |&part| (part, kind));
            parts.extend(kind.into_iter().flat_map(of));
        }
    }
    let mut asked: BTreeMap<i64, BTreeSet<usize>> = BTreeMap::new();
    for (part, kind) in parts {
        for component in within.get(&part).into_iter().flatten() {
            asked.entry(*component).or_default().insert(kind);
        }
    }
    asked
}

/// All that images of some shells are decided on by.
struct Step {
    terms: Terms,
    within: Arc<Within>,
    shells: HashMap<i64, Opened>,
    tallies: Tallies,
    /// What was decided already, by shell, parts and environment.
    said: HashMap<(i64, Vec<i64>), BTreeMap<String, OfImage>>,
}

/// A decision, and whether what runs already is refused, too; `None`: its findings do not add
/// up.
type OfImage = Option<(Said, bool)>;

/// What was decided.
#[derive(Default)]
struct OfStep {
    verdicts: Vec<Decided>,
    /// Images and environments where what runs already is refused, too.
    firm: BTreeSet<(String, String)>,
    refused: BTreeSet<String>,
}

impl Step {
    fn decided(&mut self, images: Vec<Image>) -> OfStep {
        let mut decided = OfStep::default();
        let mut all = std::mem::take(&mut self.said);
        for image in images {
            let key = (image.shell, image.parts);
            for environment in image.environments {
                let known = all.get(&key).and_then(|of| of.get(&environment));
                let of = match known {
                    Some(of) => of,
                    None => {
                        let new = self.said(key.0, &key.1, &environment);
                        let of = all.entry(key.clone()).or_default();
                        &*of.entry(environment.clone()).or_insert(new)
                    }
                };
                let Some((said, is_firm)) = of else {
                    decided.refused.insert(image.digest.clone());
                    continue;
                };
                if *is_firm {
                    let key = (image.digest.clone(), environment.clone());
                    decided.firm.insert(key);
                }
                let (judge, database) = (&self.terms.judge, &self.terms.database);
                let (digest, now) = (&image.digest, self.terms.now);
                decided.verdicts.push(Decided {
                    verdict: verdict(digest, &environment, said.clone(), judge, database, now),
                    indexed_at: image.indexed_at,
                });
            }
        }
        self.said = all;
        decided
    }

    /// The decision on images with this shell and these parts.
    fn said(&self, shell: i64, parts: &[i64], environment: &str) -> OfImage {
        let shell = self.shells.get(&shell)?;
        let kind = *shell.kinds.get(environment)?;
        let mut sum = Sum::default();
        let inside = parts.iter().filter_map(|part| self.within.get(part));
        for component in inside.flatten() {
            sum.add(self.tallies.of(kind, *component)?);
        }
        let (judge, now) = (&self.terms.judge, self.terms.now);
        let report = judge.decide_in_parts(&shell.bare, &sum.tally, environment, now);
        let mut said = Said::by(&report);
        let gaps = said.counts.gaps;
        said.counts = Counts { gaps, ..sum.counts };
        let is_firm = said.state >= VerdictState::Hold && judge.is_even_if_running(&report);
        Some((said, is_firm))
    }
}
