//! A policy tried in parts: what rules say of a component's findings is asked once, and images are
//! sums, as verdicts are that are decided on again.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use lazaret_model::{Finding, Report};
use lazaret_policy::Tally;
use lazaret_store::Content;

use super::{Row, rules};
use crate::App;
use crate::http::{ApiError, ApiResult};
use crate::judge::Judge;
use crate::work;

/// Components whose findings are in memory at once.
const COMPONENTS: usize = 200;

/// Both policies, and when.
#[derive(Clone)]
struct Terms {
    current: Arc<Judge>,
    other: Arc<Judge>,
    now: Timestamp,
}

/// An image, and what it is made of.
struct Image {
    digest: String,
    /// The place of its shell.
    shell: usize,
    parts: Vec<i64>,
    environments: Vec<String>,
}

/// A shell and an environment: what rules may look at beside a component.
type Place = (usize, String);

/// What both policies say of a component; `None`: it is more than its findings.
type Said = Option<(Tally, Tally)>;

/// What both policies say, by component and place.
type All = HashMap<i64, HashMap<Place, Said>>;

/// Both decisions on images, for each environment that they are judged for, and the images that
/// have to be matched for that.
///
/// # Errors
/// Those of the store.
pub(super) async fn tried(
    app: &App,
    digests: Vec<String>,
    current: &Arc<Judge>,
    other: &Arc<Judge>,
) -> ApiResult<(Vec<Vec<Row>>, Vec<String>)> {
    if !current.is_divisible() || !other.is_divisible() {
        return Ok((Vec::new(), digests));
    }
    let terms = Terms {
        current: Arc::clone(current),
        other: Arc::clone(other),
        now: app.now(),
    };
    let mut by_shell: BTreeMap<String, Vec<Content>> = BTreeMap::new();
    for content in app.store.contents_of(&digests).await? {
        if let Some(shell) = &content.shell {
            by_shell.entry(shell.clone()).or_default().push(content);
        }
    }
    let unknown: HashSet<i64> = app.store.parts_unknown().await?.into_iter().collect();
    let database = app.advisories.current();
    let (mut shells, mut all) = (Vec::new(), Vec::new());
    for (hash, contents) in by_shell {
        let body = app.store.shell(&hash).await?.unwrap_or_default();
        let bare = work::opened(&body, &database, terms.now).map_err(ApiError::internal)?;
        let Some(bare) = bare else { continue };
        all.extend(images(app, shells.len(), contents, &unknown).await?);
        shells.push(bare);
    }
    let mut known = decided(app, &terms, shells, all).await?;
    // In the order that was asked for.
    let (mut rows, mut left) = (Vec::new(), Vec::new());
    for digest in digests {
        match known.remove(&digest) {
            Some(found) => rows.push(found),
            None => left.push(digest),
        }
    }
    Ok((rows, left))
}

/// What images are made of; without those that have a part of which not everything is known.
async fn images(
    app: &App,
    shell: usize,
    contents: Vec<Content>,
    unknown: &HashSet<i64>,
) -> ApiResult<Vec<Image>> {
    let digests: Vec<String> = contents.into_iter().map(|content| content.digest).collect();
    let mut parts: HashMap<String, Vec<i64>> = HashMap::new();
    for (digest, part) in app.store.parts_of(&digests).await? {
        parts.entry(digest).or_default().push(part);
    }
    let mut environments: HashMap<String, Vec<String>> = HashMap::new();
    for verdict in app.store.verdicts_of(&digests).await? {
        let of = environments.entry(verdict.digest).or_default();
        of.push(verdict.environment);
    }
    let image = |digest: String| Image {
        shell,
        parts: parts.remove(&digest).unwrap_or_default(),
        environments: environments.remove(&digest).unwrap_or_default(),
        digest,
    };
    let images = digests.into_iter().map(image);
    Ok(images
        .filter(|image| !image.parts.iter().any(|part| unknown.contains(part)))
        .collect())
}

