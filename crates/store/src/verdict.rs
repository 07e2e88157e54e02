//! What was decided about an image in an environment, and how that changed.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::outbox;
use crate::page::{Page, Paging};
use crate::store::{Store, new_id};
use crate::value::{Row, Value, args, words};

words! {
    /// What a policy says of an image; the mildest first.
    VerdictState("a verdict: allow, warn, hold, quarantine, block") {
        /// Nothing against it.
        Allow = "allow",
        /// To be looked at.
        Warn = "warn",
        /// Not before somebody has looked.
        Hold = "hold",
        /// Taken out of circulation.
        Quarantine = "quarantine",
        /// Not at all.
        Block = "block",
    }
}

/// Findings by severity, and what could not be examined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Critical findings.
    pub critical: u64,
    /// High.
    pub high: u64,
    /// Medium.
    pub medium: u64,
    /// Low and negligible.
    pub low: u64,
    /// Nobody rated them.
    pub unrated: u64,
    /// Gaps.
    pub gaps: u64,
}

/// What was decided about an image in an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The image.
    pub digest: String,
    /// The environment.
    pub environment: String,
    /// The decision.
    pub state: VerdictState,
    /// What it rests on, in numbers.
    pub counts: Counts,
    /// Why, as JSON.
    pub reasons: String,
    /// The report's blob.
    pub report: Option<String>,
    /// Which policy decided.
    pub policy_generation: i64,
    /// Which advisory snapshot it knew.
    pub snapshot: String,
    /// When that was built.
    pub snapshot_at: Timestamp,
    /// When.
    pub decided_at: Timestamp,
}

/// A verdict that became another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerdictChange {
    /// UUID.
    pub id: String,
    /// The image.
    pub digest: String,
    /// The environment.
    pub environment: String,
    /// `None`: the first verdict.
    pub before: Option<VerdictState>,
    /// The new one.
    pub after: VerdictState,
    /// What made it change, as JSON.
    pub cause: String,
    /// When.
    pub at: Timestamp,
}

/// Which verdicts are asked for.
#[derive(Clone, Debug, Default)]
pub struct VerdictFilter {
    /// Only of this environment.
    pub environment: Option<String>,
    /// Only in this state.
    pub state: Option<VerdictState>,
}

const COLUMNS: &str = "digest, environment, state, critical, high, medium, low, unrated, gaps, \
                       reasons, report, policy_generation, snapshot, snapshot_at, decided_at";

impl Store {
    /// Writes verdicts down, at most 1000; gives those that changed, in order. A verdict that
    /// knew an older policy or older advisories than the stored one is left out: it comes from
    /// a worker that was overtaken. A change is written to the history and the outbox in the
    /// same transaction.
    ///
    /// # Errors
    /// [`Error::Invalid`] for more than 1000.
    pub async fn set_verdicts(
        &self,
        verdicts: &[Verdict],
        cause: &serde_json::Value,
    ) -> Result<Vec<VerdictChange>> {
        if verdicts.len() > 1000 {
            return Err(Error::Invalid("at most 1000 verdicts at once".to_owned()));
        }
        // One order for everybody, so that two batches never wait for each other.
        let by_key: BTreeMap<_, &Verdict> = verdicts
            .iter()
            .map(|verdict| ((&verdict.digest, &verdict.environment), verdict))
            .collect();
        let ordered: Vec<&Verdict> = by_key.into_values().collect();
        let mut tx = self.begin().await?;
        let before = stored(&mut tx, &ordered).await?;
        let mut changes = Vec::new();
        let written = put(&mut tx, &ordered).await?;
        for verdict in ordered {
            let key = (verdict.digest.clone(), verdict.environment.clone());
            if !written.contains(&key) {
                continue;
            }
            let before = before.get(&key).copied();
            if before != Some(verdict.state) {
                changes.push(VerdictChange {
                    id: new_id(verdict.decided_at),
                    digest: verdict.digest.clone(),
                    environment: verdict.environment.clone(),
                    before,
                    after: verdict.state,
                    cause: cause.to_string(),
                    at: verdict.decided_at,
                });
            }
        }
        record(&mut tx, &changes, cause).await?;
        tx.commit().await?;
        Ok(changes)
    }

