//! What images are decided on by, without their inventories: shells, and facts of components.

use std::collections::HashMap;
use std::io::Read as _;

use jiff::Timestamp;

use crate::content::{CONTENT, CONTENTS, Content, a_content};
use crate::error::{Error, Result};
use crate::store::Store;
use crate::value::args;

/// As level 1 of zstd: these are many and small.
const LEVEL: i32 = 1;

/// What was found against one component at most, in bytes.
const FACTS_LIMIT: u64 = 64 << 20;

/// Makes facts small.
pub(crate) fn pack(facts: &[u8]) -> Result<Vec<u8>> {
    zstd::bulk::compress(facts, LEVEL).map_err(|error| Error::corrupt("facts", error))
}

fn unpack(packed: &[u8]) -> Result<Vec<u8>> {
    let read = || -> std::io::Result<Vec<u8>> {
        let mut facts = Vec::new();
        let mut from = zstd::Decoder::new(packed)?.take(FACTS_LIMIT);
        from.read_to_end(&mut facts)?;
        Ok(facts)
    };
    read().map_err(|error| Error::corrupt("facts", error))
}

/// What a decision on an image starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Footing {
    /// The image.
    pub digest: String,
    /// When it was read.
    pub indexed_at: Timestamp,
    /// The number of its [shell](Store::shells); `None`: not known yet.
    pub shell: Option<i64>,
}

impl Store {
    /// Notes what is known of images of one class beside their components: `hash` names it,
    /// an empty body says that they are decided on by their inventories alone. Images that
    /// were read anew meanwhile are left alone.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn set_shell(&self, contents: &[Content], hash: &str, body: &[u8]) -> Result<()> {
        let mut tx = self.begin().await?;
        let sql = "INSERT INTO shell (hash, body) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        tx.exec(sql, args![hash, body]).await?;
        let of = |content: &Content| (content.digest.clone(), content.inventory.clone());
        let (digests, inventories): (Vec<String>, Vec<String>) = contents.iter().map(of).unzip();
        let (digest, inventory) = (
            tx.dialect().any("digest", 2),
            tx.dialect().any("inventory", 3),
        );
        let sql = format!(
            "UPDATE content SET shell_id = (SELECT s.id FROM shell s WHERE s.hash = $1) \
             WHERE {digest} AND {inventory}"
        );
        tx.exec(&sql, args![hash, digests, inventories]).await?;
        tx.commit().await
    }

    /// The body of a shell, by its hash.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn shell(&self, hash: &str) -> Result<Option<Vec<u8>>> {
        let sql = "SELECT body FROM shell WHERE hash = $1";
        let row = self.read().await?.row(sql, args![hash]).await?;
        row.map(|row| Ok(row.opt_bytes(0)?.unwrap_or_default()))
            .transpose()
    }

    /// The bodies of shells, by their number.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn shells(&self, ids: &[i64]) -> Result<Vec<(i64, Vec<u8>)>> {
        let any = self.db.dialect().any("id", 1);
        let sql = format!("SELECT id, body FROM shell WHERE {any}");
        let rows = self.read().await?.rows(&sql, args![ids.to_vec()]).await?;
        rows.iter()
            .map(|row| Ok((row.int(0)?, row.opt_bytes(1)?.unwrap_or_default())))
            .collect()
    }

    /// What decisions on images start from, of those that were read.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn footings_of(&self, digests: &[String]) -> Result<Vec<Footing>> {
        let any = self.db.dialect().any("digest", 1);
        let sql = format!("SELECT digest, indexed_at, shell_id FROM content WHERE {any}");
        let args = args![digests.to_vec()];
        let rows = self.read().await?.rows(&sql, args).await?;
        rows.iter()
            .map(|row| {
                Ok(Footing {
                    digest: row.text(0)?,
                    indexed_at: row.time(1)?,
                    shell: row.opt_int(2)?,
                })
            })
            .collect()
    }

    /// Images without a shell, by digest, at most 500: those that no program has decided on
    /// since shells are kept.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn contents_without_shell(&self, after: &str) -> Result<Vec<Content>> {
        let sql = format!(
            "SELECT {CONTENT} FROM {CONTENTS} WHERE n.shell_id IS NULL AND n.digest > $1 \
             ORDER BY n.digest LIMIT 500"
        );
        let rows = self.read().await?.rows(&sql, args![after]).await?;
        rows.iter().map(a_content).collect()
    }

    /// Parts that contain a component of which it is not known what was found.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn parts_unknown(&self) -> Result<Vec<i64>> {
        let sql = "SELECT DISTINCT p.part_id FROM component c \
                   JOIN part_component p ON p.component_id = c.id WHERE NOT c.facts_known";
        let rows = self.read().await?.rows(sql, vec![]).await?;
        rows.iter().map(|row| row.int(0)).collect()
    }

    /// The parts of images, by image and part.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn parts_of(&self, digests: &[String]) -> Result<Vec<(String, i64)>> {
        let any = self.db.dialect().any("digest", 1);
        let sql =
            format!("SELECT digest, part_id FROM image_part WHERE {any} ORDER BY digest, part_id");
        let args = args![digests.to_vec()];
        let rows = self.read().await?.rows(&sql, args).await?;
        rows.iter()
            .map(|row| Ok((row.text(0)?, row.int(1)?)))
            .collect()
    }

    /// For each of these parts the components in which something was found.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn found_in(&self, parts: &[i64]) -> Result<Vec<(i64, i64)>> {
        let any = self.db.dialect().any("p.part_id", 1);
        let sql = format!(
            "SELECT p.part_id, p.component_id FROM part_component p \
             JOIN component_fact f ON f.component_id = p.component_id WHERE {any}"
        );
        let rows = self.read().await?.rows(&sql, args![parts.to_vec()]).await?;
        rows.iter()
            .map(|row| Ok((row.int(0)?, row.int(1)?)))
            .collect()
    }

    /// The facts of components in which something was found.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn facts_of(&self, components: &[i64]) -> Result<HashMap<i64, Vec<u8>>> {
        let any = self.db.dialect().any("component_id", 1);
        let sql = format!("SELECT component_id, facts FROM component_fact WHERE {any}");
        let args = args![components.to_vec()];
        let rows = self.read().await?.rows(&sql, args).await?;
        rows.iter()
            .map(|row| Ok((row.int(0)?, unpack(&row.opt_bytes(1)?.unwrap_or_default())?)))
            .collect()
    }

    /// What was found against components, of those of which it is known; empty where nothing was.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn known_facts_of(&self, components: &[i64]) -> Result<HashMap<i64, Vec<u8>>> {
        let any = self.db.dialect().any("c.id", 1);
        let sql = format!(
            "SELECT c.id, f.facts FROM component c \
             LEFT JOIN component_fact f ON f.component_id = c.id WHERE c.facts_known AND {any}"
        );
        let args = args![components.to_vec()];
        let rows = self.read().await?.rows(&sql, args).await?;
        rows.iter()
            .map(|row| {
                let facts = row.opt_bytes(1)?.map(|packed| unpack(&packed));
                Ok((row.int(0)?, facts.transpose()?.unwrap_or_default()))
            })
            .collect()
    }
}
