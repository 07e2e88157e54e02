//! What is wrong with components, and with which images therefore.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::shell;
use crate::store::Store;
use crate::value::{Row, args};

/// One advisory that applies to a component.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    /// `CVE-2024-1234`, or the advisory's own id.
    pub advisory: String,
    /// 0 unrated, 1 low, 2 medium, 3 high, 4 critical.
    pub severity: u8,
    /// Whether it could not be decided that it applies.
    pub undecided: bool,
    /// The version that mends it.
    pub fixed: Option<String>,
    /// The package, as its ecosystem writes it.
    pub package: String,
    /// What can be done: `fixed`, `affected`, `will_not_fix` …
    pub status: String,
    /// Whether it is in a catalogue of known exploited vulnerabilities.
    pub kev: bool,
    /// Whether it does not count: the owner's distribution has judged it. Kept, since a change
    /// of it is a change.
    pub suppressed: bool,
    /// What else is to be known, as JSON.
    pub facts: String,
}

/// A state of the advisory database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Of the database file.
    pub digest: String,
    /// When it was built.
    pub built_at: Timestamp,
    /// When the centre got it.
    pub seen_at: Timestamp,
}

impl Store {
    /// Replaces what is known against components, at most 1000 at once; the answer is those
    /// for which something changed: what decisions may change with. A component that was
    /// compared with a newer snapshot is left alone.
    ///
    /// # Errors
    /// [`Error::Invalid`] for more than 1000.
    pub async fn set_matches(
        &self,
        matches: &[(i64, Vec<Match>)],
        snapshot_at: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<i64>> {
        self.set_found(matches, &HashMap::new(), snapshot_at, now)
            .await
    }

    /// As [`Store::set_matches`], with everything that decisions look at, as the
    /// caller writes it: by component, nothing for one without matches. Components that are not in
    /// `facts` have none afterwards where their matches changed.
    ///
    /// # Errors
    /// [`Error::Invalid`] for more than 1000.
    pub async fn set_found(
        &self,
        matches: &[(i64, Vec<Match>)],
        facts: &HashMap<i64, Vec<u8>>,
        snapshot_at: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<i64>> {
        if matches.len() > 1000 {
            return Err(Error::Invalid("at most 1000 components at once".to_owned()));
        }
        let new: BTreeMap<i64, &Vec<Match>> = matches
            .iter()
            .map(|(component, matches)| (*component, matches))
            .collect();
        let ids: Vec<i64> = new.keys().copied().collect();
        let mut tx = self.begin().await?;
        // The rows stay held: who compares the same component with another snapshot waits.
        let sql = format!(
            "SELECT id, facts_known FROM component WHERE {} AND (matched_at IS NULL OR matched_at <= $2) \
             ORDER BY id{}",
            tx.dialect().any("id", 1),
            tx.dialect().for_update()
        );
        let rows = tx.rows(&sql, args![ids, snapshot_at]).await?;
        let known = rows
            .iter()
            .map(|row| Ok((row.int(0)?, row.bool(1)?)))
            .collect::<Result<BTreeMap<i64, bool>>>()?;
        let ids: Vec<i64> = known.keys().copied().collect();
        let any = tx.dialect().any("m.component_id", 1);
        let sql = format!("SELECT {MATCH}, m.component_id FROM component_match m WHERE {any}");
        let mut old: HashMap<i64, BTreeSet<Match>> = HashMap::new();
        for row in tx.rows(&sql, args![ids.clone()]).await? {
            old.entry(row.int(9)?).or_default().insert(a_match(&row)?);
        }
        let (mut changed, mut rows) = (Vec::new(), Vec::new());
        let mut touched: BTreeMap<String, u8> = BTreeMap::new();
        for &id in &ids {
            let new: BTreeSet<Match> = new[&id].iter().cloned().collect();
            let old = old.remove(&id).unwrap_or_default();
            if old == new {
                continue;
            }
            changed.push(id);
            for one in old.symmetric_difference(&new) {
                let worst = touched.entry(one.advisory.clone()).or_default();
                *worst = one.severity.max(*worst);
            }
            rows.extend(new.into_iter().map(|one| {
                args![
                    id,
                    one.advisory,
                    u32::from(one.severity),
                    one.undecided,
                    one.fixed,
                    one.facts,
                    one.package,
                    one.status,
                    one.kev,
                    one.suppressed
                ]
            }));
        }
        let any = tx.dialect().any("component_id", 1);
        tx.exec(
            &format!("DELETE FROM component_match WHERE {any}"),
            args![changed.clone()],
        )
        .await?;
        let into = "component_match (component_id, advisory, severity, undecided, fixed, facts, \
                    package, status, kev, suppressed)";
        tx.insert_many(into, rows, "ON CONFLICT DO NOTHING").await?;
        let anew = known.into_iter().filter(|(id, is_known)| {
            changed.binary_search(id).is_ok() || (!is_known && facts.contains_key(id))
        });
        put_facts(&mut tx, anew.map(|(id, _)| id).collect(), facts).await?;
        let any = tx.dialect().any("id", 1);
        let sql = format!("UPDATE component SET matched_at = $2 WHERE {any}");
        tx.exec(&sql, args![ids, snapshot_at]).await?;
        let rows = touched
            .into_iter()
            .map(|(advisory, severity)| {
                args![advisory, u32::from(severity), 0, 0, 0, now, now, true]
            })
            .collect();
        let into = "vulnerability (advisory, severity, components, images, running, first_seen, \
                    counted_at, stale)";
        tx.insert_many(
            into,
            rows,
            "ON CONFLICT (advisory) DO UPDATE SET stale = TRUE",
        )
        .await?;
        tx.commit().await?;
        Ok(changed)
    }

    /// Notes that every component compared with one snapshot is as good as compared with a
    /// later one: what differs between them was compared again.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn advance_matches(&self, from: Timestamp, to: Timestamp) -> Result<u64> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE component SET matched_at = $2 WHERE matched_at = $1";
        let count = tx.exec(sql, args![from, to]).await?;
        tx.commit().await?;
        Ok(count)
    }

    /// What is known against an image: its components' names and matches.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn matches_of(&self, digest: &str) -> Result<Vec<(String, Match)>> {
        let sql = format!(
            "SELECT DISTINCT {MATCH}, c.purl \
                   FROM image_part i JOIN part_component p ON p.part_id = i.part_id \
                   JOIN component_match m ON m.component_id = p.component_id \
                   JOIN component c ON c.id = m.component_id WHERE i.digest = $1 \
                   ORDER BY c.purl, m.advisory"
        );
        let rows = self.read().await?.rows(&sql, args![digest]).await?;
        rows.iter()
            .map(|row| Ok((row.text(9)?, a_match(row)?)))
            .collect()
    }

