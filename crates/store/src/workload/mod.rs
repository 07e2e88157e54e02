//! What runs where, since when, and what it would be rolled back to: what a gate must not stand
//! in the way of.

mod told;

use std::collections::HashMap;

use jiff::Timestamp;

use crate::Counts;
use crate::error::Result;
use crate::store::Store;
use crate::value::{Row, args};

pub use told::WorkloadsChange;

/// Something that runs an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// The cluster or host.
    pub cluster: String,
    /// The namespace; may be empty.
    pub namespace: String,
    /// `deployment/shop`.
    pub name: String,
    /// What it runs.
    pub digest: String,
    /// The environment it runs in.
    pub environment: String,
    /// From where it can be reached; the caller's words. `None`: nobody has said.
    pub exposure: Option<String>,
}

/// An image that runs somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// The image.
    pub digest: String,
    /// Since when, as far as anybody saw it begin: what ran already when its cluster was first
    /// told of began before that.
    pub since: Option<Timestamp>,
}

/// Something that runs, and what was found in its image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningCounts {
    /// What runs.
    pub workload: Workload,
    /// What was found, for its environment.
    pub counts: Counts,
    /// The newest name of the image; empty: it has none.
    pub repository: String,
    /// Its tag.
    pub tag: String,
    /// Names what is known of the image beside its components, where it was looked at.
    pub shell: Option<String>,
}

/// Counts changes of what runs.
const RUNNING: &str = "running";

/// Counts changes of what bundles are made of beside holds.
const BUNDLE: &str = "bundle";

