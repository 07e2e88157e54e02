//! Images, what names point at them, and where they run.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::page::{Page, Paging};
use crate::store::Store;
use crate::value::{Row, Value, args};

/// Names of an image that a list shows.
const NAMES_IN_LIST: i64 = 5;

/// An image: one manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Of the manifest.
    pub digest: String,
    /// `linux/amd64`; empty: not known yet.
    pub platform: String,
    /// Bytes of the stored layers; 0: not known yet.
    pub size: u64,
    /// Digests of the layers, the lowest first; empty: not known yet.
    pub layers: Vec<String>,
    /// The digest of the base image, where it was recognised.
    pub base: Option<String>,
    /// When it was first heard of.
    pub first_seen: Timestamp,
    /// When it was last heard of.
    pub last_seen: Timestamp,
}

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

/// Which images are asked for; everything given must hold.
#[derive(Clone, Debug, Default)]
pub struct ImageFilter {
    /// Named in this registry.
    pub registry_id: Option<String>,
    /// Named in this repository.
    pub repository: Option<String>,
    /// A part of a repository's name, or the beginning of a digest.
    pub search: Option<String>,
    /// Running somewhere.
    pub running: bool,
}

/// An image in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageRow {
    /// The image.
    pub image: Image,
    /// Its newest names, at most five.
    pub names: Vec<ImageName>,
    /// How many workloads run it.
    pub running: u64,
}

const COLUMNS: &str = "i.digest, i.platform, i.size, i.layers, i.base, i.first_seen, i.last_seen";
const NAME_COLUMNS: &str = "registry_id, repository, tag, digest, pushed_at, replaced_at";

impl Store {
    /// Notes what is known of an image; what is not known leaves what was.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn put_image(&self, image: &Image) -> Result<()> {
        let mut tx = self.begin().await?;
        put_image(&mut tx, image).await?;
        tx.commit().await
    }

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

    /// Of that digest.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn image(&self, digest: &str) -> Result<Option<Image>> {
        let sql = format!("SELECT {COLUMNS} FROM image i WHERE i.digest = $1");
        let row = self.read().await?.row(&sql, args![digest]).await?;
        row.as_ref().map(image).transpose()
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
            "SELECT {NAME_COLUMNS} FROM image_name WHERE digest = $1 \
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
            "SELECT {NAME_COLUMNS} FROM image_name WHERE registry_id = $1 AND repository = $2 \
             AND tag > $3 AND replaced_at IS NULL ORDER BY tag LIMIT $4"
        );
        let args = args![registry_id, repository, after, limit + 1];
        let rows = self.read().await?.rows(&sql, args).await?;
        let names = rows.iter().map(name).collect::<Result<Vec<_>>>()?;
        Ok(Page::of(names, limit, |name| vec![(&name.tag).into()]))
    }

    /// Images, the newest first.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit or cursor that is none.
    pub async fn images(&self, filter: &ImageFilter, paging: &Paging) -> Result<Page<ImageRow>> {
        let limit = paging.limit()?;
        let after = paging.after_int_text()?;
        let (conditions, mut args) = self.image_conditions(filter, after);
        args.push((limit + 1).into());
        let sql = format!(
            "SELECT {COLUMNS} FROM image i WHERE {conditions} \
             ORDER BY i.first_seen DESC, i.digest DESC LIMIT ${}",
            args.len()
        );
        let mut conn = self.read().await?;
        let rows = conn.rows(&sql, args).await?;
        let images = rows.iter().map(image).collect::<Result<Vec<_>>>()?;
        let page = Page::of(images, limit, |image| {
            vec![image.first_seen.into(), (&image.digest).into()]
        });
        drop(conn);
        let digests: Vec<String> = page
            .items
            .iter()
            .map(|image| image.digest.clone())
            .collect();
        let mut names = self.newest_names(&digests).await?;
        let mut running = self.running(&digests).await?;
        Ok(page.map(|image| ImageRow {
            names: names.remove(&image.digest).unwrap_or_default(),
            running: running.remove(&image.digest).unwrap_or_default(),
            image,
        }))
    }

    fn image_conditions(
        &self,
        filter: &ImageFilter,
        after: Option<(i64, String)>,
    ) -> (String, Vec<Value>) {
        let mut sql = "1 = 1".to_owned();
        let mut args: Vec<Value> = Vec::new();
        let mut bind = |value: Value| {
            args.push(value);
            args.len()
        };
        if let Some((first_seen, digest)) = after {
            let (time, id) = (bind(first_seen.into()), bind(digest.into()));
            sql += &format!(" AND (i.first_seen, i.digest) < (${time}, ${id})");
        }
        let mut named = String::new();
        if let Some(registry) = &filter.registry_id {
            named += &format!(" AND n.registry_id = ${}", bind(registry.into()));
        }
        if let Some(repository) = &filter.repository {
            named += &format!(" AND n.repository = ${}", bind(repository.into()));
        }
        match filter.search.as_deref() {
            Some(digest) if digest.starts_with("sha256:") => {
                // Digests are hex: nothing sorts between a beginning and the beginning with `~`.
                let (from, to) = (bind(digest.into()), bind(format!("{digest}~").into()));
                sql += &format!(" AND i.digest >= ${from} AND i.digest < ${to}");
            }
            Some(part) => {
                let find = self.db.dialect().find();
                let part = bind(part.to_lowercase().into());
                named += &format!(" AND {find}(n.repository, ${part}) > 0");
            }
            None => {}
        }
        if !named.is_empty() {
            sql +=
                &format!(" AND i.digest IN (SELECT n.digest FROM image_name n WHERE 1 = 1{named})");
        }
        if filter.running {
            sql += " AND i.digest IN (SELECT w.digest FROM workload w)";
        }
        (sql, args)
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
            "SELECT {NAME_COLUMNS} FROM (SELECT {NAME_COLUMNS}, ROW_NUMBER() OVER \
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
}

async fn put_image(tx: &mut Tx, image: &Image) -> Result<()> {
    let layers =
        serde_json::to_string(&image.layers).map_err(|error| Error::Invalid(error.to_string()))?;
    let sql = "INSERT INTO image (digest, platform, size, layers, base, first_seen, last_seen) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (digest) DO UPDATE SET \
               platform = CASE WHEN $2 = '' THEN image.platform ELSE $2 END, \
               size = CASE WHEN $3 = 0 THEN image.size ELSE $3 END, \
               layers = CASE WHEN $4 = '[]' THEN image.layers ELSE $4 END, \
               base = COALESCE($5, image.base), \
               last_seen = CASE WHEN image.last_seen < $7 THEN $7 ELSE image.last_seen END";
    let args = args![
        &image.digest,
        &image.platform,
        image.size,
        layers,
        &image.base,
        image.first_seen,
        image.last_seen
    ];
    tx.exec(sql, args).await?;
    Ok(())
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
        "INSERT INTO image_name ({NAME_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6) \
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

fn image(row: &Row) -> Result<Image> {
    Ok(Image {
        digest: row.text(0)?,
        platform: row.text(1)?,
        size: row.count(2)?,
        layers: row.json(3)?,
        base: row.opt_text(4)?,
        first_seen: row.time(5)?,
        last_seen: row.time(6)?,
    })
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
