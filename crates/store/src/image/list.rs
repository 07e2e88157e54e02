//! The list of images, the newest first.
//!
//! Every question is answered along an index in the order of the list, so that a page costs
//! what it shows and not what there is. Names carry the time that their image was first seen
//! for that. What only few repositories answer is fetched whole and sorted: walking the list
//! for it would pass by everything.

use super::name::ImageName;
use super::narrow::{Conditions, ImageFilter};
use super::{COLUMNS, Image, image};
use crate::db::Dialect;
use crate::error::Result;
use crate::page::{Key, Page, Paging};
use crate::store::Store;
use crate::value::args;

/// Repositories whose images are fetched and sorted rather than looked for along the list.
const FEW: usize = 50;

/// Characters of a digest behind `sha256:` from which few images begin so.
const LONG: usize = "sha256:".len() + 3;

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

impl Store {
    /// Images, the newest first.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) for a limit or cursor that is none.
    pub async fn images(&self, filter: &ImageFilter, paging: &Paging) -> Result<Page<ImageRow>> {
        let page = self.image_digests(filter, paging).await?;
        let digests = page.items.iter().map(|(_, digest)| digest.clone());
        Ok(Page {
            items: self.image_rows(&digests.collect::<Vec<_>>()).await?,
            next: page.next,
        })
    }

    /// Images of these digests, the newest first; what is not known is not in it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn image_rows(&self, digests: &[String]) -> Result<Vec<ImageRow>> {
        let any = self.db.dialect().any("i.digest", 1);
        let sql = format!(
            "SELECT {COLUMNS} FROM image i WHERE {any} ORDER BY i.first_seen DESC, i.digest DESC"
        );
        let rows = self
            .read()
            .await?
            .rows(&sql, args![digests.to_vec()])
            .await?;
        let images = rows.iter().map(image).collect::<Result<Vec<_>>>()?;
        let mut names = self.newest_names(digests).await?;
        let mut running = self.running(digests).await?;
        let rows = images.into_iter().map(|image| ImageRow {
            names: names.remove(&image.digest).unwrap_or_default(),
            running: running.remove(&image.digest).unwrap_or_default(),
            image,
        });
        Ok(rows.collect())
    }

    /// When images were first seen, and their digests: the page without what it shows.
    async fn image_digests(
        &self,
        filter: &ImageFilter,
        paging: &Paging,
    ) -> Result<Page<(i64, String)>> {
        let limit = paging.limit()?;
        let after = paging.after_int_text()?;
        let (prefix, part) = match filter.search.as_deref() {
            Some(digest) if digest.starts_with("sha256:") => (Some(digest), None),
            part => (None, part),
        };
        let repositories = match part {
            Some(part) => Some(self.repositories_with(part).await?),
            None => None,
        };
        let named =
            filter.registry_id.is_some() || filter.repository.is_some() || repositories.is_some();
        let mut where_ = Conditions {
            sql: "1 = 1".to_owned(),
            ..Conditions::default()
        };
        // Of these tables the first is walked that knows what is asked for.
        let by_verdict = !named && !filter.verdict.is_any();
        let (distinct, table, seen) = match (named, by_verdict) {
            (true, _) => ("DISTINCT ", "image_name", "seen"),
            (false, true) => ("DISTINCT ", "verdict", "seen"),
            (false, false) => ("", "image", "first_seen"),
        };
        if let Some((time, digest)) = after {
            where_.args.push(time.into());
            where_.and(digest, |n| {
                format!("(t.{seen}, t.digest) < (${}, ${n})", n - 1)
            });
        }
        if let Some(registry) = &filter.registry_id {
            where_.and(registry, |n| format!("t.registry_id = ${n}"));
        }
        if let Some(repository) = &filter.repository {
            where_.and(repository, |n| format!("t.repository = ${n}"));
        }
        if let Some(repositories) = repositories {
            let column = self.along_the_list("t.repository", repositories.len() > FEW);
            let dialect = self.db.dialect();
            where_.and(repositories, |n| dialect.any(&column, n));
        }
        if let Some(prefix) = prefix {
            let column = self.along_the_list("t.digest", prefix.len() < LONG);
            // Digests are hex: nothing sorts between a beginning and the beginning with `~`.
            where_.and(prefix, |n| format!("{column} >= ${n}"));
            where_.and(format!("{prefix}~"), |n| format!("{column} < ${n}"));
        }
        self.narrow(filter, seen, by_verdict, &mut where_).await?;
        let Conditions {
            sql,
            mut args,
            start,
        } = where_;
        args.push((limit + 1).into());
        let from = self.beginning(start, table);
        let sql = format!(
            "SELECT {distinct}t.{seen}, t.digest FROM {from} WHERE {sql} \
             ORDER BY t.{seen} DESC, t.digest DESC LIMIT ${}",
            args.len()
        );
        let rows = self.read().await?.planned(&sql, args).await?;
        let found = rows
            .iter()
            .map(|row| Ok((row.int(0)?, row.text(1)?)))
            .collect::<Result<Vec<_>>>()?;
        let key = |(seen, digest): &(i64, String)| vec![Key::Int(*seen), digest.into()];
        Ok(Page::of(found, limit, key))
    }

    /// The table that is listed, or the digests that the list begins with and for each what the
    /// table has of it, along an index: joined as a whole, either engine may read all of the table.
    fn beginning(&self, start: Option<String>, table: &str) -> String {
        let Some(few) = start else {
            return format!("{table} t");
        };
        let along = match table {
            "image_name" => " INDEXED BY image_name_digest",
            _ => "",
        };
        match self.db.dialect() {
            Dialect::Sqlite => {
                format!("({few}) AS few CROSS JOIN {table} t{along} ON t.digest = few.digest")
            }
            Dialect::Postgres => format!(
                "({few}) AS few CROSS JOIN LATERAL (SELECT * FROM {table} n \
                 WHERE n.digest = few.digest OFFSET 0) AS t"
            ),
        }
    }

    /// A column of a condition that much answers: SQLite is not to choose an index for it, and
    /// PostgreSQL knows how much that is.
    fn along_the_list(&self, column: &str, much: bool) -> String {
        match self.db.dialect() {
            Dialect::Sqlite if much => format!("+{column}"),
            _ => column.to_owned(),
        }
    }

    /// Names of repositories that hold a text, by name. Looks at every name once, however
    /// many images it has.
    async fn repositories_with(&self, part: &str) -> Result<Vec<String>> {
        let find = self.db.dialect().find();
        // From each name to the next along the index.
        let sql = format!(
            "WITH RECURSIVE known (name) AS (SELECT MIN(repository) FROM image_name UNION ALL \
             SELECT (SELECT MIN(n.repository) FROM image_name n WHERE n.repository > known.name) \
             FROM known WHERE known.name IS NOT NULL) \
             SELECT name FROM known WHERE name IS NOT NULL AND {find}(name, $1) > 0"
        );
        let part = part.to_lowercase();
        let rows = self.read().await?.rows(&sql, args![part]).await?;
        rows.iter().map(|row| row.text(0)).collect()
    }
}
