//! Parts: sets of components that images share, and the components in them.
//!
//! A part is known by the names in it. Of one that is stored already nothing is asked but
//! that, so the second image on a base costs as much as what it adds to the base.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sha2::{Digest as _, Sha256};

use crate::content::{Component, NewComponent};
use crate::db::Tx;
use crate::error::Result;
use crate::value::args;

/// A set of components as an inventory names it.
pub(crate) struct PartSet<'a> {
    /// Of the readers' revision and the names, sorted: the same set has the same. Another
    /// revision may look a component up under other keys, so its parts are others.
    pub(crate) hash: String,
    components: BTreeMap<&'a str, &'a NewComponent>,
}

impl<'a> PartSet<'a> {
    /// `None` where nothing is in it.
    pub(crate) fn of(revision: &str, components: &'a [NewComponent]) -> Option<PartSet<'a>> {
        let components: BTreeMap<&str, &NewComponent> = components
            .iter()
            .map(|component| (component.purl.as_str(), component))
            .collect();
        if components.is_empty() {
            return None;
        }
        let mut hasher = Sha256::new();
        for name in std::iter::once(&revision).chain(components.keys()) {
            hasher.update(name.as_bytes());
            // In no name, so that no two lists run together to the same text.
            hasher.update(b"\n");
        }
        use std::fmt::Write as _;
        let mut hash = String::with_capacity(64);
        for byte in hasher.finalize() {
            let _ = write!(hash, "{byte:02x}");
        }
        Some(PartSet { hash, components })
    }
}

/// Stores what is not stored yet: the parts' ids by hash, and their components that were
/// never compared with any advisories, by id.
pub(crate) async fn intern<'a>(
    tx: &mut Tx,
    sets: impl Iterator<Item = &'a PartSet<'a>>,
) -> Result<(HashMap<String, i64>, Vec<Component>)> {
    let sets: BTreeMap<&str, &PartSet<'_>> = sets.map(|set| (set.hash.as_str(), set)).collect();
    let hashes: Vec<String> = sets.keys().map(|hash| (*hash).to_owned()).collect();
    let any = tx.dialect().any("hash", 1);
    let find = format!("SELECT hash, id FROM part WHERE {any}");
    let mut ids = HashMap::new();
    for row in tx.rows(&find, args![hashes]).await? {
        ids.insert(row.text(0)?, row.int(1)?);
    }
    let mut fresh = unmatched(tx, ids.values().copied().collect()).await?;
    let mut new = Vec::new();
    let mut components = BTreeMap::new();
    for set in sets.into_values() {
        if !ids.contains_key(&set.hash) {
            components.extend(&set.components);
            new.push(set);
        }
    }
    // All components before any part: two batches take both in one order.
    let members = intern_components(tx, components, &mut fresh).await?;
    for set in new {
        let within: BTreeSet<i64> = set
            .components
            .keys()
            .filter_map(|name| members.get(*name).copied())
            .collect();
        let id = insert(tx, &set.hash, within).await?;
        ids.insert(set.hash.clone(), id);
    }
    Ok((ids, fresh.into_iter().collect()))
}

/// The components of parts that were never compared.
async fn unmatched(tx: &mut Tx, parts: Vec<i64>) -> Result<BTreeSet<Component>> {
    if parts.is_empty() {
        return Ok(BTreeSet::new());
    }
    let any = tx.dialect().any("p.part_id", 1);
    let sql = format!(
        "SELECT DISTINCT c.id, c.purl FROM part_component p \
         JOIN component c ON c.id = p.component_id WHERE {any} AND c.matched_at IS NULL"
    );
    let rows = tx.rows(&sql, args![parts]).await?;
    rows.iter()
        .map(|row| {
            Ok(Component {
                id: row.int(0)?,
                purl: row.text(1)?,
            })
        })
        .collect()
}

/// Their ids by name; those that were never compared go into `fresh`.
async fn intern_components(
    tx: &mut Tx,
    by_name: BTreeMap<&str, &NewComponent>,
    fresh: &mut BTreeSet<Component>,
) -> Result<HashMap<String, i64>> {
    let names: Vec<String> = by_name.keys().map(|name| (*name).to_owned()).collect();
    let mut ids = HashMap::new();
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
            if let Some(component) = by_name.get(purl.as_str()) {
                keys.extend(component.keys.iter().map(|key| args![key, id]));
            }
            if row.opt_int(2)?.is_none() {
                fresh.insert(Component {
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
    Ok(ids)
}

async fn insert(tx: &mut Tx, hash: &str, members: BTreeSet<i64>) -> Result<i64> {
    let insert = "INSERT INTO part (hash) VALUES ($1) ON CONFLICT DO NOTHING RETURNING id";
    let Some(row) = tx.row(insert, args![hash]).await? else {
        // Somebody else stored the same set a moment ago, with its members.
        let find = "SELECT id FROM part WHERE hash = $1";
        return tx.one(find, args![hash]).await?.int(0);
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
