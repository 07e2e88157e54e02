//! What clusters are told to run: everything, or what has changed.

use jiff::Timestamp;

use super::{RUNNING, Workload};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::store::Store;
use crate::value::args;

/// What has changed in a cluster since it was told of last.
#[derive(Clone, Debug, Default)]
pub struct WorkloadsChange {
    /// What began to run, or is otherwise than it was.
    pub seen: Vec<Workload>,
    /// What runs no longer: namespace, name, and digest; without one, whatever it ran.
    pub gone: Vec<(String, String, Option<String>)>,
}

impl Store {
    /// Notes what runs in a cluster at `now`; the answer is what began, or is reached from elsewhere
    /// or in another environment than before. Call it with everything that runs there, in parts of
    /// any size, then [`Store::forget_workloads`] with the same time.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn see_workloads(
        &self,
        workloads: &[Workload],
        now: Timestamp,
    ) -> Result<Vec<Workload>> {
        let mut tx = self.begin().await?;
        let other = see(&mut tx, workloads, now).await?;
        tx.commit().await?;
        Ok(other)
    }

    /// Forgets what a cluster no longer runs: everything last seen before `seen`. Where the
    /// workload runs something else now, that is what it would be rolled back to.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn forget_workloads(&self, cluster: &str, seen: Timestamp) -> Result<u64> {
        let mut tx = self.begin().await?;
        let gone = forget(&mut tx, cluster, seen, seen).await?;
        tx.commit().await?;
        Ok(gone)
    }

    /// Notes that a cluster was told of whole, and gives the number that changes of it follow.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn cluster_told(
        &self,
        cluster: &str,
        environment: &str,
        now: Timestamp,
    ) -> Result<i64> {
        let mut tx = self.begin().await?;
        let sql = "INSERT INTO cluster (name, generation, environment, at) VALUES ($1, 1, $2, $3) \
                   ON CONFLICT (name) DO UPDATE SET generation = cluster.generation + 1, \
                   environment = $2, at = $3 RETURNING generation";
        let row = tx.one(sql, args![cluster, environment, now]).await?;
        let generation = row.int(0)?;
        tx.commit().await?;
        Ok(generation)
    }

    /// The number of what a cluster was last told to run, and its environment; `None`: nobody has
    /// told.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn cluster(&self, name: &str) -> Result<Option<(i64, String)>> {
        let sql = "SELECT generation, environment FROM cluster WHERE name = $1";
        let row = self.read().await?.row(sql, args![name]).await?;
        row.map(|row| Ok((row.int(0)?, row.text(1)?))).transpose()
    }

    /// Notes what has changed in a cluster since `since`, all of it or nothing. The number that the
    /// next change follows, and what began or is otherwise as [`Store::see_workloads`] tells it.
    ///
    /// # Errors
    /// [`Error::Changed`] where the cluster was told of by somebody else since, or never whole.
    pub async fn change_workloads(
        &self,
        cluster: &str,
        since: i64,
        change: &WorkloadsChange,
        now: Timestamp,
    ) -> Result<(i64, Vec<Workload>)> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE cluster SET generation = generation + 1, at = $3 \
                   WHERE name = $1 AND generation = $2 RETURNING generation";
        let row = tx.row(sql, args![cluster, since, now]).await?;
        let Some(row) = row else {
            return Err(Error::Changed(format!(
                "what runs in the cluster `{cluster}`"
            )));
        };
        let generation = row.int(0)?;
        for (namespace, name, digest) in &change.gone {
            // Before everything else that was ever seen, so that it is what is forgotten.
            let sql = "UPDATE workload SET last_seen = 0 WHERE cluster = $1 AND namespace = $2 \
                       AND name = $3 AND digest = COALESCE($4, digest)";
            tx.exec(sql, args![cluster, namespace, name, digest])
                .await?;
        }
        let other = see(&mut tx, &change.seen, now).await?;
        forget(
            &mut tx,
            cluster,
            Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_micros(1),
            now,
        )
        .await?;
        tx.commit().await?;
        Ok((generation, other))
    }
}

