//! What images contain, once for all that share it, and the way back from a component to
//! every image that has it.
//!
//! An image is a few *parts*; a part is a set of components, stored once however many images
//! have it. Fleets share bases and rebuild the same application: rows grow with what is new,
//! not with images times packages.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::page::{Page, Paging};
use crate::store::Store;
use crate::value::{Row, args};

/// Components of one inventory at most.
pub const COMPONENT_LIMIT: usize = 200_000;

/// A component as an inventory names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewComponent {
    /// With version and every qualifier that matching looks at.
    pub purl: String,
    /// Under which keys of the advisory database it is looked up.
    pub keys: Vec<String>,
}

/// A component that is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Component {
    /// Of this database.
    pub id: i64,
    /// Its name.
    pub purl: String,
}

/// What an image contains.
#[derive(Clone, Debug)]
pub struct NewContent {
    /// The image.
    pub digest: String,
    /// The blob of its inventory.
    pub inventory: String,
    /// The same for every image whose inventory says the same of everything but names, digests
    /// and times.
    pub class: String,
    /// The revision of the readers.
    pub revision: String,
    /// How much could not be examined.
    pub gaps: u64,
    /// Its components, grouped as they are likely to be shared: by layer.
    pub parts: Vec<Vec<NewComponent>>,
    /// When it was read.
    pub indexed_at: Timestamp,
}

/// Where the inventory of an image is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The image.
    pub digest: String,
    /// The blob of its inventory.
    pub inventory: String,
    /// The same for every image that contains the same; empty: written by an older program.
    pub class: String,
    /// The revision of the readers.
    pub revision: String,
    /// How much could not be examined.
    pub gaps: u64,
    /// When it was read.
    pub indexed_at: Timestamp,
}

impl Store {
    /// Writes down what an image contains; the answer is its components that were never
    /// compared with any advisories.
    ///
    /// # Errors
    /// [`Error::Invalid`] above [`COMPONENT_LIMIT`].
    pub async fn put_content(&self, content: &NewContent) -> Result<Vec<Component>> {
        let total: usize = content.parts.iter().map(Vec::len).sum();
        if total > COMPONENT_LIMIT {
            return Err(Error::Invalid(format!(
                "{total} components: at most {COMPONENT_LIMIT}"
            )));
        }
        let mut tx = self.begin().await?;
        let components = content.parts.iter().flatten();
        let (ids, fresh) = intern(&mut tx, components).await?;
        let mut parts = BTreeSet::new();
        for part in &content.parts {
            let members: BTreeSet<i64> = part
                .iter()
                .filter_map(|component| ids.get(&component.purl).copied())
                .collect();
            if !members.is_empty() {
                parts.insert(intern_part(&mut tx, members).await?);
            }
        }
        set_parts(&mut tx, &content.digest, &parts).await?;
        let sql = "INSERT INTO content (digest, inventory, revision, gaps, indexed_at, class) \
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (digest) DO UPDATE SET \
                   inventory = $2, revision = $3, gaps = $4, indexed_at = $5, class = $6";
        let args = args![
            &content.digest,
            &content.inventory,
            &content.revision,
            content.gaps,
            content.indexed_at,
            &content.class
        ];
        tx.exec(sql, args).await?;
        tx.commit().await?;
        Ok(fresh)
    }

