//! What was decided, as lists.

use jiff::Timestamp;

use super::{COLUMNS, Counts, Verdict, VerdictChange, VerdictFilter, VerdictState};
use crate::error::{Error, Result};
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

    /// Verdicts in one state, the latest first. Without a state in the filter: the worst
    /// first (by critical, then high findings), of one environment.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a filter without either, a limit or cursor that is none.
    pub async fn verdicts(&self, filter: &VerdictFilter, paging: &Paging) -> Result<Page<Verdict>> {
        match (&filter.state, &filter.environment) {
            (Some(state), environment) => {
                self.by_state(*state, environment.as_deref(), paging).await
            }
            (None, Some(environment)) => self.by_weight(environment, paging).await,
            (None, None) => Err(Error::Invalid(
                "verdicts of which state or environment?".to_owned(),
            )),
        }
    }

    async fn by_state(
        &self,
        state: VerdictState,
        environment: Option<&str>,
        paging: &Paging,
    ) -> Result<Page<Verdict>> {
        let limit = paging.limit()?;
        let (at, digest, place) = match paging.after_keys()? {
            None => (i64::MAX, String::new(), String::new()),
            Some((mut numbers, mut texts)) if numbers.len() == 1 && texts.len() == 2 => {
                (numbers.remove(0), texts.remove(0), texts.remove(0))
            }
            Some(_) => return Err(crate::page::invalid()),
        };
        let mut args = args![state, at, digest, place];
        let mut only = String::new();
        if let Some(environment) = environment {
            args.push(environment.into());
            only = format!(" AND environment = ${}", args.len());
        }
        args.push((limit + 1).into());
        let sql = format!(
            "SELECT {COLUMNS} FROM verdict WHERE state = $1 \
             AND (decided_at, digest, environment) < ($2, $3, $4){only} \
             ORDER BY decided_at DESC, digest DESC, environment DESC LIMIT ${}",
            args.len()
        );
        let rows = self.read().await?.rows(&sql, args).await?;
        let items = rows.iter().map(verdict).collect::<Result<Vec<_>>>()?;
        Ok(Page::of(items, limit, |v| {
            vec![
                v.decided_at.into(),
                (&v.digest).into(),
                (&v.environment).into(),
            ]
        }))
    }

    async fn by_weight(&self, environment: &str, paging: &Paging) -> Result<Page<Verdict>> {
        let limit = paging.limit()?;
        let (critical, high, digest) = match paging.after_keys()? {
            None => (i64::MAX, i64::MAX, String::new()),
            Some((mut numbers, mut texts)) if numbers.len() == 2 && texts.len() == 1 => {
                (numbers.remove(0), numbers.remove(0), texts.remove(0))
            }
            Some(_) => return Err(crate::page::invalid()),
        };
        let sql = format!(
            "SELECT {COLUMNS} FROM verdict WHERE environment = $1 \
             AND (critical, high, digest) < ($2, $3, $4) \
             ORDER BY critical DESC, high DESC, digest DESC LIMIT $5"
        );
        let args = args![environment, critical, high, digest, limit + 1];
        let rows = self.read().await?.rows(&sql, args).await?;
        let items = rows.iter().map(verdict).collect::<Result<Vec<_>>>()?;
        Ok(Page::of(items, limit, |v| {
            vec![
                crate::page::Key::from(i64::try_from(v.counts.critical).unwrap_or(i64::MAX)),
                crate::page::Key::from(i64::try_from(v.counts.high).unwrap_or(i64::MAX)),
                (&v.digest).into(),
            ]
        }))
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

fn verdict(row: &Row) -> Result<Verdict> {
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