async fn see(tx: &mut Tx, workloads: &[Workload], now: Timestamp) -> Result<Vec<Workload>> {
    let (mut other, mut is_begun) = (Vec::new(), false);
    for workload in workloads {
        let args = || {
            args![
                &workload.cluster,
                &workload.namespace,
                &workload.name,
                &workload.digest,
                &workload.environment,
                now,
                &workload.exposure
            ]
        };
        let sql = "INSERT INTO workload \
                   (cluster, namespace, name, digest, environment, first_seen, last_seen, exposure) \
                   VALUES ($1, $2, $3, $4, $5, $6, $6, $7) \
                   ON CONFLICT (cluster, namespace, name, digest) DO NOTHING";
        if tx.exec(sql, args()).await? > 0 {
            is_begun = true;
            other.push(workload.clone());
            continue;
        }
        let place = "cluster = $1 AND namespace = $2 AND name = $3 AND digest = $4";
        let sql = format!(
            "UPDATE workload SET last_seen = $6, environment = $5, exposure = $7 WHERE {place} \
             AND (environment <> $5 OR COALESCE(exposure, '') <> COALESCE($7, ''))"
        );
        if tx.exec(&sql, args()).await? > 0 {
            other.push(workload.clone());
            continue;
        }
        let sql = format!("UPDATE workload SET last_seen = $5 WHERE {place}");
        let (cluster, namespace) = (&workload.cluster, &workload.namespace);
        let (name, digest) = (&workload.name, &workload.digest);
        tx.exec(&sql, args![cluster, namespace, name, digest, now])
            .await?;
    }
    if is_begun {
        tx.next(RUNNING).await?;
    }
    Ok(other)
}

/// Forgets what was last seen before `seen`.
async fn forget(tx: &mut Tx, cluster: &str, seen: Timestamp, now: Timestamp) -> Result<u64> {
    let sql = "SELECT w.namespace, w.name, w.digest FROM workload w \
               WHERE w.cluster = $1 AND w.last_seen < $2 AND EXISTS \
               (SELECT 1 FROM workload n WHERE n.cluster = w.cluster \
               AND n.namespace = w.namespace AND n.name = w.name AND n.last_seen >= $2) \
               ORDER BY w.first_seen, w.digest";
    for row in tx.rows(sql, args![cluster, seen]).await? {
        let sql = "INSERT INTO workload_before (cluster, namespace, name, digest, until) \
                   VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (cluster, namespace, name) DO UPDATE SET digest = $4, until = $5";
        let (namespace, name, digest) = (row.text(0)?, row.text(1)?, row.text(2)?);
        tx.exec(sql, args![cluster, &namespace, &name, &digest, now])
            .await?;
    }
    // Fewer workloads run what was found in these.
    let sql = "UPDATE vulnerability SET stale = TRUE WHERE NOT stale AND advisory IN \
               (SELECT m.advisory FROM workload w JOIN image_part i ON i.digest = w.digest \
               JOIN part_component p ON p.part_id = i.part_id \
               JOIN component_match m ON m.component_id = p.component_id \
               WHERE w.cluster = $1 AND w.last_seen < $2)";
    tx.exec(sql, args![cluster, seen]).await?;
    let sql = "DELETE FROM workload WHERE cluster = $1 AND last_seen < $2";
    let gone = tx.exec(sql, args![cluster, seen]).await?;
    if gone > 0 {
        let sql = "DELETE FROM workload_before WHERE cluster = $1 AND NOT EXISTS \
                   (SELECT 1 FROM workload w WHERE w.cluster = workload_before.cluster \
                   AND w.namespace = workload_before.namespace \
                   AND w.name = workload_before.name)";
        tx.exec(sql, args![cluster]).await?;
        tx.next(RUNNING).await?;
    }
    Ok(gone)
}
