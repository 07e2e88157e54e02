//! Removing blobs that nothing refers to.
//!
//! A blob is put before anything refers to it, so one that nothing refers to may be on its way:
//! it stays for a time after it was last put, and for as long after another took its place, as
//! somebody may have just read of it. Whoever puts says so in the database first, and
//! whoever removes marks there first what goes. Of the two, the second waits for the first: a
//! put that finds a mark waits until the blob is gone and writes it again, and what was put
//! meanwhile is not marked.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use object_store::ObjectStore as _;
use serde_json::json;

use crate::blob::trouble;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::store::{By, Store};
use crate::value::args;

/// Blobs that one call removes at most.
const MOST: u64 = 5000;

/// Blobs that are marked at once.
const BATCH: usize = 50;

/// Blobs of one question.
const ASKED: usize = 500;

/// From the mark on, how long blobs of a batch may still be removed.
const REMOVAL: Duration = Duration::from_secs(60);

/// After which a mark is that of somebody who died; far more than a removal can take.
const STALE: SignedDuration = SignedDuration::from_mins(10);

/// How long a put waits for a removal of the same blob, in steps of a tenth of a second.
const PATIENCE: u32 = 100;

/// What a look through the blobs found; bytes are those that are stored, packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// Blobs looked at.
    pub blobs: u64,
    /// Of those, what nothing refers to, and which was not put of late.
    pub unused: u64,
    /// Their bytes.
    pub unused_bytes: u64,
    /// What was removed of it.
    pub removed: u64,
    /// Their bytes.
    pub removed_bytes: u64,
    /// Whether another call would find more, as one removes 5000 at most.
    pub has_more: bool,
}

/// A blob in its place.
struct Stored {
    digest: String,
    bytes: u64,
}

impl Store {
    /// Removes blobs that nothing refers to and that were last put or replaced longer ago than
    /// `keep`; with `dry_run` only tells of them. What was removed is one entry of the audit log.
    ///
    /// # Errors
    /// [`Error::Invalid`] for less than an hour; [`Error::Busy`] and others where a list or a
    /// removal fails, which ends it: what cannot be asked about is not removed.
    pub async fn collect_blobs(
        &self,
        keep: SignedDuration,
        dry_run: bool,
        by: &By,
    ) -> Result<Collected> {
        if keep < SignedDuration::from_hours(1) {
            let why = "blobs are kept for an hour at least";
            return Err(Error::Invalid(why.to_owned()));
        }
        let (begun, mut found) = (Instant::now(), Collected::default());
        let done = self.collect(keep, dry_run, by.at, begun, &mut found).await;
        if found.removed > 0 {
            let details = json!({"blobs": found.removed, "bytes": found.removed_bytes});
            let mut tx = self.begin().await?;
            tx.audit(by, "blobs.collect", "blobs", &details).await?;
            tx.commit().await?;
        }
        done.map(|()| found)
    }

    async fn collect(
        &self,
        keep: SignedDuration,
        dry_run: bool,
        at: Timestamp,
        begun: Instant,
        found: &mut Collected,
    ) -> Result<()> {
        for folder in self.blobs.folders().await? {
            let listed = self.blobs.objects.list_with_delimiter(Some(&folder)).await;
            let listed = listed.map_err(|error| trouble(&error))?.objects;
            let border = (at - keep).as_microsecond();
            found.blobs += listed.len() as u64;
            let old = listed
                .into_iter()
                .filter(|object| object.last_modified.timestamp_micros() < border);
            let old: Vec<Stored> = old
                .filter_map(|object| {
                    let hex = object.location.filename()?.strip_suffix(".zst")?;
                    let digest = format!("sha256:{hex}");
                    self.blobs.path(&digest).ok()?;
                    let bytes = object.size;
                    Some(Stored { digest, bytes })
                })
                .collect();
            for some in old.chunks(ASKED) {
                let unused = self.unused(some, at - keep).await?;
                found.unused += unused.len() as u64;
                found.unused_bytes += unused.iter().map(|blob| blob.bytes).sum::<u64>();
                if dry_run {
                    continue;
                }
                for batch in unused.chunks(BATCH) {
                    if found.removed >= MOST {
                        found.has_more = true;
                        return Ok(());
                    }
                    // The caller's time, and what has passed since.
                    let now = at + SignedDuration::try_from(begun.elapsed()).unwrap_or_default();
                    self.remove_blobs(batch, at - keep, now, found).await?;
                }
            }
        }
        Ok(())
    }

