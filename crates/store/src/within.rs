//! From components to the images and workloads that contain them, a page at a time.
//!
//! Of what few images contain, those are gathered and sorted. What many contain is soon met on
//! the way along the list, so the list is walked, and nobody gathers a hundred thousand digests
//! for a page of twenty.

use crate::Workload;
use crate::db::Dialect;
use crate::error::Result;
use crate::page::{Page, Paging};
use crate::store::Store;
use crate::value::{Row, args};

/// Images, counted once for each part, up to which they are gathered: some ten milliseconds. Where
/// there are more among ten million, a walk passes by 1,000 others at most for each.
const FEW: i64 = 10_000;

/// Parts that hold any of some components, and whether few images have one.
struct Parts {
    ids: Vec<i64>,
    are_few: bool,
}

impl Store {
    async fn parts_with(&self, components: &[i64]) -> Result<Parts> {
        let few = self.few.unwrap_or(FEW);
        let dialect = self.db.dialect();
        let mut conn = self.read().await?;
        let any = dialect.any("p.component_id", 1);
        let sql = format!("SELECT DISTINCT p.part_id FROM part_component p WHERE {any}");
        let rows = conn.planned(&sql, args![components.to_vec()]).await?;
        let ids = rows
            .iter()
            .map(|row| row.int(0))
            .collect::<Result<Vec<_>>>()?;
        let sql = format!(
            "SELECT COUNT(*) FROM (SELECT 1 FROM {} CROSS JOIN image_part i \
             WHERE i.part_id = k.value LIMIT $2) AS few",
            dialect.list(1)
        );
        let rows = conn.planned(&sql, args![ids.clone(), few + 1]).await?;
        let found = rows.first().map(|row| row.int(0)).transpose()?;
        Ok(Parts {
            ids,
            are_few: found.unwrap_or_default() <= few,
        })
    }

    /// The images that contain any of these components, by digest.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) for a limit or cursor that is none.
    pub async fn images_with(&self, components: &[i64], paging: &Paging) -> Result<Page<String>> {
        let limit = paging.limit()?;
        let after = paging.after_text()?.unwrap_or_default();
        let parts = self.parts_with(components).await?;
        let dialect = self.db.dialect();
        let sql = match parts.are_few {
            true => format!(
                "SELECT DISTINCT i.digest FROM {} CROSS JOIN image_part i \
                 WHERE i.part_id = k.value AND i.digest > $2 ORDER BY i.digest LIMIT $3",
                dialect.list(1)
            ),
            false => format!(
                "SELECT DISTINCT i.digest FROM image_part i WHERE i.digest > $2 AND {} \
                 ORDER BY i.digest LIMIT $3",
                any_part(dialect)
            ),
        };
        let args = args![parts.ids, after, limit + 1];
        let rows = self.read().await?.planned(&sql, args).await?;
        let digests = rows
            .iter()
            .map(|row| row.text(0))
            .collect::<Result<Vec<_>>>()?;
        Ok(Page::of(digests, limit, |digest| vec![digest.into()]))
    }

    /// Workloads that run an image with any of these components, at most `limit`, by place.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn workloads_with(&self, components: &[i64], limit: u32) -> Result<Vec<Workload>> {
        let parts = self.parts_with(components).await?;
        let dialect = self.db.dialect();
        let is_run = match parts.are_few {
            true => format!(
                "w.digest IN (SELECT i.digest FROM {} CROSS JOIN image_part i \
                 WHERE i.part_id = k.value)",
                dialect.list(1)
            ),
            // A value and no `EXISTS`: PostgreSQL would gather all images for that.
            false => format!(
                "(SELECT 1 FROM image_part i WHERE i.digest = w.digest AND {} LIMIT 1) IS NOT NULL",
                any_part(dialect)
            ),
        };
        let sql = format!(
            "SELECT w.cluster, w.namespace, w.name, w.digest, w.environment FROM workload w \
             WHERE {is_run} ORDER BY w.cluster, w.namespace, w.name, w.digest LIMIT $2"
        );
        let args = args![parts.ids, limit];
        let rows = self.read().await?.planned(&sql, args).await?;
        rows.iter().map(workload).collect()
    }
}

/// That a row of `image_part` is of one of the parts bound to `$1`; to be looked at row by row,
/// and no reason to begin at the parts.
fn any_part(dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => dialect.any("+i.part_id", 1),
        Dialect::Postgres => dialect.any("(i.part_id + 0)", 1),
    }
}

fn workload(row: &Row) -> Result<Workload> {
    Ok(Workload {
        cluster: row.text(0)?,
        namespace: row.text(1)?,
        name: row.text(2)?,
        digest: row.text(3)?,
        environment: row.text(4)?,
    })
}
