//! What images contain, once for all that share it, and the way back from a component to
//! every image that has it.
//!
//! An image is a few *parts*; a part is a set of components, stored once however many images
//! have it. Fleets share bases and rebuild the same application: rows grow with what is new,
//! not with images times packages.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::part::{self, PartSet};
use crate::store::Store;
use crate::value::{Row, args};

/// Components of one inventory at most.
pub const COMPONENT_LIMIT: usize = 200_000;

/// Images of one call of [`Store::put_contents`] at most.
pub const CONTENT_LIMIT: usize = 100;

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
    /// The hash of its [shell](Store::set_shell); `None`: not known yet.
    pub shell: Option<String>,
}

impl Store {
    /// Writes down what an image contains; the answer is its components that were never
    /// compared with any advisories.
    ///
    /// # Errors
    /// [`Error::Invalid`] above [`COMPONENT_LIMIT`].
    pub async fn put_content(&self, content: &NewContent) -> Result<Vec<Component>> {
        self.put_contents(std::slice::from_ref(content)).await
    }

    /// As [`Store::put_content`] for many, at most [`CONTENT_LIMIT`], in one transaction. Parts
    /// that are known already cost one look, however many components they have.
    ///
    /// # Errors
    /// [`Error::Invalid`] above [`COMPONENT_LIMIT`] in one of them, above [`CONTENT_LIMIT`], and
    /// for an image that stands there twice.
    pub async fn put_contents(&self, contents: &[NewContent]) -> Result<Vec<Component>> {
        check(contents)?;
        let mut sets = Vec::with_capacity(contents.len());
        for content in contents {
            let parts = content.parts.iter();
            let of = |part| PartSet::of(&content.revision, part);
            sets.push(parts.filter_map(|part| of(part)).collect::<Vec<_>>());
        }
        let mut tx = self.begin().await?;
        let (ids, fresh) = part::intern(&mut tx, sets.iter().flatten()).await?;
        keep_replaced(&mut tx, contents).await?;
        let mut changed = BTreeSet::new();
        // One order for everybody, so that two batches never wait for each other.
        let mut order: Vec<usize> = (0..contents.len()).collect();
        order.sort_by_key(|&index| &contents[index].digest);
        for index in order {
            let parts = sets[index].iter().filter_map(|set| ids.get(&set.hash));
            let parts: BTreeSet<i64> = parts.copied().collect();
            let content = &contents[index];
            changed.extend(set_parts(&mut tx, &content.digest, &parts).await?);
            let sql = "INSERT INTO content (digest, inventory, revision, gaps, indexed_at, class) \
                       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (digest) DO UPDATE \
                       SET inventory = $2, revision = $3, gaps = $4, indexed_at = $5, class = $6, \
                       shell_id = NULL";
            let args = args![
                &content.digest,
                &content.inventory,
                &content.revision,
                content.gaps,
                content.indexed_at,
                &content.class
            ];
            tx.exec(sql, args).await?;
        }
        make_stale(&mut tx, changed.into_iter().collect()).await?;
        tx.commit().await?;
        Ok(fresh)
    }

    /// Where the inventory of an image is; `None`: it was not read yet.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn content(&self, digest: &str) -> Result<Option<Content>> {
        let sql = format!("SELECT {CONTENT} FROM {CONTENTS} WHERE n.digest = $1");
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
            "SELECT {CONTENT} FROM {CONTENTS} WHERE n.digest IN (SELECT i.digest \
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
        let sql =
            format!("SELECT {CONTENT} FROM {CONTENTS} WHERE {any} ORDER BY n.class, n.digest");
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

    /// The components of an image that were never compared, or with an older snapshot, or of
    /// which it is not known what was found.
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
                   AND (c.matched_at IS NULL OR c.matched_at < $2 OR NOT c.facts_known) \
                   ORDER BY c.id";
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

