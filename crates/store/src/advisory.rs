//! What is wrong with components, and with which images therefore.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use crate::error::{Error, Result};
use crate::page::{Page, Paging};
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
    /// What else is to be known, as JSON.
    pub facts: String,
}

/// An advisory and how much of what is known it touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vulnerability {
    /// `CVE-2024-1234`.
    pub advisory: String,
    /// 0 to 4, the worst of its matches.
    pub severity: u8,
    /// Components it applies to.
    pub components: u64,
    /// Images that contain one.
    pub images: u64,
    /// Workloads that run one.
    pub running: u64,
    /// When it was first found.
    pub first_seen: Timestamp,
    /// When the numbers were counted.
    pub counted_at: Timestamp,
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
            "SELECT id FROM component WHERE {} AND (matched_at IS NULL OR matched_at <= $2) \
             ORDER BY id{}",
            tx.dialect().any("id", 1),
            tx.dialect().for_update()
        );
        let rows = tx.rows(&sql, args![ids, snapshot_at]).await?;
        let ids = rows
            .iter()
            .map(|row| row.int(0))
            .collect::<Result<Vec<_>>>()?;
        let any = tx.dialect().any("component_id", 1);
        let sql = format!(
            "SELECT advisory, severity, undecided, fixed, facts, component_id \
             FROM component_match WHERE {any}"
        );
        let mut old: HashMap<i64, BTreeSet<Match>> = HashMap::new();
        for row in tx.rows(&sql, args![ids.clone()]).await? {
            old.entry(row.int(5)?).or_default().insert(a_match(&row)?);
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
                    one.facts
                ]
            }));
        }
        tx.exec(
            &format!("DELETE FROM component_match WHERE {any}"),
            args![changed.clone()],
        )
        .await?;
        let into = "component_match (component_id, advisory, severity, undecided, fixed, facts)";
        tx.insert_many(into, rows, "ON CONFLICT DO NOTHING").await?;
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
        let sql = "SELECT DISTINCT m.advisory, m.severity, m.undecided, m.fixed, m.facts, c.purl \
                   FROM image_part i JOIN part_component p ON p.part_id = i.part_id \
                   JOIN component_match m ON m.component_id = p.component_id \
                   JOIN component c ON c.id = m.component_id WHERE i.digest = $1 \
                   ORDER BY c.purl, m.advisory";
        let rows = self.read().await?.rows(sql, args![digest]).await?;
        rows.iter()
            .map(|row| Ok((row.text(5)?, a_match(row)?)))
            .collect()
    }

    /// The components that any of these advisories applies to.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn affected_by(&self, advisories: &[String]) -> Result<Vec<i64>> {
        let any = self.db.dialect().any("advisory", 1);
        let sql = format!(
            "SELECT DISTINCT component_id FROM component_match WHERE {any} ORDER BY component_id"
        );
        let rows = self
            .read()
            .await?
            .rows(&sql, args![advisories.to_vec()])
            .await?;
        rows.iter().map(|row| row.int(0)).collect()
    }

    /// Advisories, the worst and most common first. The numbers are those of the last
    /// [`Store::count_vulnerabilities`].
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit or cursor that is none.
    pub async fn vulnerabilities(&self, paging: &Paging) -> Result<Page<Vulnerability>> {
        let limit = paging.limit()?;
        let (severity, images, advisory) = match paging.after_keys()? {
            None => (i64::MAX, i64::MAX, String::new()),
            Some((mut numbers, mut texts)) if numbers.len() == 2 && texts.len() == 1 => {
                (numbers.remove(0), numbers.remove(0), texts.remove(0))
            }
            Some(_) => return Err(crate::page::invalid()),
        };
        let sql = "SELECT advisory, severity, components, images, running, first_seen, counted_at \
                   FROM vulnerability WHERE (severity, images, advisory) < ($1, $2, $3) \
                   AND components > 0 ORDER BY severity DESC, images DESC, advisory DESC LIMIT $4";
        let args = args![severity, images, advisory, limit + 1];
        let rows = self.read().await?.rows(sql, args).await?;
        let items = rows.iter().map(vulnerability).collect::<Result<Vec<_>>>()?;
        Ok(Page::of(items, limit, |item| {
            vec![
                i64::from(item.severity).into(),
                i64::try_from(item.images).unwrap_or(i64::MAX).into(),
                (&item.advisory).into(),
            ]
        }))
    }

    /// One advisory's numbers.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn vulnerability(&self, advisory: &str) -> Result<Option<Vulnerability>> {
        let sql = "SELECT advisory, severity, components, images, running, first_seen, counted_at \
                   FROM vulnerability WHERE advisory = $1";
        let row = self.read().await?.row(sql, args![advisory]).await?;
        row.as_ref().map(vulnerability).transpose()
    }

    /// Counts again what changed, the longest uncounted first; the answer is how many
    /// advisories that were, at most `limit`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn count_vulnerabilities(&self, limit: u32, now: Timestamp) -> Result<u64> {
        let mut tx = self.begin().await?;
        let sql = format!(
            "SELECT advisory FROM vulnerability WHERE stale ORDER BY counted_at, advisory LIMIT $1{}",
            tx.dialect().skip_locked()
        );
        let rows = tx.rows(&sql, args![limit]).await?;
        let advisories = rows
            .iter()
            .map(|row| row.text(0))
            .collect::<Result<Vec<_>>>()?;
        let count = "SELECT COUNT(DISTINCT m.component_id), COUNT(DISTINCT i.digest), \
                     COALESCE(MAX(m.severity), 0) FROM component_match m \
                     LEFT JOIN part_component p ON p.component_id = m.component_id \
                     LEFT JOIN image_part i ON i.part_id = p.part_id WHERE m.advisory = $1";
        let running = "SELECT COUNT(*) FROM workload w WHERE w.digest IN (SELECT i.digest \
                       FROM component_match m \
                       JOIN part_component p ON p.component_id = m.component_id \
                       JOIN image_part i ON i.part_id = p.part_id WHERE m.advisory = $1)";
        let update = "UPDATE vulnerability SET components = $2, images = $3, severity = $4, \
                      running = $5, counted_at = $6, stale = FALSE WHERE advisory = $1";
        for advisory in &advisories {
            let row = tx.one(count, args![advisory]).await?;
            let (components, images, severity) = (row.int(0)?, row.int(1)?, row.int(2)?);
            let running = tx.one(running, args![advisory]).await?.int(0)?;
            let args = args![advisory, components, images, severity, running, now];
            tx.exec(update, args).await?;
        }
        tx.commit().await?;
        Ok(advisories.len() as u64)
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

fn severity(row: &Row, index: usize) -> Result<u8> {
    u8::try_from(row.int(index)?).map_err(|error| Error::corrupt("a severity", error))
}

fn a_match(row: &Row) -> Result<Match> {
    Ok(Match {
        advisory: row.text(0)?,
        severity: severity(row, 1)?,
        undecided: row.bool(2)?,
        fixed: row.opt_text(3)?,
        facts: row.text(4)?,
    })
}

fn vulnerability(row: &Row) -> Result<Vulnerability> {
    Ok(Vulnerability {
        advisory: row.text(0)?,
        severity: severity(row, 1)?,
        components: row.count(2)?,
        images: row.count(3)?,
        running: row.count(4)?,
        first_seen: row.time(5)?,
        counted_at: row.time(6)?,
    })
}
