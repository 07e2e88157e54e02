//! What names point at images.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{Image, put_image};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::page::{Page, Paging};
use crate::store::Store;
use crate::value::{Row, args};

/// Names of an image that a list shows.
const NAMES_IN_LIST: i64 = 5;

/// What a name points or pointed at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageName {
    /// The registry.
    pub registry_id: String,
    /// `library/nginx`.
    pub repository: String,
    /// Empty: named by its digest alone.
    pub tag: String,
    /// The image.
    pub digest: String,
    /// When it was pushed, as far as the registry told.
    pub pushed_at: Timestamp,
    /// Since when the name points elsewhere or is gone.
    pub replaced_at: Option<Timestamp>,
}

const COLUMNS: &str = "registry_id, repository, tag, digest, pushed_at, replaced_at";

impl Store {
    /// Notes that a name points at an image. Events may come twice, late and out of order: the
    /// latest push holds the tag. The answer is whether the name points elsewhere now than
    /// before.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a registry that is not known.
    pub async fn record_push(&self, image: &Image, name: &ImageName) -> Result<bool> {
        let mut tx = self.begin().await?;
        // Before any row is held: whoever waits for a name holds nothing.
        tx.lock("name", &[lock_name(name)]).await?;
        put_image(&mut tx, image).await?;
        let changed = put_name(&mut tx, name).await?;
        tx.commit().await?;
        Ok(changed)
    }

    /// As [`Store::record_push`] for many, in one transaction: what a lister found. The answer
    /// is how many names point elsewhere now.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a registry that is not known; [`Error::Invalid`] for more than
    /// 1000.
    pub async fn record_pushes(&self, pushes: &[(Image, ImageName)]) -> Result<u64> {
        if pushes.len() > 1000 {
            return Err(Error::Invalid("at most 1000 pushes at once".to_owned()));
        }
        let mut order: Vec<_> = pushes.iter().collect();
        // One order for everybody, so that two listers never wait for each other.
        order.sort_by(|a, b| a.0.digest.cmp(&b.0.digest));
        let mut tx = self.begin().await?;
        let locks: Vec<String> = pushes.iter().map(|(_, name)| lock_name(name)).collect();
        tx.lock("name", &locks).await?;
        let mut changed = 0;
        for (image, name) in order {
            put_image(&mut tx, image).await?;
            changed += u64::from(put_name(&mut tx, name).await?);
        }
        tx.commit().await?;
        Ok(changed)
    }