    /// The images that contain any of these components, by digest, all of them: for a re-match,
    /// not for a page. Some ten megabytes for 100 000 images.
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

fn check(contents: &[NewContent]) -> Result<()> {
    if contents.len() > CONTENT_LIMIT {
        return Err(Error::Invalid(format!(
            "{} images: at most {CONTENT_LIMIT}",
            contents.len()
        )));
    }
    let mut digests = BTreeSet::new();
    for content in contents {
        let total: usize = content.parts.iter().map(Vec::len).sum();
        if total > COMPONENT_LIMIT {
            return Err(Error::Invalid(format!(
                "{total} components: at most {COMPONENT_LIMIT}"
            )));
        }
        if !digests.insert(&content.digest) {
            return Err(Error::Invalid(
                "an image stands twice in one call".to_owned(),
            ));
        }
    }
    Ok(())
}

/// Has the blobs kept that these replace: whoever has just read of them, or copies the database
/// before the blobs, needs them for some time yet.
async fn keep_replaced(tx: &mut Tx, contents: &[NewContent]) -> Result<()> {
    let Some(now) = contents.iter().map(|content| content.indexed_at).max() else {
        return Ok(());
    };
    let digests: Vec<String> = contents.iter().map(|c| c.digest.clone()).collect();
    let any = tx.dialect().any("c.digest", 1);
    // In the order in which blobs are marked, so that the two never wait for each other.
    let sql = format!(
        "INSERT INTO blob (digest, put_at) SELECT DISTINCT c.inventory, $2 FROM content c \
         WHERE {any} ORDER BY 1 ON CONFLICT (digest) DO UPDATE SET \
         put_at = CASE WHEN blob.put_at < $2 THEN $2 ELSE blob.put_at END"
    );
    tx.exec(&sql, args![digests, now]).await?;
    Ok(())
}

/// Gives an image its parts; those that it has now and had not, or had and has no longer.
async fn set_parts(tx: &mut Tx, digest: &str, parts: &BTreeSet<i64>) -> Result<Vec<i64>> {
    let sql = "SELECT part_id FROM image_part WHERE digest = $1";
    let rows = tx.rows(sql, args![digest]).await?;
    let before = rows
        .iter()
        .map(|row| row.int(0))
        .collect::<Result<BTreeSet<_>>>()?;
    if before == *parts {
        return Ok(Vec::new());
    }
    if !before.is_empty() {
        tx.exec("DELETE FROM image_part WHERE digest = $1", args![digest])
            .await?;
    }
    let rows = parts.iter().map(|part| args![digest, *part]).collect();
    tx.insert_many(
        "image_part (digest, part_id)",
        rows,
        "ON CONFLICT DO NOTHING",
    )
    .await?;
    Ok(before.symmetric_difference(parts).copied().collect())
}

/// The numbers of advisories that concern any of these parts are to be counted again.
async fn make_stale(tx: &mut Tx, parts: Vec<i64>) -> Result<()> {
    if parts.is_empty() {
        return Ok(());
    }
    let any = tx.dialect().any("p.part_id", 1);
    let sql = format!(
        "UPDATE vulnerability SET stale = TRUE WHERE NOT stale AND advisory IN \
         (SELECT m.advisory FROM part_component p \
         JOIN component_match m ON m.component_id = p.component_id WHERE {any})"
    );
    tx.exec(&sql, args![parts]).await?;
    Ok(())
}

pub(crate) const CONTENT: &str =
    "n.digest, n.inventory, n.class, n.revision, n.gaps, n.indexed_at, s.hash";

pub(crate) const CONTENTS: &str = "content n LEFT JOIN shell s ON s.id = n.shell_id";

pub(crate) fn a_content(row: &Row) -> Result<Content> {
    Ok(Content {
        digest: row.text(0)?,
        inventory: row.text(1)?,
        class: row.text(2)?,
        revision: row.text(3)?,
        gaps: row.count(4)?,
        indexed_at: row.time(5)?,
        shell: row.opt_text(6)?,
    })
}
