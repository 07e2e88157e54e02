//! Deciding alone: while the centre does not answer, an image that was looked at is judged
//! here, with the policy of the bundle and the advisories that are held, and the verdict
//! says so. It counts until the centre says something.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use lazaret_advisory::delta::Delta;
use lazaret_advisory::{Db, DbError};
use lazaret_match::MatchOptions;
use lazaret_model::{Decision, Inventory, Outcome};
use lazaret_policy::{Circumstances, Policy};
use lazaret_scan::examine;
use lazaret_wire::api::{HoldState, PolicyDocument};
use lazaret_wire::edge::{ADVISORIES_KIND, GateVerdict};
use lazaret_wire::{Client, ClientError};
use reqwest::{Method, StatusCode};
use tokio::io::AsyncWriteExt as _;

use super::spool::Finished;
use super::{Shared, lock};

/// Largest database or change of one, in bytes.
const MAX_DATABASE: u64 = 4 << 30;

/// Most verdicts of the unit's own.
const MAX_VERDICTS: usize = 10_000;

/// How long a database may take to arrive.
const FETCH: std::time::Duration = std::time::Duration::from_secs(3600);

/// The advisories that are held.
pub(super) struct Advisories {
    directory: PathBuf,
    held: Option<Arc<Db>>,
}

/// Registry, repository, digest.
type Name = (String, String, String);

/// Verdicts of the unit's own.
#[derive(Default)]
pub(super) struct Own(HashMap<Name, GateVerdict>);

impl Own {
    pub(super) fn find(&self, host: &str, repository: &str, digest: &str) -> Option<GateVerdict> {
        let name = (host.to_owned(), repository.to_owned(), digest.to_owned());
        self.0.get(&name).cloned()
    }
}

