//! What was decided, as lists.

use jiff::Timestamp;

use super::{COLUMNS, Counts, Verdict, VerdictChange, VerdictState};
use crate::error::Result;
use crate::page::{Page, Paging};
use crate::store::Store;
use crate::value::{Row, args};

impl Store {
    /// Of an image, by environment.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn verdicts_of(&self, digests: &[String]) -> Result<Vec<Verdict>> {
        let any = self.db.dialect().any("digest", 1);
        let sql = format!("SELECT {COLUMNS} FROM verdict WHERE {any} ORDER BY digest, environment");
        let rows = self
            .read()
            .await?
            .rows(&sql, args![digests.to_vec()])
            .await?;
        rows.iter().map(verdict).collect()
    }

    /// Of an image in an environment.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn verdict(&self, digest: &str, environment: &str) -> Result<Option<Verdict>> {
        let sql = format!("SELECT {COLUMNS} FROM verdict WHERE digest = $1 AND environment = $2");
        let row = self
            .read()
            .await?
            .row(&sql, args![digest, environment])
            .await?;
        row.as_ref().map(verdict).transpose()
    }

    /// When the verdict was decided that was decided first; `None`: there is none. Reads all
    /// of them.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn oldest_decision(&self) -> Result<Option<Timestamp>> {
        let sql = "SELECT MIN(decided_at) FROM verdict";
        self.read().await?.one(sql, vec![]).await?.opt_time(0)
    }

    /// How many verdicts there are, by environment and state.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn verdict_counts(&self) -> Result<Vec<(String, VerdictState, u64)>> {
        let sql = "SELECT environment, state, COUNT(*) FROM verdict GROUP BY environment, state \
                   ORDER BY environment, state";
        let rows = self.read().await?.rows(sql, vec![]).await?;
        rows.iter()
            .map(|row| Ok((row.text(0)?, row.word(1)?, row.count(2)?)))
            .collect()
    }

    /// The environments that anything is judged for, by name: from each to the next along an
    /// index.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn judged_environments(&self) -> Result<Vec<String>> {
        let sql = "WITH RECURSIVE known (name) AS (SELECT MIN(environment) FROM verdict \
                   UNION ALL SELECT (SELECT MIN(v.environment) FROM verdict v \
                   WHERE v.environment > known.name) FROM known WHERE known.name IS NOT NULL) \
                   SELECT name FROM known WHERE name IS NOT NULL";
        let rows = self.read().await?.rows(sql, vec![]).await?;
        rows.iter().map(|row| row.text(0)).collect()
    }

    /// What changed, the latest first; of one image where it is given.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit or cursor that is none.
    pub async fn verdict_changes(
        &self,
        digest: Option<&str>,
        paging: &Paging,
    ) -> Result<Page<VerdictChange>> {
        let limit = paging.limit()?;
        let (at, id) = paging
            .after_int_text()?
            .unwrap_or((i64::MAX, String::new()));
        let mut args = args![at, id];
        let mut only = String::new();
        if let Some(digest) = digest {
            args.push(digest.into());
            only = format!(" AND digest = ${}", args.len());
        }
        args.push((limit + 1).into());
        let sql = format!(
            "SELECT id, digest, environment, before, after, cause, at FROM verdict_change \
             WHERE (at, id) < ($1, $2){only} ORDER BY at DESC, id DESC LIMIT ${}",
            args.len()
        );
        let rows = self.read().await?.rows(&sql, args).await?;
        let items = rows.iter().map(change).collect::<Result<Vec<_>>>()?;
        Ok(Page::of(items, limit, |c| {
            vec![c.at.into(), (&c.id).into()]
        }))
    }
}

pub(super) fn verdict(row: &Row) -> Result<Verdict> {
    Ok(Verdict {
        digest: row.text(0)?,
        environment: row.text(1)?,
        state: row.word(2)?,
        counts: Counts {
            critical: row.count(3)?,
            high: row.count(4)?,
            medium: row.count(5)?,
            low: row.count(6)?,
            unrated: row.count(7)?,
            gaps: row.count(8)?,
        },
        reasons: row.text(9)?,
        report: row.opt_text(10)?,
        policy_generation: row.int(11)?,
        snapshot: row.text(12)?,
        snapshot_at: row.time(13)?,
        decided_at: row.time(14)?,
    })
}

fn change(row: &Row) -> Result<VerdictChange> {
    Ok(VerdictChange {
        id: row.text(0)?,
        digest: row.text(1)?,
        environment: row.text(2)?,
        before: row.opt_text(3)?.map(|word| word.parse()).transpose()?,
        after: row.word(4)?,
        cause: row.text(5)?,
        at: row.time(6)?,
    })
}
