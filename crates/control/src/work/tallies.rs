//! What the rules say of components' findings, asked once for all images that a rule about
//! findings cannot tell apart.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use lazaret_advisory::Db;
use lazaret_model::{Finding, Inventory, Report};
use lazaret_policy::Tally;
use lazaret_store::Counts;
use tokio::task::{JoinError, JoinSet};

use super::parts::Terms;
use crate::App;
use crate::http::{ApiError, ApiResult};
use crate::judge::{self, Judge};

/// Components whose findings are in memory at once, for each of [`AT_ONCE`].
const COMPONENTS: usize = 100;

/// Components' findings that are judged at a time.
const AT_ONCE: usize = 2;

/// Of so many kinds of images tallies are kept: more there are only where rules about findings
/// look at the image.
const KINDS: usize = 16;

/// What rules say of the findings of a component or of more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) tally: Tally,
    pub(super) counts: Counts,
}

impl Sum {
    pub(super) fn add(&mut self, other: &Self) {
        self.tally.add(&other.tally);
        let (mine, theirs) = (&mut self.counts, &other.counts);
        mine.critical += theirs.critical;
        mine.high += theirs.high;
        mine.medium += theirs.medium;
        mine.low += theirs.low;
        mine.unrated += theirs.unrated;
    }
}

/// Images in one environment that rules about findings cannot tell apart.
struct Kind {
    environment: String,
    /// Everything but the findings of one of them.
    bare: Arc<Report>,
}

/// Tallies of components, by kind.
#[derive(Default)]
pub(super) struct Tallies {
    kinds: Vec<Kind>,
    numbers: HashMap<(String, String), usize>,
    /// `None`: it is more than its findings.
    known: HashMap<(usize, i64), Option<Sum>>,
}

type Found = Vec<((usize, i64), Option<Sum>)>;

impl Tallies {
    /// The number of a kind of images, of which `bare` is everything but the findings.
    pub(super) fn kind(&mut self, terms: &Terms, bare: &Report, environment: &str) -> usize {
        let beside = terms.judge.beside(bare, environment, terms.now);
        let key = (environment.to_owned(), beside);
        *self.numbers.entry(key).or_insert_with(|| {
            self.kinds.push(Kind {
                environment: environment.to_owned(),
                bare: Arc::new(bare.clone()),
            });
            self.kinds.len() - 1
        })
    }

    /// What rules say of a component in images of a kind; `None`: it does not add up, or
    /// nothing is known.
    pub(super) fn of(&self, kind: usize, component: i64) -> Option<&Sum> {
        self.known.get(&(kind, component))?.as_ref()
    }

    /// Asks the rules about components, each for some kinds.
    ///
    /// # Errors
    /// Those of the store.
    pub(super) async fn learn(
        &mut self,
        app: &App,
        terms: &Terms,
        asked: BTreeMap<i64, BTreeSet<usize>>,
    ) -> ApiResult<()> {
        let mut new: Vec<(i64, Vec<usize>)> = Vec::new();
        for (component, kinds) in asked {
            let is_new = |kind: &usize| !self.known.contains_key(&(*kind, component));
            let kinds: Vec<usize> = kinds.into_iter().filter(is_new).collect();
            if !kinds.is_empty() {
                new.push((component, kinds));
            }
        }
        let mut running: JoinSet<Found> = JoinSet::new();
        for some in new.chunks(COMPONENTS) {
            let ids: Vec<i64> = some.iter().map(|(id, _)| *id).collect();
            let facts = app.store.facts_of(&ids).await?;
            while running.len() >= AT_ONCE {
                self.known.extend(ended(running.join_next().await)?);
            }
            let with = |&kind: &usize| {
                let kind_of = self.kinds.get(kind)?;
                Some((kind, kind_of.environment.clone(), Arc::clone(&kind_of.bare)))
            };
            let asked: Vec<(i64, Vec<_>)> = some
                .iter()
                .map(|(id, kinds)| (*id, kinds.iter().filter_map(with).collect()))
                .collect();
            let terms = terms.clone();
            running.spawn_blocking(move || {
                let mut found = Found::new();
                for (id, kinds) in asked {
                    let Some(facts) = facts.get(&id) else {
                        continue;
                    };
                    let findings = findings(facts);
                    for (kind, place, bare) in kinds {
                        let sum = findings.as_ref();
                        let sum = sum.map(|f| summed(&terms.judge, &bare, f, &place, terms.now));
                        found.push(((kind, id), sum));
                    }
                }
                found
            });
        }
        while !running.is_empty() {
            self.known.extend(ended(running.join_next().await)?);
        }
        Ok(())
    }

    /// Forgets everything where there are so many kinds that it would be much, and is of
    /// little use.
    pub(super) fn forget(&mut self) {
        if self.kinds.len() > KINDS {
            *self = Self::default();
        }
    }
}

fn ended(joined: Option<Result<Found, JoinError>>) -> ApiResult<Found> {
    joined.map_or_else(
        || Ok(Vec::new()),
        |joined| joined.map_err(ApiError::internal),
    )
}

/// The findings in facts; `None` where there is more to them than that.
fn findings(facts: &[u8]) -> Option<Vec<Finding>> {
    let findings: Vec<Finding> = serde_json::from_slice(facts).ok()?;
    // Such are signs of tampering as well.
    let is_malware = |f: &Finding| {
        let mut ids = f.aliases.iter().chain([&f.id]);
        ids.any(|id| id.starts_with("MAL-"))
    };
    (!findings.iter().any(is_malware)).then_some(findings)
}

fn summed(
    judge: &Judge,
    bare: &Report,
    findings: &[Finding],
    environment: &str,
    now: Timestamp,
) -> Sum {
    let mut report = bare.clone();
    report.findings = findings.to_vec();
    let (tally, counts) = judge.tally(&mut report, environment, now);
    let counts = Counts {
        critical: counts.critical.into(),
        high: counts.high.into(),
        medium: counts.medium.into(),
        low: counts.low.into(),
        unrated: counts.unknown.into(),
        gaps: 0,
    };
    Sum { tally, counts }
}

/// What tells whether other facts of a component can be another decision.
#[derive(Clone)]
pub(super) struct Lens {
    judge: Arc<Judge>,
    /// What is known of an image without anything in it.
    bare: Arc<Report>,
    environments: Vec<String>,
    now: Timestamp,
}

impl Lens {
    /// Of the policy of now; `None`: it cannot be told by findings alone.
    ///
    /// # Errors
    /// Those of the store.
    pub(super) async fn of(app: &App, database: &Db) -> ApiResult<Option<Self>> {
        let now = app.now();
        let judge = app.judge(now).await?;
        if !judge.is_of_findings_alone() {
            return Ok(None);
        }
        let mut environments = app.store.environments().await?;
        environments.push(String::new());
        let bare = judge::matched(Inventory::default(), database, now);
        Ok(Some(Self {
            judge,
            bare: Arc::new(bare.map_err(ApiError::internal)?.into_report()),
            environments,
            now,
        }))
    }

    /// Whether anything is decided otherwise where a component has these facts and not those.
    pub(super) fn tells_apart(&self, before: &[u8], after: &[u8]) -> bool {
        let read = |facts: &[u8]| match facts.is_empty() {
            true => Some(Vec::new()),
            false => findings(facts),
        };
        let (Some(before), Some(after)) = (read(before), read(after)) else {
            return true;
        };
        self.environments.iter().any(|environment| {
            let of = |findings| summed(&self.judge, &self.bare, findings, environment, self.now);
            of(&before) != of(&after)
        })
    }
}