    /// Where the inventory of an image is; `None`: it was not read yet.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn content(&self, digest: &str) -> Result<Option<Content>> {
        let sql = format!("SELECT {CONTENT} FROM content n WHERE n.digest = $1");
        let row = self.read().await?.row(&sql, args![digest]).await?;
        row.as_ref().map(a_content).transpose()
    }

    /// What is known of the images that contain any of these components, by class: what a
    /// re-match decides on again. Some forty megabytes for 100 000 images.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn contents_with(&self, components: &[i64]) -> Result<Vec<Content>> {
        let any = self.db.dialect().any("p.component_id", 1);
        let sql = format!(
            "SELECT {CONTENT} FROM content n WHERE n.digest IN (SELECT i.digest \
             FROM part_component p JOIN image_part i ON i.part_id = p.part_id WHERE {any}) \
             ORDER BY n.class, n.digest"
        );
        let args = args![components.to_vec()];
        let rows = self.read().await?.rows(&sql, args).await?;
        rows.iter().map(a_content).collect()
    }

    /// What is known of these images, by class.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn contents_of(&self, digests: &[String]) -> Result<Vec<Content>> {
        let any = self.db.dialect().any("n.digest", 1);
        let sql = format!("SELECT {CONTENT} FROM content n WHERE {any} ORDER BY n.class, n.digest");
        let args = args![digests.to_vec()];
        let rows = self.read().await?.rows(&sql, args).await?;
        rows.iter().map(a_content).collect()
    }

    /// For each of these components an image that contains it, where one does: matching that
    /// one tells what is true of the component.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn samples_of(&self, components: &[i64]) -> Result<Vec<(i64, String)>> {
        let list = self.db.dialect().list(1);
        let sql = format!(
            "SELECT k.value, (SELECT i.digest FROM part_component p \
             JOIN image_part i ON i.part_id = p.part_id \
             WHERE p.component_id = k.value LIMIT 1) FROM {list}"
        );
        let args = args![components.to_vec()];
        let rows = self.read().await?.rows(&sql, args).await?;
        let mut samples = Vec::new();
        for row in &rows {
            if let Some(digest) = row.opt_text(1)? {
                samples.push((row.int(0)?, digest));
            }
        }
        Ok(samples)
    }

    /// The components of an image, by id.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn components_of(&self, digest: &str) -> Result<Vec<Component>> {
        let sql = "SELECT DISTINCT c.id, c.purl FROM image_part i \
                   JOIN part_component p ON p.part_id = i.part_id \
                   JOIN component c ON c.id = p.component_id WHERE i.digest = $1 ORDER BY c.id";
        self.components(sql, args![digest]).await
    }

    /// The components of an image that were never compared, or with an older snapshot.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn components_to_compare(
        &self,
        digest: &str,
        snapshot_at: Timestamp,
    ) -> Result<Vec<Component>> {
        let sql = "SELECT DISTINCT c.id, c.purl FROM image_part i \
                   JOIN part_component p ON p.part_id = i.part_id \
                   JOIN component c ON c.id = p.component_id WHERE i.digest = $1 \
                   AND (c.matched_at IS NULL OR c.matched_at < $2) ORDER BY c.id";
        self.components(sql, args![digest, snapshot_at]).await
    }

    /// The components that are looked up under any of these keys: what a change of the
    /// advisories touches.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn components_by_keys(&self, keys: &[String]) -> Result<Vec<Component>> {
        let any = self.db.dialect().any("k.key", 1);
        let sql = format!(
            "SELECT DISTINCT c.id, c.purl FROM component_key k \
             JOIN component c ON c.id = k.component_id WHERE {any} ORDER BY c.id"
        );
        self.components(&sql, args![keys.to_vec()]).await
    }

    /// Components that were never compared, or with a snapshot older than that; at most 1000.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn components_behind(
        &self,
        snapshot_at: Timestamp,
        after: i64,
    ) -> Result<Vec<Component>> {
        let sql = "SELECT id, purl FROM component WHERE id > $2 \
                   AND (matched_at IS NULL OR matched_at < $1) ORDER BY id LIMIT 1000";
        self.components(sql, args![snapshot_at, after]).await
    }

    async fn components(
        &self,
        sql: &str,
        args: Vec<crate::value::Value>,
    ) -> Result<Vec<Component>> {
        let rows = self.read().await?.rows(sql, args).await?;
        rows.iter()
            .map(|row| {
                Ok(Component {
                    id: row.int(0)?,
                    purl: row.text(1)?,
                })
            })
            .collect()
    }

    /// The images that contain any of these components, by digest.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit or cursor that is none.
    pub async fn images_with(&self, components: &[i64], paging: &Paging) -> Result<Page<String>> {
        let limit = paging.limit()?;
        let after = paging.after_text()?.unwrap_or_default();
        let any = self.db.dialect().any("p.component_id", 1);
        let sql = format!(
            "SELECT DISTINCT i.digest FROM part_component p \
             JOIN image_part i ON i.part_id = p.part_id \
             WHERE {any} AND i.digest > $2 ORDER BY i.digest LIMIT $3"
        );
        let args = args![components.to_vec(), after, limit + 1];
        let rows = self.read().await?.rows(&sql, args).await?;
        let digests = rows
            .iter()
            .map(|row| row.text(0))
            .collect::<Result<Vec<_>>>()?;
        Ok(Page::of(digests, limit, |digest| vec![digest.into()]))
    }

    /// As [`Store::images_with`], all of them: for a re-match, not for a page. Some ten
    /// megabytes for 100 000 images.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn all_images_with(&self, components: &[i64]) -> Result<Vec<String>> {
        let any = self.db.dialect().any("p.component_id", 1);
        let sql = format!(
            "SELECT DISTINCT i.digest FROM part_component p \
             JOIN image_part i ON i.part_id = p.part_id WHERE {any} ORDER BY i.digest"
        );
        let rows = self
            .read()
            .await?
            .rows(&sql, args![components.to_vec()])
            .await?;
        rows.iter().map(|row| row.text(0)).collect()
    }
}

