//! Decisions, written down.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use serde_json::json;

use super::rows::{Key, LOUD, MOVED, WEIGHED, confirm, indexed, put, stored};
use super::{Counts, Verdict, VerdictChange};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::outbox;
use crate::store::{Store, new_id};
use crate::value::args;

/// Verdicts of one call of [`Store::set_verdicts`] and its kin at most.
pub const VERDICT_LIMIT: usize = 2000;

/// A verdict, and what it was decided on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// What was decided.
    pub verdict: Verdict,
    /// [`Content::indexed_at`](crate::Content::indexed_at) of what was looked at.
    pub indexed_at: Timestamp,
}

/// What became of verdicts that were to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Those that became others, by image and environment.
    pub changes: Vec<VerdictChange>,
    /// Image and environment of those that say anything else than before, if only in numbers or
    /// reasons, or by another policy.
    pub different: HashSet<(String, String)>,
}

/// How a batch is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// All of it.
    Whole,
    /// Of what says the same as before, only by which database and when.
    Different,
}

impl Store {
    /// Writes verdicts down, at most [`VERDICT_LIMIT`]; gives those that changed, in order. A
    /// verdict that knew an older policy or older advisories than the stored one is left out: it
    /// comes from a worker that was overtaken. A change is written to the history and the outbox
    /// in the same transaction.
    ///
    /// # Errors
    /// [`Error::Invalid`] for more.
    pub async fn set_verdicts(
        &self,
        verdicts: &[Verdict],
        cause: &serde_json::Value,
    ) -> Result<Vec<VerdictChange>> {
        let given = verdicts.iter().map(|verdict| (verdict, None));
        let written = self.set(given.collect(), cause, How::Whole).await?;
        Ok(written.changes)
    }

    /// As [`Store::set_verdicts`]; what was decided on an image that was read anew meanwhile is
    /// left out as well: whoever has read it decides on it.
    ///
    /// # Errors
    /// [`Error::Invalid`] for more than [`VERDICT_LIMIT`].
    pub async fn set_decided(
        &self,
        decided: &[Decided],
        cause: &serde_json::Value,
    ) -> Result<Written> {
        let given = decided.iter().map(|d| (&d.verdict, Some(d.indexed_at)));
        self.set(given.collect(), cause, How::Whole).await
    }

    /// As [`Store::set_decided`], where most say what they said before, by the same policy: of
    /// those only by which database, and when, is noted.
    ///
    /// # Errors
    /// [`Error::Invalid`] for more than [`VERDICT_LIMIT`].
    pub async fn set_decided_again(
        &self,
        decided: &[Decided],
        cause: &serde_json::Value,
    ) -> Result<Written> {
        let given = decided.iter().map(|d| (&d.verdict, Some(d.indexed_at)));
        self.set(given.collect(), cause, How::Different).await
    }

    async fn set(
        &self,
        given: Vec<(&Verdict, Option<Timestamp>)>,
        cause: &serde_json::Value,
        how: How,
    ) -> Result<Written> {
        if given.len() > VERDICT_LIMIT {
            let most = format!("at most {VERDICT_LIMIT} verdicts at once");
            return Err(Error::Invalid(most));
        }
        // One order for everybody, so that two batches never wait for each other. Of two with
        // one key the later counts, as if they had come one after the other.
        let mut by_key: BTreeMap<(&str, &str), (&Verdict, Option<Timestamp>)> = given
            .into_iter()
            .map(|(verdict, at)| ((&*verdict.digest, &*verdict.environment), (verdict, at)))
            .collect();
        let mut tx = self.begin().await?;
        let mut digests: Vec<String> = by_key.keys().map(|(d, _)| (*d).to_owned()).collect();
        digests.dedup();
        // Not only rows: of a first verdict too, one of two writers comes first.
        tx.lock("verdict", &digests).await?;
        if by_key.values().any(|(_, at)| at.is_some()) {
            let indexed = indexed(&mut tx, &digests).await?;
            by_key.retain(|(digest, _), (_, at)| {
                at.is_none() || *at == indexed.get(*digest).copied()
            });
        }
        let stored = stored(&mut tx, digests).await?;
        let sorted = Sorted::of(by_key.into_values().map(|(v, _)| v), &stored, how);
        confirm(&mut tx, &sorted.same).await?;
        put(&mut tx, &sorted.quiet, "").await?;
        put(&mut tx, &sorted.weighed, WEIGHED).await?;
        put(&mut tx, &sorted.loud, LOUD).await?;
        put(&mut tx, &sorted.moved, MOVED).await?;
        let mut written = Written::default();
        for verdict in sorted.different(&stored) {
            let key = (verdict.digest.clone(), verdict.environment.clone());
            let before = stored.get(&key).map(|before| before.state);
            if before != Some(verdict.state) {
                written.changes.push(VerdictChange {
                    id: new_id(verdict.decided_at),
                    digest: verdict.digest.clone(),
                    environment: verdict.environment.clone(),
                    before,
                    after: verdict.state,
                    cause: cause.to_string(),
                    at: verdict.decided_at,
                });
            }
            written.different.insert(key);
        }
        record(&mut tx, &written.changes, cause).await?;
        tx.commit().await?;
        Ok(written)
    }
}