    /// Which of these nothing refers to, and nobody put since.
    async fn unused<'a>(
        &self,
        some: &'a [Stored],
        put_before: Timestamp,
    ) -> Result<Vec<&'a Stored>> {
        let list = self.db.dialect().list(1);
        let sql = format!(
            "SELECT k.value FROM {list} \
             WHERE NOT EXISTS (SELECT 1 FROM content c WHERE c.inventory = k.value) \
             AND NOT EXISTS (SELECT 1 FROM verdict v WHERE v.report = k.value) \
             AND NOT EXISTS (SELECT 1 FROM blob b WHERE b.digest = k.value AND b.put_at >= $2)"
        );
        let digests: Vec<String> = some.iter().map(|blob| blob.digest.clone()).collect();
        let rows = self
            .read()
            .await?
            .rows(&sql, args![digests, put_before])
            .await?;
        let unused = rows
            .iter()
            .map(|row| row.text(0))
            .collect::<Result<std::collections::HashSet<_>>>()?;
        Ok(some
            .iter()
            .filter(|blob| unused.contains(&blob.digest))
            .collect())
    }

    async fn remove_blobs(
        &self,
        batch: &[&Stored],
        put_before: Timestamp,
        now: Timestamp,
        found: &mut Collected,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        let marked = mark(&mut tx, batch, put_before, now).await?;
        tx.commit().await?;
        let begun = Instant::now();
        let (mut gone, mut done) = (Vec::new(), Ok(()));
        let mut left = marked.into_iter();
        for blob in left.by_ref() {
            done = self.delete_blob(&blob.digest).await;
            // It may be removed yet by a place that only did not answer: it stays marked until the
            // mark is stale.
            if done.is_err() {
                break;
            }
            found.removed += 1;
            found.removed_bytes += blob.bytes;
            gone.push(blob.digest.clone());
            if begun.elapsed() > REMOVAL {
                break;
            }
        }
        // What nobody has begun to remove, nobody need wait for.
        let left: Vec<String> = left.map(|blob| blob.digest.clone()).collect();
        let mut tx = self.begin().await?;
        if !left.is_empty() {
            let any = tx.dialect().any("digest", 1);
            let sql =
                format!("UPDATE blob SET going_since = NULL WHERE {any} AND going_since = $2");
            tx.exec(&sql, args![left, now]).await?;
        }
        let any = tx.dialect().any("digest", 1);
        let sql = format!("DELETE FROM blob WHERE {any} AND going_since = $2");
        tx.exec(&sql, args![gone, now]).await?;
        tx.commit().await?;
        done
    }

    /// Says that a blob is about to be put, and waits where it is being removed.
    pub(crate) async fn announce_blob(&self, digest: &str, now: Timestamp) -> Result<()> {
        let sql = "INSERT INTO blob (digest, put_at) VALUES ($1, $2) \
                   ON CONFLICT (digest) DO UPDATE SET going_since = NULL, \
                   put_at = CASE WHEN blob.put_at < $2 THEN $2 ELSE blob.put_at END \
                   WHERE blob.going_since IS NULL OR blob.going_since < $3";
        for _ in 0..PATIENCE {
            let mut tx = self.begin().await?;
            let args = args![digest, now, now - STALE];
            let is_said = tx.exec(sql, args).await? == 1;
            tx.commit().await?;
            if is_said {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err(Error::Busy(format!("blob {digest} is being removed")))
    }
}

/// Marks what goes, if that is still so; the order is that of the digests for everybody.
async fn mark<'a>(
    tx: &mut Tx,
    batch: &[&'a Stored],
    put_before: Timestamp,
    now: Timestamp,
) -> Result<Vec<&'a Stored>> {
    let mut order = batch.to_vec();
    order.sort_by(|a, b| a.digest.cmp(&b.digest));
    let sql = "INSERT INTO blob (digest, put_at, going_since) VALUES ($1, 0, $2) \
               ON CONFLICT (digest) DO UPDATE SET going_since = $2 WHERE blob.put_at < $3 \
               AND (blob.going_since IS NULL OR blob.going_since < $4)";
    let mut marked = Vec::new();
    for blob in order {
        let args = args![&blob.digest, now, put_before, now - STALE];
        if tx.exec(sql, args).await? == 1 {
            marked.push(blob);
        }
    }
    // Asked again now that nobody can put it unseen.
    let digests: Vec<String> = marked.iter().map(|blob| blob.digest.clone()).collect();
    let (inventory, report) = (
        tx.dialect().any("inventory", 1),
        tx.dialect().any("report", 1),
    );
    let sql = format!(
        "SELECT inventory FROM content WHERE {inventory} UNION \
         SELECT report FROM verdict WHERE {report}"
    );
    let rows = tx.rows(&sql, args![digests]).await?;
    let used = rows
        .iter()
        .map(|row| row.text(0))
        .collect::<Result<Vec<_>>>()?;
    if !used.is_empty() {
        let any = tx.dialect().any("digest", 1);
        let sql = format!("UPDATE blob SET going_since = NULL WHERE {any}");
        tx.exec(&sql, args![used.clone()]).await?;
        marked.retain(|blob| !used.contains(&blob.digest));
    }
    Ok(marked)
}
