//! Images into a store: inventories, contents, names, verdicts.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use lazaret_advisory::Db;
use lazaret_control::written::{Said, Shell, content, decided, matches, shell};
use lazaret_match::MatchOptions;
use lazaret_store::{Image, ImageName, Match, NewContent, Store, Verdict, VerdictState};
use serde_json::json;

use super::Failure;
use super::plan::{Plan, Planned};
use super::seed::{dice, digest};

/// Days that the fleet has been pushed over.
pub(crate) const DAYS: i64 = 90;

/// Images of one step.
const STEP: usize = 400;

/// What is known of everything that is made.
pub(crate) struct Fleet {
    pub(crate) store: Store,
    pub(crate) plan: Plan,
    pub(crate) advisories: Db,
    pub(crate) now: Timestamp,
    /// Ids of registries, and the environment of each.
    pub(crate) registries: Vec<(String, &'static str)>,
    /// Generation of the policy.
    pub(crate) generation: i64,
    judged: Mutex<HashMap<Content, Arc<Judged>>>,
    /// The findings of components as they are stored.
    pub(crate) facts: Mutex<BTreeMap<String, Vec<u8>>>,
    /// What advisories say, by component.
    pub(crate) matches: Mutex<BTreeMap<String, BTreeSet<Match>>>,
    /// Further keys of components.
    pub(crate) keys: Mutex<BTreeMap<String, BTreeSet<String>>>,
}

/// Layers that hold all that is matched, and the environment.
type Content = (String, String, &'static str);

struct Judged {
    said: Said,
    shell: Shell,
}

/// Ready to be written.
struct Made {
    image: Image,
    name: ImageName,
    bytes: Vec<u8>,
    content: NewContent,
    verdict: Verdict,
    shell: Shell,
}

impl Fleet {
    pub(crate) fn new(
        store: Store,
        plan: Plan,
        advisories: Db,
        now: Timestamp,
        registries: Vec<(String, &'static str)>,
        generation: i64,
    ) -> Self {
        Self {
            store,
            plan,
            advisories,
            now,
            registries,
            generation,
            judged: Mutex::default(),
            matches: Mutex::default(),
            keys: Mutex::default(),
            facts: Mutex::default(),
        }
    }

    /// When an image was pushed.
    pub(crate) fn pushed(&self, number: usize) -> Timestamp {
        let whole = DAYS * 24 * 3600 * 1000;
        let part = i64::try_from(number).unwrap_or(0) * whole
            / i64::try_from(self.plan.images).unwrap_or(1).max(1);
        self.now - SignedDuration::from_millis(whole - part)
    }

    pub(crate) fn registry(&self, service: usize) -> &(String, &'static str) {
        &self.registries[service % self.registries.len()]
    }

    /// When the advisories were built.
    pub(crate) fn built_at(&self) -> Timestamp {
        let built = self.advisories.info().built_at.parse();
        built.unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn judged(&self, image: &Planned, environment: &'static str) -> Result<Arc<Judged>, Failure> {
        let key = (
            image.base.layer.clone(),
            image.app.layer.clone(),
            environment,
        );
        let known = self
            .judged
            .lock()
            .expect("no thread panics")
            .get(&key)
            .cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let options = MatchOptions {
            today: Some(self.now.to_string().chars().take(10).collect()),
            ..MatchOptions::default()
        };
        // The package that is an image's own is named by no advisory, so that this holds for
        // all that have the rest in common.
        let inventory = image.inventory("image");
        let bare = lazaret_scan::examine(inventory.clone(), &self.advisories, &options)?;
        let report = decided(bare.clone(), environment, self.now);
        let found = matches(&inventory, &bare.findings);
        let mut all = self.matches.lock().expect("no thread panics");
        for (name, of) in &found.matches {
            all.entry(name.clone())
                .or_default()
                .extend(of.iter().cloned());
        }
        drop(all);
        let mut all = self.keys.lock().expect("no thread panics");
        for (name, of) in &found.keys {
            all.entry(name.clone())
                .or_default()
                .extend(of.iter().cloned());
        }
        drop(all);
        let mut all = self.facts.lock().expect("no thread panics");
        for name in found.findings.keys() {
            all.entry(name.clone()).or_insert_with(|| found.facts(name));
        }
        drop(all);
        let judged = Arc::new(Judged {
            said: Said::by(&report),
            shell: shell(inventory, &bare, &self.advisories, self.now)?,
        });
        let mut all = self.judged.lock().expect("no thread panics");
        all.insert(key, Arc::clone(&judged));
        Ok(judged)
    }

    fn make(&self, number: usize) -> Result<Made, Failure> {
        let planned = self.plan.image(number);
        let (registry, environment) = self.registry(planned.service);
        let repository = self.plan.repository(planned.service);
        let judged = self.judged(&planned, environment)?;
        let pushed_at = self.pushed(number);
        let tag = format!("v1.{}", planned.build);
        let inventory = planned.inventory(&format!("registry.example/{repository}:{tag}"));
        let bytes = serde_json::to_vec(&inventory)?;
        let blob = lazaret_store::digest_of(&bytes);
        Ok(Made {
            image: Image {
                digest: planned.digest.clone(),
                platform: "linux/amd64".to_owned(),
                size: 20_000_000 + dice(&planned.digest, 400_000_000) as u64,
                layers: planned.layers(),
                base: None,
                first_seen: pushed_at,
                last_seen: pushed_at,
            },
            name: ImageName {
                registry_id: registry.clone(),
                repository,
                tag,
                digest: planned.digest.clone(),
                pushed_at,
                replaced_at: None,
            },
            content: content(&planned.digest, &blob, &inventory, pushed_at),
            verdict: Verdict {
                digest: planned.digest,
                environment: (*environment).to_owned(),
                state: judged.said.state,
                counts: judged.said.counts,
                reasons: judged.said.reasons.clone(),
                report: None,
                policy_generation: self.generation,
                snapshot: self.advisories.digest().to_string(),
                snapshot_at: self.built_at(),
                decided_at: pushed_at,
            },
            bytes,
            shell: judged.shell.clone(),
        })
    }
}

/// Writes all images down; how many verdicts changed since the first.
pub(crate) async fn images(fleet: &Arc<Fleet>) -> Result<(), Failure> {
    let numbers: Vec<usize> = (0..fleet.plan.images).collect();
    for step in numbers.chunks(STEP) {
        let halves = step.chunks(STEP.div_ceil(2)).map(|part| {
            let (fleet, part) = (Arc::clone(fleet), part.to_vec());
            tokio::task::spawn_blocking(move || {
                part.into_iter()
                    .map(|number| fleet.make(number))
                    .collect::<Result<Vec<_>, _>>()
            })
        });
        let mut made = Vec::new();
        for half in halves.collect::<Vec<_>>() {
            made.extend(half.await??);
        }
        write(fleet, made).await?;
    }
    Ok(())
}

/// Writes the shells of images that are there already.
pub(crate) async fn shells(fleet: &Fleet) -> Result<(), Failure> {
    let mut shells: BTreeMap<String, (Shell, Vec<String>)> = BTreeMap::new();
    for number in 0..fleet.plan.images {
        let planned = fleet.plan.image(number);
        let shell = fleet.judged(&planned, "prod")?.shell.clone();
        let entry = shells.entry(shell.hash.clone());
        let (_, digests) = entry.or_insert_with(|| (shell, Vec::new()));
        digests.push(planned.digest);
    }
    for (shell, digests) in shells.into_values() {
        for digests in digests.chunks(STEP) {
            let contents = fleet.store.contents_of(digests).await?;
            let set = fleet.store.set_shell(&contents, &shell.hash, &shell.body);
            set.await?;
        }
    }
    Ok(())
}

async fn write(fleet: &Arc<Fleet>, mut made: Vec<Made>) -> Result<(), Failure> {
    let blobs = made.iter_mut().map(|made| {
        let (store, bytes) = (fleet.store.clone(), std::mem::take(&mut made.bytes));
        tokio::spawn(async move { store.put_blob(bytes, Timestamp::now()).await })
    });
    for blob in blobs.collect::<Vec<_>>() {
        blob.await??;
    }
    let pushes: Vec<_> = made
        .iter()
        .map(|m| (m.image.clone(), m.name.clone()))
        .collect();
    fleet.store.record_pushes(&pushes).await?;
    let contents: Vec<_> = made.iter().map(|made| made.content.clone()).collect();
    for contents in contents.chunks(lazaret_store::CONTENT_LIMIT) {
        fleet.store.put_contents(contents).await?;
    }
    let mut shells: BTreeMap<&str, (&Shell, Vec<String>)> = BTreeMap::new();
    for made in &made {
        let shell = shells.entry(&made.shell.hash);
        let (_, digests) = shell.or_insert_with(|| (&made.shell, Vec::new()));
        digests.push(made.image.digest.clone());
    }
    for (shell, digests) in shells.into_values() {
        let contents = fleet.store.contents_of(&digests).await?;
        fleet
            .store
            .set_shell(&contents, &shell.hash, &shell.body)
            .await?;
    }
    let verdicts: Vec<Verdict> = made.into_iter().map(|made| made.verdict).collect();
    let first: Vec<Verdict> = verdicts
        .iter()
        .map(|verdict| before(fleet, verdict))
        .collect();
    let scanned = json!({"by": "scan"});
    fleet.store.set_verdicts(&first, &scanned).await?;
    let later: Vec<Verdict> = verdicts
        .into_iter()
        .zip(first)
        .filter(|(now, first)| now.state != first.state)
        .map(|(now, _)| after(fleet, now))
        .collect();
    fleet
        .store
        .set_verdicts(&later, &json!({"by": "advisories"}))
        .await?;
    Ok(())
}

/// What was decided when it was pushed: of every fourth, something else than now. The others
/// are as they stay.
fn before(fleet: &Fleet, verdict: &Verdict) -> Verdict {
    let mut verdict = verdict.clone();
    let others = VerdictState::ALL.iter().filter(|&&s| s != verdict.state);
    let others: Vec<VerdictState> = others.copied().collect();
    if dice(&format!("{} changed", verdict.digest), 4) == 0 {
        verdict.state = others[dice(&verdict.digest, others.len())];
        verdict.counts.critical /= 2;
        verdict.snapshot = digest("advisories before");
        verdict.snapshot_at = fleet.built_at() - SignedDuration::from_hours(24 * 30);
    }
    verdict
}

fn after(fleet: &Fleet, mut verdict: Verdict) -> Verdict {
    let most = (fleet.now.as_second() - verdict.decided_at.as_second()).max(1);
    let later = dice(
        &format!("{} when", verdict.digest),
        usize::try_from(most).unwrap_or(1),
    );
    verdict.decided_at += SignedDuration::from_secs(i64::try_from(later).unwrap_or(0));
    verdict
}