    /// Of an image, by environment.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn verdicts_of(&self, digests: &[String]) -> Result<Vec<Verdict>> {
        let any = self.db.dialect().any("digest", 1);
        let sql = format!("SELECT {COLUMNS} FROM verdict WHERE {any} ORDER BY digest, environment");
        let rows = self
            .read()
            .await?
            .rows(&sql, args![digests.to_vec()])
            .await?;
        rows.iter().map(verdict).collect()
    }

    /// Of an image in an environment.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn verdict(&self, digest: &str, environment: &str) -> Result<Option<Verdict>> {
        let sql = format!("SELECT {COLUMNS} FROM verdict WHERE digest = $1 AND environment = $2");
        let row = self
            .read()
            .await?
            .row(&sql, args![digest, environment])
            .await?;
        row.as_ref().map(verdict).transpose()
    }

    /// Verdicts in one state, the latest first. Without a state in the filter: the worst
    /// first (by critical, then high findings), of one environment.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a filter without either, a limit or cursor that is none.
    pub async fn verdicts(&self, filter: &VerdictFilter, paging: &Paging) -> Result<Page<Verdict>> {
        match (&filter.state, &filter.environment) {
            (Some(state), environment) => {
                self.by_state(*state, environment.as_deref(), paging).await
            }
            (None, Some(environment)) => self.by_weight(environment, paging).await,
            (None, None) => Err(Error::Invalid(
                "verdicts of which state or environment?".to_owned(),
            )),
        }
    }

    async fn by_state(
        &self,
        state: VerdictState,
        environment: Option<&str>,
        paging: &Paging,
    ) -> Result<Page<Verdict>> {
        let limit = paging.limit()?;
        let (at, digest, place) = match paging.after_keys()? {
            None => (i64::MAX, String::new(), String::new()),
            Some((mut numbers, mut texts)) if numbers.len() == 1 && texts.len() == 2 => {
                (numbers.remove(0), texts.remove(0), texts.remove(0))
            }
            Some(_) => return Err(crate::page::invalid()),
        };
        let mut args = args![state, at, digest, place];
        let mut only = String::new();
        if let Some(environment) = environment {
            args.push(environment.into());
            only = format!(" AND environment = ${}", args.len());
        }
        args.push((limit + 1).into());
        let sql = format!(
            "SELECT {COLUMNS} FROM verdict WHERE state = $1 \
             AND (decided_at, digest, environment) < ($2, $3, $4){only} \
             ORDER BY decided_at DESC, digest DESC, environment DESC LIMIT ${}",
            args.len()
        );
        let rows = self.read().await?.rows(&sql, args).await?;
        let items = rows.iter().map(verdict).collect::<Result<Vec<_>>>()?;
        Ok(Page::of(items, limit, |v| {
            vec![
                v.decided_at.into(),
                (&v.digest).into(),
                (&v.environment).into(),
            ]
        }))
    }

    async fn by_weight(&self, environment: &str, paging: &Paging) -> Result<Page<Verdict>> {
        let limit = paging.limit()?;
        let (critical, high, digest) = match paging.after_keys()? {
            None => (i64::MAX, i64::MAX, String::new()),
            Some((mut numbers, mut texts)) if numbers.len() == 2 && texts.len() == 1 => {
                (numbers.remove(0), numbers.remove(0), texts.remove(0))
            }
            Some(_) => return Err(crate::page::invalid()),
        };
        let sql = format!(
            "SELECT {COLUMNS} FROM verdict WHERE environment = $1 \
             AND (critical, high, digest) < ($2, $3, $4) \
             ORDER BY critical DESC, high DESC, digest DESC LIMIT $5"
        );
        let args = args![environment, critical, high, digest, limit + 1];
        let rows = self.read().await?.rows(&sql, args).await?;
        let items = rows.iter().map(verdict).collect::<Result<Vec<_>>>()?;
        Ok(Page::of(items, limit, |v| {
            vec![
                crate::page::Key::from(i64::try_from(v.counts.critical).unwrap_or(i64::MAX)),
                crate::page::Key::from(i64::try_from(v.counts.high).unwrap_or(i64::MAX)),
                (&v.digest).into(),
            ]
        }))
    }

    /// When the verdict was decided that was decided first; `None`: there is none. Reads all
    /// of them.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn oldest_decision(&self) -> Result<Option<Timestamp>> {
        let sql = "SELECT MIN(decided_at) FROM verdict";
        self.read().await?.one(sql, vec![]).await?.opt_time(0)
    }

    /// How many verdicts there are, by environment and state.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn verdict_counts(&self) -> Result<Vec<(String, VerdictState, u64)>> {
        let sql = "SELECT environment, state, COUNT(*) FROM verdict GROUP BY environment, state \
                   ORDER BY environment, state";
        let rows = self.read().await?.rows(sql, vec![]).await?;
        rows.iter()
            .map(|row| Ok((row.text(0)?, row.word(1)?, row.count(2)?)))
            .collect()
    }

    /// What changed, the latest first; of one image where it is given.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit or cursor that is none.
    pub async fn verdict_changes(
        &self,
        digest: Option<&str>,
        paging: &Paging,
    ) -> Result<Page<VerdictChange>> {
        let limit = paging.limit()?;
        let (at, id) = paging
            .after_int_text()?
            .unwrap_or((i64::MAX, String::new()));
        let mut args = args![at, id];
        let mut only = String::new();
        if let Some(digest) = digest {
            args.push(digest.into());
            only = format!(" AND digest = ${}", args.len());
        }
        args.push((limit + 1).into());
        let sql = format!(
            "SELECT id, digest, environment, before, after, cause, at FROM verdict_change \
             WHERE (at, id) < ($1, $2){only} ORDER BY at DESC, id DESC LIMIT ${}",
            args.len()
        );
        let rows = self.read().await?.rows(&sql, args).await?;
        let items = rows.iter().map(change).collect::<Result<Vec<_>>>()?;
        Ok(Page::of(items, limit, |c| {
            vec![c.at.into(), (&c.id).into()]
        }))
    }
}