/// Decides on images; without those whose findings do not add up.
async fn decided(
    app: &App,
    terms: &Terms,
    shells: Vec<Report>,
    images: Vec<Image>,
) -> ApiResult<HashMap<String, Vec<Row>>> {
    let parts: BTreeSet<i64> = images.iter().flat_map(|i| i.parts.clone()).collect();
    let parts: Vec<i64> = parts.into_iter().collect();
    let mut within: HashMap<i64, Vec<i64>> = HashMap::new();
    for (part, component) in app.store.found_in(&parts).await? {
        within.entry(part).or_default().push(component);
    }
    let components = |image: &Image| -> Vec<i64> {
        let parts = image.parts.iter().filter_map(|part| within.get(part));
        parts.flatten().copied().collect()
    };
    let mut asked: BTreeMap<i64, BTreeSet<Place>> = BTreeMap::new();
    for image in &images {
        let places = image.environments.iter().map(|e| (image.shell, e.clone()));
        let places: Vec<Place> = places.collect();
        for component in components(image) {
            let of = asked.entry(component).or_default();
            of.extend(places.iter().cloned());
        }
    }
    let asked: Vec<(i64, BTreeSet<Place>)> = asked.into_iter().collect();
    let (shells, mut all) = (Arc::new(shells), All::new());
    for some in asked.chunks(COMPONENTS) {
        let ids: Vec<i64> = some.iter().map(|(id, _)| *id).collect();
        let facts = app.store.facts_of(&ids).await?;
        let (terms, shells, some) = (terms.clone(), Arc::clone(&shells), some.to_vec());
        let place = app.judging.acquire().await.map_err(ApiError::internal)?;
        let said = tokio::task::spawn_blocking(move || said(&terms, &shells, &some, &facts));
        all.extend(said.await.map_err(ApiError::internal)?);
        drop(place);
    }
    let rows = |image: &Image| -> Option<Vec<Row>> {
        let components = components(image);
        let rows = image.environments.iter();
        rows.map(|e| row(terms, &shells[image.shell], image, e, &components, &all))
            .collect()
    };
    let decided = images.iter();
    Ok(decided
        .filter_map(|image| Some((image.digest.clone(), rows(image)?)))
        .collect())
}

/// What both policies say of the findings of some components.
fn said(
    terms: &Terms,
    shells: &[Report],
    asked: &[(i64, BTreeSet<Place>)],
    facts: &HashMap<i64, Vec<u8>>,
) -> All {
    let mut all = All::new();
    let mut bare: Vec<Report> = shells.to_vec();
    for (component, places) in asked {
        let facts = facts.get(component);
        let findings = facts.and_then(|facts| serde_json::from_slice(facts).ok());
        // Malicious packages are signs of tampering as well.
        let mut findings = findings.filter(|findings: &Vec<Finding>| {
            let ids = |f: &Finding| {
                f.aliases
                    .iter()
                    .chain([&f.id])
                    .any(|id| id.starts_with("MAL-"))
            };
            !findings.iter().any(ids)
        });
        let of = all.entry(*component).or_default();
        for place in places {
            let both = findings.as_mut().map(|found| {
                let report = &mut bare[place.0];
                let mut tally =
                    |judge: &Judge| of_findings(judge, report, found, &place.1, terms.now);
                (tally(&terms.current), tally(&terms.other))
            });
            of.insert(place.clone(), both);
        }
    }
    all
}

/// What a policy says of findings, beside everything else in a report. Each policy excuses what it
/// will; the findings are afterwards what they were.
fn of_findings(
    judge: &Judge,
    report: &mut Report,
    findings: &mut Vec<Finding>,
    environment: &str,
    now: Timestamp,
) -> Tally {
    let before: Vec<_> = findings.iter().map(|f| f.suppressed.clone()).collect();
    report.findings = std::mem::take(findings);
    let (tally, _) = judge.tally(report, environment, now);
    *findings = std::mem::take(&mut report.findings);
    for (finding, suppressed) in findings.iter_mut().zip(before) {
        finding.suppressed = suppressed;
    }
    tally
}

/// Both decisions on an image for an environment.
fn row(
    terms: &Terms,
    bare: &Report,
    image: &Image,
    environment: &str,
    components: &[i64],
    all: &All,
) -> Option<Row> {
    let (mut before, mut after) = (Tally::default(), Tally::default());
    let place = (image.shell, environment.to_owned());
    for component in components {
        let both = all.get(component)?.get(&place)?.as_ref()?;
        before.add(&both.0);
        after.add(&both.1);
    }
    let decide = |judge: &Judge, tally: &Tally| {
        judge
            .decide_in_parts(bare, tally, environment, terms.now)
            .decision
    };
    let before = decide(&terms.current, &before);
    let after = decide(&terms.other, &after);
    Some(Row {
        digest: image.digest.clone(),
        environment: environment.to_owned(),
        rules: rules(&before, &after),
        before: before.outcome,
        after: after.outcome,
    })
}