    /// Adds keys under which components are looked up: other ids of what was found in them.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn add_component_keys(&self, keys: &[(i64, String)]) -> Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        let rows = keys.iter().map(|(id, key)| args![key, *id]).collect();
        let mut tx = self.begin().await?;
        tx.insert_many(
            "component_key (key, component_id)",
            rows,
            "ON CONFLICT DO NOTHING",
        )
        .await?;
        tx.commit().await
    }

    /// The components that any of these advisories applies to.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn affected_by(&self, advisories: &[String]) -> Result<Vec<i64>> {
        let any = self.db.dialect().any("advisory", 1);
        let sql = format!(
            "SELECT DISTINCT component_id FROM component_match WHERE {any} AND NOT suppressed \
             ORDER BY component_id"
        );
        let rows = self
            .read()
            .await?
            .rows(&sql, args![advisories.to_vec()])
            .await?;
        rows.iter().map(|row| row.int(0)).collect()
    }

    /// Notes a state of the advisory database.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn put_snapshot(&self, snapshot: &Snapshot) -> Result<()> {
        let mut tx = self.begin().await?;
        let sql = "INSERT INTO advisory_snapshot (digest, built_at, seen_at) VALUES ($1, $2, $3) \
                   ON CONFLICT DO NOTHING";
        let args = args![&snapshot.digest, snapshot.built_at, snapshot.seen_at];
        tx.exec(sql, args).await?;
        tx.commit().await
    }

    /// The one that was built last.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn snapshot(&self) -> Result<Option<Snapshot>> {
        let sql = "SELECT digest, built_at, seen_at FROM advisory_snapshot \
                   ORDER BY built_at DESC, digest LIMIT 1";
        let Some(row) = self.read().await?.row(sql, vec![]).await? else {
            return Ok(None);
        };
        Ok(Some(Snapshot {
            digest: row.text(0)?,
            built_at: row.time(1)?,
            seen_at: row.time(2)?,
        }))
    }
}

/// Replaces the facts of components.
async fn put_facts(tx: &mut Tx, ids: Vec<i64>, facts: &HashMap<i64, Vec<u8>>) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let any = tx.dialect().any("component_id", 1);
    let sql = format!("DELETE FROM component_fact WHERE {any}");
    tx.exec(&sql, args![ids.clone()]).await?;
    let mut rows = Vec::new();
    for id in &ids {
        if let Some(facts) = facts.get(id).filter(|facts| !facts.is_empty()) {
            rows.push(args![*id, shell::pack(facts)?]);
        }
    }
    let into = "component_fact (component_id, facts)";
    tx.insert_many(into, rows, "").await?;
    let (known, unknown): (Vec<i64>, Vec<i64>) =
        ids.into_iter().partition(|id| facts.contains_key(id));
    for (ids, is_known) in [(known, true), (unknown, false)] {
        let any = tx.dialect().any("id", 1);
        let sql =
            format!("UPDATE component SET facts_known = $2 WHERE {any} AND facts_known <> $2");
        if !ids.is_empty() {
            tx.exec(&sql, args![ids, is_known]).await?;
        }
    }
    Ok(())
}

pub(crate) fn severity(row: &Row, index: usize) -> Result<u8> {
    u8::try_from(row.int(index)?).map_err(|error| Error::corrupt("a severity", error))
}

/// What [`a_match`] reads.
pub(crate) const MATCH: &str = "m.advisory, m.severity, m.undecided, m.fixed, m.facts, m.package, \
                                m.status, m.kev, m.suppressed";

pub(crate) fn a_match(row: &Row) -> Result<Match> {
    Ok(Match {
        advisory: row.text(0)?,
        severity: severity(row, 1)?,
        undecided: row.bool(2)?,
        fixed: row.opt_text(3)?,
        facts: row.text(4)?,
        package: row.text(5)?,
        status: row.text(6)?,
        kev: row.bool(7)?,
        suppressed: row.bool(8)?,
    })
}