impl Store {
    /// Images that run somewhere, by digest, after one, at most 5000.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn running_after(&self, digest: &str) -> Result<Vec<Running>> {
        // In several places: since the earliest, and where one of them is not known, nobody
        // knows.
        let sql = "SELECT w.digest, MIN(CASE WHEN w.first_seen = f.first THEN 0 \
                   ELSE w.first_seen END) \
                   FROM workload w JOIN (SELECT cluster, MIN(first_seen) AS first FROM workload \
                   GROUP BY cluster) f ON f.cluster = w.cluster \
                   WHERE w.digest > $1 GROUP BY w.digest ORDER BY w.digest LIMIT 5000";
        let rows = self.read().await?.rows(sql, args![digest]).await?;
        rows.iter()
            .map(|row| {
                let since = row.time(1)?;
                Ok(Running {
                    digest: row.text(0)?,
                    since: Some(since).filter(|since| *since > Timestamp::UNIX_EPOCH),
                })
            })
            .collect()
    }

    /// Images that a workload would be rolled back to, by digest, after one, at most 5000.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn rollbacks_after(&self, digest: &str) -> Result<Vec<String>> {
        let sql = "SELECT DISTINCT digest FROM workload_before WHERE digest > $1 \
                   ORDER BY digest LIMIT 5000";
        let rows = self.read().await?.rows(sql, args![digest]).await?;
        rows.iter().map(|row| row.text(0)).collect()
    }

    /// Whether a workload would be rolled back to an image.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn is_rollback(&self, digest: &str) -> Result<bool> {
        let sql = "SELECT 1 FROM workload_before WHERE digest = $1 LIMIT 1";
        let row = self.read().await?.row(sql, args![digest]).await?;
        Ok(row.is_some())
    }

    /// Notes what bundles are made of beside holds and workloads, as a digest of it; where it
    /// is another than was noted last, the next bundle is another, too.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn note_bundle_input(&self, name: &str, digest: &str) -> Result<()> {
        let sql = "SELECT digest FROM bundle_input WHERE name = $1";
        let noted = self.read().await?.row(sql, args![name]).await?;
        if noted.map(|row| row.text(0)).transpose()?.as_deref() == Some(digest) {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        let sql = "INSERT INTO bundle_input (name, digest) VALUES ($1, $2) \
                   ON CONFLICT (name) DO UPDATE SET digest = $2";
        tx.exec(sql, args![name, digest]).await?;
        tx.next(BUNDLE).await?;
        tx.commit().await
    }

    /// Grows with every change of what bundles are made of beside holds and the policy's
    /// generation.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn bundle_seq(&self) -> Result<i64> {
        let sql = "SELECT CAST(COALESCE(SUM(value), 0) AS BIGINT) FROM counter \
                   WHERE name IN ($1, $2)";
        let args = args![RUNNING, BUNDLE];
        self.read().await?.one(sql, args).await?.int(0)
    }

    /// How many workloads run each of these images; what nothing runs is left out.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn running(&self, digests: &[String]) -> Result<HashMap<String, u64>> {
        let any = self.db.dialect().any("digest", 1);
        let sql = format!("SELECT digest, COUNT(*) FROM workload WHERE {any} GROUP BY digest");
        let rows = self
            .read()
            .await?
            .rows(&sql, args![digests.to_vec()])
            .await?;
        rows.iter()
            .map(|row| Ok((row.text(0)?, row.count(1)?)))
            .collect()
    }

    /// What runs, at most `limit`, with a name of the image and what was found in it for the
    /// environment of the workload.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn running_counts(&self, limit: u32) -> Result<Vec<RunningCounts>> {
        let name = |column: &str| {
            format!(
                "COALESCE((SELECT n.{column} FROM image_name n WHERE n.digest = w.digest \
                 ORDER BY n.pushed_at DESC, n.registry_id, n.repository, n.tag LIMIT 1), '')"
            )
        };
        let sql = format!(
            "SELECT w.cluster, w.namespace, w.name, w.digest, w.environment, w.exposure, \
             v.critical, v.high, v.medium, v.low, v.unrated, v.gaps, {}, {}, s.hash FROM workload w \
             JOIN verdict v ON v.digest = w.digest AND v.environment = w.environment \
             LEFT JOIN content n ON n.digest = w.digest LEFT JOIN shell s ON s.id = n.shell_id \
             ORDER BY w.cluster, w.namespace, w.name, w.digest LIMIT $1",
            name("repository"),
            name("tag")
        );
        let rows = self.read().await?.rows(&sql, args![limit]).await?;
        rows.iter()
            .map(|row| {
                Ok(RunningCounts {
                    workload: workload(row)?,
                    counts: Counts {
                        critical: row.count(6)?,
                        high: row.count(7)?,
                        medium: row.count(8)?,
                        low: row.count(9)?,
                        unrated: row.count(10)?,
                        gaps: row.count(11)?,
                    },
                    repository: row.text(12)?,
                    tag: row.text(13)?,
                    shell: row.opt_text(14)?,
                })
            })
            .collect()
    }

    /// What runs any of these images.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn workloads_of(&self, digests: &[String]) -> Result<Vec<Workload>> {
        let any = self.db.dialect().any("digest", 1);
        let sql = format!(
            "SELECT cluster, namespace, name, digest, environment, exposure FROM workload \
             WHERE {any} ORDER BY digest, cluster, namespace, name"
        );
        let rows = self
            .read()
            .await?
            .rows(&sql, args![digests.to_vec()])
            .await?;
        rows.iter().map(workload).collect()
    }

    /// From where workloads of these images can be reached, by image and environment; each once,
    /// `None` where of one of them nobody has said.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn exposures_of(
        &self,
        digests: &[String],
    ) -> Result<Vec<(String, String, Option<String>)>> {
        let any = self.db.dialect().any("digest", 1);
        let sql =
            format!("SELECT DISTINCT digest, environment, exposure FROM workload WHERE {any}");
        let args = args![digests.to_vec()];
        let rows = self.read().await?.rows(&sql, args).await?;
        rows.iter()
            .map(|row| Ok((row.text(0)?, row.text(1)?, row.opt_text(2)?)))
            .collect()
    }
}

fn workload(row: &Row) -> Result<Workload> {
    Ok(Workload {
        cluster: row.text(0)?,
        namespace: row.text(1)?,
        name: row.text(2)?,
        digest: row.text(3)?,
        environment: row.text(4)?,
        exposure: row.opt_text(5)?,
    })
}