/// Why there are no newer advisories.
#[derive(Debug, thiserror::Error)]
pub(super) enum AdvisoriesError {
    #[error(transparent)]
    Centre(#[from] ClientError),
    #[error("the line broke")]
    Line(#[from] reqwest::Error),
    #[error("keep the advisories")]
    Keep(#[from] std::io::Error),
    #[error("the advisories")]
    Database(#[from] DbError),
    #[error("{0}")]
    Change(String),
}

impl Advisories {
    /// The database that a unit before has left in the directory.
    pub(super) fn open(directory: PathBuf) -> Self {
        let held = newest(&directory)
            .and_then(|file| Db::open(&file).ok())
            .map(Arc::new);
        Self { directory, held }
    }

    pub(super) fn held(&self) -> Option<Arc<Db>> {
        self.held.clone()
    }

    /// The digest of what is held; empty where nothing is.
    pub(super) fn digest(&self) -> String {
        self.held
            .as_ref()
            .map_or_else(String::new, |db| db.digest().to_string())
    }

    /// Puts a database in the place of the one that is held.
    fn replace(&mut self, file: &Path) -> Result<(), AdvisoriesError> {
        let db = Db::open(file)?;
        db.verify()?;
        let own = self.directory.join(format!("{}.db", db.digest().hex()));
        std::fs::rename(file, &own)?;
        self.held = Some(Arc::new(Db::open(&own)?));
        // Whoever still reads the one before has it mapped.
        for entry in std::fs::read_dir(&self.directory)?.flatten() {
            if entry.path() != own {
                let _ = std::fs::remove_file(entry.path());
            }
        }
        Ok(())
    }
}

fn newest(directory: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(directory).ok()?.flatten();
    let databases = entries.filter(|e| e.path().extension().is_some_and(|e| e == "db"));
    let dated = databases.filter_map(|e| Some((e.metadata().ok()?.modified().ok()?, e.path())));
    dated.max().map(|(_, path)| path)
}

/// Gets newer advisories, where the centre has some. Whether it had.
pub(super) async fn refresh(shared: &Arc<Shared>) -> Result<bool, AdvisoriesError> {
    let (have, directory) = {
        let advisories = lock(&shared.advisories);
        (advisories.digest(), advisories.directory.clone())
    };
    let client = shared.client();
    let Some((kind, file)) = fetch(&client, &have, &directory).await? else {
        return Ok(false);
    };
    let shared = Arc::clone(shared);
    let laid = tokio::task::spawn_blocking(move || {
        if kind == "delta" {
            let base = lock(&shared.advisories).held();
            let base =
                base.ok_or_else(|| AdvisoriesError::Change("nothing to change".to_owned()))?;
            let change =
                |e: lazaret_advisory::delta::DeltaError| AdvisoriesError::Change(e.to_string());
            let delta = Delta::from_bytes(&std::fs::read(&file)?).map_err(change)?;
            std::fs::write(&file, delta.apply(&base).map_err(change)?)?;
        }
        let digest = {
            let mut advisories = lock(&shared.advisories);
            advisories.replace(&file)?;
            advisories.digest()
        };
        tracing::info!(digest, "advisories taken");
        Ok::<_, AdvisoriesError>(())
    });
    laid.await
        .unwrap_or_else(|e| Err(AdvisoriesError::Change(e.to_string())))?;
    Ok(true)
}

async fn fetch(
    client: &Client,
    have: &str,
    directory: &Path,
) -> Result<Option<(String, PathBuf)>, AdvisoriesError> {
    let path = "/edge/v1/advisories";
    let request = client
        .request(Method::GET, path)
        .query(&[("have", have)])
        .timeout(FETCH);
    let mut response = client.send(request, path).await?;
    if matches!(
        response.status(),
        StatusCode::NOT_MODIFIED | StatusCode::NO_CONTENT
    ) {
        return Ok(None);
    }
    let kind = response.headers().get(ADVISORIES_KIND);
    let kind = kind
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or("whole")
        .to_owned();
    std::fs::create_dir_all(directory)?;
    let file = directory.join("arriving.part");
    let mut out = tokio::fs::File::create(&file).await?;
    let mut bytes = 0;
    while let Some(chunk) = response.chunk().await? {
        bytes += chunk.len() as u64;
        if bytes > MAX_DATABASE {
            return Err(AdvisoriesError::Change(format!(
                "more than {MAX_DATABASE} bytes"
            )));
        }
        out.write_all(&chunk).await?;
    }
    out.sync_all().await?;
    Ok(Some((kind, file)))
}

/// Judges what waits in the spool and was not judged yet.
pub(super) async fn judge_waiting(shared: &Arc<Shared>) {
    let shared = Arc::clone(shared);
    let judged = tokio::task::spawn_blocking(move || {
        let Some(db) = lock(&shared.advisories).held() else {
            return;
        };
        let documents = lock(&shared.shelf).documents();
        let policy = match policy(&documents) {
            Ok(policy) => policy,
            Err(why) => {
                tracing::warn!(
                    why,
                    "the bundle's policy cannot be read; nothing is decided alone"
                );
                return;
            }
        };
        for entry in shared.spool.oldest(64).unwrap_or_default() {
            judge(&shared, &entry.result, &db, &policy);
        }
    });
    if let Err(why) = judged.await {
        tracing::error!(%why, "judging alone ended");
    }
}

fn policy(documents: &[PolicyDocument]) -> Result<Policy, String> {
    if documents.is_empty() {
        return Ok(Policy::builtin());
    }
    let documents: Vec<(&str, &[u8])> = documents
        .iter()
        .map(|d| (d.name.as_str(), d.text.as_bytes()))
        .collect();
    Policy::read(&documents).map_err(|e| e.to_string())
}

/// What gates are told of a decision: the state, and three reasons with the age of what is known.
fn told(decision: &Decision, db: &Db) -> (HoldState, String) {
    let state = match decision.outcome {
        Outcome::Allow | Outcome::Warn => HoldState::Clear,
        Outcome::Hold => HoldState::Held,
        Outcome::Quarantine | Outcome::Block => HoldState::Quarantined,
    };
    let reasons = decision.reasons.iter().take(3);
    let why: Vec<&str> = reasons.map(|reason| reason.message.as_str()).collect();
    let why = match why.is_empty() {
        true => "nothing against it".to_owned(),
        false => why.join("; "),
    };
    let built_at = &db.info().built_at;
    let reason = format!(
        "decided by the edge unit while the centre did not answer, with advisories of {built_at}: {why}"
    );
    (state, reason)
}

fn judge(shared: &Shared, finished: &Finished, db: &Db, policy: &Policy) {
    for result in &finished.complete.results {
        let name = (
            finished.host.clone(),
            finished.repository.clone(),
            result.digest.clone(),
        );
        {
            let own = lock(&shared.own);
            if own.0.contains_key(&name) || own.0.len() >= MAX_VERDICTS {
                continue;
            }
        }
        let blob = result.inventory.parse().ok();
        let bytes = blob.and_then(|blob| shared.spool.read_blob(&blob).ok());
        let inventory = bytes.and_then(|b| serde_json::from_slice::<Inventory>(&b).ok());
        let Some(inventory) = inventory else { continue };
        let now = Timestamp::now();
        // Ends of support are held against the day.
        let today = now.to_string().chars().take(10).collect();
        let options = MatchOptions {
            today: Some(today),
            ..MatchOptions::default()
        };
        let Ok(report) = examine(inventory, db, &options) else {
            continue;
        };
        let circumstances = Circumstances {
            now,
            ..Circumstances::default()
        };
        let (state, reason) = told(&policy.decide(&report, &circumstances), db);
        tracing::warn!(
            digest = result.digest,
            state = state.name(),
            "decided alone"
        );
        let verdict = GateVerdict {
            host: name.0.clone(),
            repository: name.1.clone(),
            digest: name.2.clone(),
            state,
            reason,
            until: None,
            since: now,
            ..GateVerdict::default()
        };
        lock(&shared.own).0.insert(name, verdict);
    }
}