type Key = (String, String);

async fn stored(tx: &mut Tx, verdicts: &[&Verdict]) -> Result<HashMap<Key, VerdictState>> {
    let digests: Vec<String> = verdicts
        .iter()
        .map(|verdict| verdict.digest.clone())
        .collect();
    // Not only rows: of a first verdict too, one of two writers comes first.
    tx.lock("verdict", &digests).await?;
    let any = tx.dialect().any("digest", 1);
    let sql = format!("SELECT digest, environment, state FROM verdict WHERE {any}");
    let rows = tx.rows(&sql, args![digests]).await?;
    rows.iter()
        .map(|row| Ok(((row.text(0)?, row.text(1)?), row.word(2)?)))
        .collect()
}

/// Those that were written, and not overtaken.
async fn put(tx: &mut Tx, verdicts: &[&Verdict]) -> Result<HashSet<Key>> {
    let mut written = HashSet::new();
    let mut left = verdicts;
    // Few sizes, so that few statements are prepared.
    for size in [100, 10, 1] {
        while left.len() >= size {
            let (some, rest) = left.split_at(size);
            left = rest;
            let mut rows = String::new();
            let mut place = 0;
            let mut all = Vec::with_capacity(size * 15);
            for (index, verdict) in some.iter().enumerate() {
                rows += if index == 0 { "(" } else { ", (" };
                for (column, value) in arguments(verdict).into_iter().enumerate() {
                    place += 1;
                    let _ = write!(rows, "{}${place}", if column == 0 { "" } else { ", " });
                    all.push(value);
                }
                rows += ")";
            }
            let sql = format!(
                "INSERT INTO verdict ({COLUMNS}) VALUES {rows} \
                 ON CONFLICT (digest, environment) DO UPDATE SET state = excluded.state, \
                 critical = excluded.critical, high = excluded.high, medium = excluded.medium, \
                 low = excluded.low, unrated = excluded.unrated, gaps = excluded.gaps, \
                 reasons = excluded.reasons, report = excluded.report, \
                 policy_generation = excluded.policy_generation, snapshot = excluded.snapshot, \
                 snapshot_at = excluded.snapshot_at, decided_at = excluded.decided_at \
                 WHERE verdict.policy_generation <= excluded.policy_generation \
                 AND verdict.snapshot_at <= excluded.snapshot_at RETURNING digest, environment"
            );
            for row in tx.rows(&sql, all).await? {
                written.insert((row.text(0)?, row.text(1)?));
            }
        }
    }
    Ok(written)
}

fn arguments(verdict: &Verdict) -> Vec<Value> {
    args![
        &verdict.digest,
        &verdict.environment,
        verdict.state,
        verdict.counts.critical,
        verdict.counts.high,
        verdict.counts.medium,
        verdict.counts.low,
        verdict.counts.unrated,
        verdict.counts.gaps,
        &verdict.reasons,
        &verdict.report,
        verdict.policy_generation,
        &verdict.snapshot,
        verdict.snapshot_at,
        verdict.decided_at
    ]
}

async fn record(tx: &mut Tx, changes: &[VerdictChange], cause: &serde_json::Value) -> Result<()> {
    let sql = "INSERT INTO verdict_change (id, digest, environment, before, after, cause, at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let mut events = Vec::new();
    for change in changes {
        let args = args![
            &change.id,
            &change.digest,
            &change.environment,
            change.before.map(|state| state.as_str().to_owned()),
            change.after,
            &change.cause,
            change.at
        ];
        tx.exec(sql, args).await?;
        let payload = json!({
            "id": change.id,
            "digest": change.digest,
            "environment": change.environment,
            "before": change.before,
            "after": change.after,
            "cause": cause,
            "at": change.at,
        });
        events.push(outbox::event(
            "verdict.changed",
            &change.digest,
            &payload,
            change.at,
        ));
    }
    if let Some(last) = changes.last() {
        tx.events(&events, last.at).await?;
    }
    Ok(())
}

fn verdict(row: &Row) -> Result<Verdict> {
    Ok(Verdict {
        digest: row.text(0)?,
        environment: row.text(1)?,
        state: row.word(2)?,
        counts: Counts {
            critical: row.count(3)?,
            high: row.count(4)?,
            medium: row.count(5)?,
            low: row.count(6)?,
            unrated: row.count(7)?,
            gaps: row.count(8)?,
        },
        reasons: row.text(9)?,
        report: row.opt_text(10)?,
        policy_generation: row.int(11)?,
        snapshot: row.text(12)?,
        snapshot_at: row.time(13)?,
        decided_at: row.time(14)?,
    })
}

fn change(row: &Row) -> Result<VerdictChange> {
    Ok(VerdictChange {
        id: row.text(0)?,
        digest: row.text(1)?,
        environment: row.text(2)?,
        before: row.opt_text(3)?.map(|word| word.parse()).transpose()?,
        after: row.word(4)?,
        cause: row.text(5)?,
        at: row.time(6)?,
    })
}