    /// Notes that a registry no longer has a tag; whether it was there.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn remove_name(
        &self,
        registry_id: &str,
        repository: &str,
        tag: &str,
        now: Timestamp,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE image_name SET replaced_at = $4 WHERE registry_id = $1 \
                   AND repository = $2 AND tag = $3 AND replaced_at IS NULL";
        let changed = tx
            .exec(sql, args![registry_id, repository, tag, now])
            .await?;
        tx.commit().await?;
        Ok(changed > 0)
    }

    /// The image that a tag points at now.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn resolve_name(
        &self,
        registry_id: &str,
        repository: &str,
        tag: &str,
    ) -> Result<Option<String>> {
        let sql = "SELECT digest FROM image_name WHERE registry_id = $1 AND repository = $2 \
                   AND tag = $3 AND replaced_at IS NULL";
        let row = self
            .read()
            .await?
            .row(sql, args![registry_id, repository, tag])
            .await?;
        row.map(|row| row.text(0)).transpose()
    }

    /// Names of an image, the newest first, at most 500.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn names_of(&self, digest: &str) -> Result<Vec<ImageName>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM image_name WHERE digest = $1 \
             ORDER BY pushed_at DESC, registry_id, repository, tag LIMIT 500"
        );
        let rows = self.read().await?.rows(&sql, args![digest]).await?;
        rows.iter().map(name).collect()
    }

    /// For which environments these images are judged: those of the registries that name them
    /// and of the workloads that run them.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn environments_of(&self, digests: &[String]) -> Result<Vec<(String, String)>> {
        let dialect = self.db.dialect();
        let (named, run) = (dialect.any("n.digest", 1), dialect.any("w.digest", 1));
        let sql = format!(
            "SELECT n.digest, r.environment FROM image_name n \
             JOIN registry r ON r.id = n.registry_id WHERE {named} \
             UNION SELECT w.digest, w.environment FROM workload w WHERE {run}"
        );
        let args = args![digests.to_vec()];
        let rows = self.read().await?.rows(&sql, args).await?;
        rows.iter()
            .map(|row| Ok((row.text(0)?, row.text(1)?)))
            .collect()
    }

    /// Every environment that images are judged for.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn environments(&self) -> Result<Vec<String>> {
        let sql = "SELECT environment FROM registry UNION SELECT environment FROM workload";
        let rows = self.read().await?.rows(sql, vec![]).await?;
        rows.iter().map(|row| row.text(0)).collect()
    }

    /// What the tags of a repository point at, by tag: what a lister compares with.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit or cursor that is none.
    pub async fn names_in(
        &self,
        registry_id: &str,
        repository: &str,
        paging: &Paging,
    ) -> Result<Page<ImageName>> {
        let limit = paging.limit()?;
        let after = paging.after_text()?.unwrap_or_default();
        let sql = format!(
            "SELECT {COLUMNS} FROM image_name WHERE registry_id = $1 AND repository = $2 \
             AND tag > $3 AND replaced_at IS NULL ORDER BY tag LIMIT $4"
        );
        let args = args![registry_id, repository, after, limit + 1];
        let rows = self.read().await?.rows(&sql, args).await?;
        let names = rows.iter().map(name).collect::<Result<Vec<_>>>()?;
        Ok(Page::of(names, limit, |name| vec![(&name.tag).into()]))
    }

    /// The newest names of images, at most five of each.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn newest_names(
        &self,
        digests: &[String],
    ) -> Result<HashMap<String, Vec<ImageName>>> {
        let any = self.db.dialect().any("digest", 1);
        let sql = format!(
            "SELECT {COLUMNS} FROM (SELECT {COLUMNS}, ROW_NUMBER() OVER \
             (PARTITION BY digest ORDER BY pushed_at DESC, registry_id, repository, tag) AS place \
             FROM image_name WHERE {any}) AS ranked WHERE place <= {NAMES_IN_LIST} \
             ORDER BY digest, place"
        );
        let rows = self
            .read()
            .await?
            .rows(&sql, args![digests.to_vec()])
            .await?;
        let mut names: HashMap<String, Vec<ImageName>> = HashMap::new();
        for row in &rows {
            let name = name(row)?;
            names.entry(name.digest.clone()).or_default().push(name);
        }
        Ok(names)
    }
}

fn lock_name(name: &ImageName) -> String {
    format!("{}/{}:{}", name.registry_id, name.repository, name.tag)
}

/// The caller holds the name's lock.
async fn put_name(tx: &mut Tx, name: &ImageName) -> Result<bool> {
    let sql = "SELECT digest, pushed_at FROM image_name WHERE registry_id = $1 \
               AND repository = $2 AND tag = $3 AND replaced_at IS NULL";
    let args = args![&name.registry_id, &name.repository, &name.tag];
    // Without a tag nothing is replaced: every digest stands for itself.
    let holder = if name.tag.is_empty() {
        None
    } else {
        tx.row(sql, args).await?
    };
    let mut replaced_at = None;
    let mut changed = true;
    if let Some(row) = holder {
        let (digest, pushed_at) = (row.text(0)?, row.time(1)?);
        if digest == name.digest {
            changed = false;
        } else if pushed_at <= name.pushed_at {
            let sql = "UPDATE image_name SET replaced_at = $4 WHERE registry_id = $1 \
                       AND repository = $2 AND tag = $3 AND replaced_at IS NULL";
            let args = args![
                &name.registry_id,
                &name.repository,
                &name.tag,
                name.pushed_at
            ];
            tx.exec(sql, args).await?;
        } else {
            // A late event: what it tells was over when it came.
            replaced_at = Some(pushed_at);
            changed = false;
        }
    }
    let sql = format!(
        "INSERT INTO image_name ({COLUMNS}, seen) VALUES ($1, $2, $3, $4, $5, $6, \
         (SELECT first_seen FROM image WHERE digest = $4)) \
         ON CONFLICT (registry_id, repository, tag, digest) DO UPDATE SET replaced_at = $6, \
         pushed_at = CASE WHEN image_name.pushed_at < $5 THEN $5 ELSE image_name.pushed_at END"
    );
    let args = args![
        &name.registry_id,
        &name.repository,
        &name.tag,
        &name.digest,
        name.pushed_at,
        replaced_at
    ];
    tx.exec(&sql, args).await?;
    Ok(changed)
}

fn name(row: &Row) -> Result<ImageName> {
    Ok(ImageName {
        registry_id: row.text(0)?,
        repository: row.text(1)?,
        tag: row.text(2)?,
        digest: row.text(3)?,
        pushed_at: row.time(4)?,
        replaced_at: row.opt_time(5)?,
    })
}