/// Verdicts by what there is to write; without those that were overtaken.
#[derive(Default)]
struct Sorted<'a> {
    /// They say what they said.
    same: Vec<&'a Verdict>,
    /// Different in nothing that lists are ordered or narrowed by.
    quiet: Vec<&'a Verdict>,
    /// Different in how many of the worst findings there are.
    weighed: Vec<&'a Verdict>,
    /// In the same state, and found by other filters.
    loud: Vec<&'a Verdict>,
    /// In another state, or the first.
    moved: Vec<&'a Verdict>,
}

impl<'a> Sorted<'a> {
    fn of(
        verdicts: impl Iterator<Item = &'a Verdict>,
        stored: &HashMap<Key, Verdict>,
        how: How,
    ) -> Self {
        let mut sorted = Self::default();
        for verdict in verdicts {
            let key = (verdict.digest.clone(), verdict.environment.clone());
            let to = match stored.get(&key) {
                Some(before)
                    if before.policy_generation > verdict.policy_generation
                        || before.snapshot_at > verdict.snapshot_at =>
                {
                    continue;
                }
                Some(before) if how == How::Different && verdict.says_as(before) => {
                    &mut sorted.same
                }
                Some(before) if verdict.state == before.state => {
                    match (verdict.is_filtered_as(before), verdict.weighs_as(before)) {
                        (true, true) => &mut sorted.quiet,
                        (true, false) => &mut sorted.weighed,
                        (false, _) => &mut sorted.loud,
                    }
                }
                _ => &mut sorted.moved,
            };
            to.push(verdict);
        }
        sorted
    }

    /// Those that say anything else than what is stored.
    fn different(&self, stored: &HashMap<Key, Verdict>) -> Vec<&'a Verdict> {
        let in_state = self.quiet.iter().chain(&self.weighed).chain(&self.loud);
        let all = in_state.chain(&self.moved).copied();
        let mut all: Vec<&Verdict> = all
            .filter(|verdict| {
                let key = (verdict.digest.clone(), verdict.environment.clone());
                stored
                    .get(&key)
                    .is_none_or(|before| !verdict.says_as(before))
            })
            .collect();
        all.sort_by_key(|verdict| (&verdict.digest, &verdict.environment));
        all
    }
}

impl Verdict {
    fn says_as(&self, before: &Self) -> bool {
        (self.state, self.counts, self.policy_generation)
            == (before.state, before.counts, before.policy_generation)
            && self.reasons == before.reasons
            && self.report == before.report
    }

    fn weighs_as(&self, before: &Self) -> bool {
        (self.counts.critical, self.counts.high) == (before.counts.critical, before.counts.high)
    }

    fn is_filtered_as(&self, before: &Self) -> bool {
        let (mine, theirs) = (&self.counts, &before.counts);
        (mine.gaps, mine.worst()) == (theirs.gaps, theirs.worst())
    }
}

impl Counts {
    /// 0: nothing found; 1: not rated; 2 to 5: low to critical.
    pub(super) fn worst(&self) -> i64 {
        let found = [
            self.unrated,
            self.low,
            self.medium,
            self.high,
            self.critical,
        ];
        let place = found.iter().rposition(|&count| count > 0);
        place.map_or(0, |place| i64::try_from(place).unwrap_or_default() + 1)
    }
}

async fn record(tx: &mut Tx, changes: &[VerdictChange], cause: &serde_json::Value) -> Result<()> {
    let mut rows = Vec::with_capacity(changes.len());
    let mut events = Vec::with_capacity(changes.len());
    for change in changes {
        rows.push(args![
            &change.id,
            &change.digest,
            &change.environment,
            change.before.map(|state| state.as_str().to_owned()),
            change.after,
            &change.cause,
            change.at
        ]);
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
    let into = "verdict_change (id, digest, environment, before, after, cause, at)";
    tx.insert_many(into, rows, "").await?;
    if let Some(last) = changes.last() {
        tx.events(&events, last.at).await?;
    }
    Ok(())
}