const CONTENT: &str = "n.digest, n.inventory, n.class, n.revision, n.gaps, n.indexed_at";

fn a_content(row: &Row) -> Result<Content> {
    Ok(Content {
        digest: row.text(0)?,
        inventory: row.text(1)?,
        class: row.text(2)?,
        revision: row.text(3)?,
        gaps: row.count(4)?,
        indexed_at: row.time(5)?,
    })
}

/// Their ids by name, and those that were never compared.
async fn intern<'a>(
    tx: &mut Tx,
    components: impl Iterator<Item = &'a NewComponent>,
) -> Result<(HashMap<String, i64>, Vec<Component>)> {
    let by_name: HashMap<&str, &NewComponent> = components
        .map(|component| (component.purl.as_str(), component))
        .collect();
    let mut names: Vec<String> = by_name.keys().map(|name| (*name).to_owned()).collect();
    names.sort_unstable();
    let (mut ids, mut fresh) = (HashMap::new(), Vec::new());
    let (list, any) = (tx.dialect().list(1), tx.dialect().any("purl", 1));
    let insert = format!(
        "INSERT INTO component (purl) SELECT k.value FROM {list} WHERE NOT EXISTS \
         (SELECT 1 FROM component c WHERE c.purl = k.value) ORDER BY k.value ON CONFLICT DO NOTHING"
    );
    let select = format!("SELECT id, purl, matched_at FROM component WHERE {any}");
    for part in names.chunks(1000) {
        tx.exec(&insert, args![part.to_vec()]).await?;
        let rows = tx.rows(&select, args![part.to_vec()]).await?;
        let mut keys = Vec::new();
        for row in &rows {
            let (id, purl) = (row.int(0)?, row.text(1)?);
            if row.opt_int(2)?.is_none() {
                if let Some(component) = by_name.get(purl.as_str()) {
                    keys.extend(component.keys.iter().map(|key| args![key, id]));
                }
                fresh.push(Component {
                    id,
                    purl: purl.clone(),
                });
            }
            ids.insert(purl, id);
        }
        tx.insert_many(
            "component_key (key, component_id)",
            keys,
            "ON CONFLICT DO NOTHING",
        )
        .await?;
    }
    fresh.sort();
    Ok((ids, fresh))
}

async fn intern_part(tx: &mut Tx, members: BTreeSet<i64>) -> Result<i64> {
    let mut hasher = Sha256::new();
    for id in &members {
        hasher.update(id.to_be_bytes());
    }
    use std::fmt::Write as _;
    let mut hash = String::with_capacity(64);
    for byte in hasher.finalize() {
        let _ = write!(hash, "{byte:02x}");
    }
    let find = "SELECT id FROM part WHERE hash = $1";
    if let Some(row) = tx.row(find, args![&hash]).await? {
        return row.int(0);
    }
    let insert = "INSERT INTO part (hash) VALUES ($1) ON CONFLICT DO NOTHING RETURNING id";
    let Some(row) = tx.row(insert, args![&hash]).await? else {
        // Somebody else stored the same set a moment ago, with its members.
        return tx.one(find, args![&hash]).await?.int(0);
    };
    let id = row.int(0)?;
    let list = tx.dialect().list(2);
    let sql = format!(
        "INSERT INTO part_component (part_id, component_id) SELECT $1, k.value FROM {list}"
    );
    for members in Vec::from_iter(members).chunks(5000) {
        tx.exec(&sql, args![id, members.to_vec()]).await?;
    }
    Ok(id)
}

async fn set_parts(tx: &mut Tx, digest: &str, parts: &BTreeSet<i64>) -> Result<()> {
    let sql = "SELECT part_id FROM image_part WHERE digest = $1";
    let rows = tx.rows(sql, args![digest]).await?;
    let before = rows
        .iter()
        .map(|row| row.int(0))
        .collect::<Result<BTreeSet<_>>>()?;
    if before == *parts {
        return Ok(());
    }
    tx.exec("DELETE FROM image_part WHERE digest = $1", args![digest])
        .await?;
    let rows = parts.iter().map(|part| args![digest, *part]).collect();
    tx.insert_many(
        "image_part (digest, part_id)",
        rows,
        "ON CONFLICT DO NOTHING",
    )
    .await?;
    let changed: Vec<i64> = before.symmetric_difference(parts).copied().collect();
    let any = tx.dialect().any("p.part_id", 1);
    let sql = format!(
        "UPDATE vulnerability SET stale = TRUE WHERE NOT stale AND advisory IN \
         (SELECT m.advisory FROM part_component p \
         JOIN component_match m ON m.component_id = p.component_id WHERE {any})"
    );
    tx.exec(&sql, args![changed]).await?;
    Ok(())
}
