//! What runs where.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::error::Result;
use crate::store::Store;
use crate::value::args;

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
}

impl Store {
    pub(crate) async fn running(&self, digests: &[String]) -> Result<HashMap<String, u64>> {
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

    /// Notes what runs in a cluster at `now`. Call it with everything that runs there, in parts
    /// of any size, then [`Store::forget_workloads`] with the same time.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn see_workloads(&self, workloads: &[Workload], now: Timestamp) -> Result<()> {
        let mut tx = self.begin().await?;
        let sql = "INSERT INTO workload \
                   (cluster, namespace, name, digest, environment, first_seen, last_seen) \
                   VALUES ($1, $2, $3, $4, $5, $6, $6) \
                   ON CONFLICT (cluster, namespace, name, digest) DO UPDATE \
                   SET last_seen = $6, environment = $5";
        for workload in workloads {
            let args = args![
                &workload.cluster,
                &workload.namespace,
                &workload.name,
                &workload.digest,
                &workload.environment,
                now
            ];
            tx.exec(sql, args).await?;
        }
        tx.commit().await
    }

    /// Forgets what a cluster no longer runs: everything last seen before `seen`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn forget_workloads(&self, cluster: &str, seen: Timestamp) -> Result<u64> {
        let mut tx = self.begin().await?;
        let sql = "DELETE FROM workload WHERE cluster = $1 AND last_seen < $2";
        let gone = tx.exec(sql, args![cluster, seen]).await?;
        tx.commit().await?;
        Ok(gone)
    }

    /// What runs any of these images.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn workloads_of(&self, digests: &[String]) -> Result<Vec<Workload>> {
        let any = self.db.dialect().any("digest", 1);
        let sql = format!(
            "SELECT cluster, namespace, name, digest, environment FROM workload WHERE {any} \
             ORDER BY digest, cluster, namespace, name"
        );
        let rows = self
            .read()
            .await?
            .rows(&sql, args![digests.to_vec()])
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Workload {
                    cluster: row.text(0)?,
                    namespace: row.text(1)?,
                    name: row.text(2)?,
                    digest: row.text(3)?,
                    environment: row.text(4)?,
                })
            })
            .collect()
    }
}
