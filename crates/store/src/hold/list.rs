//! How it stands with images under names, as lists.

use super::{Hold, HoldFilter, HoldKey};
use crate::error::Result;
use crate::page::{Page, Paging};
use crate::store::Store;
use crate::value::{Row, args};

pub(super) const COLUMNS: &str = "h.registry_id, h.repository, h.digest, h.state, h.by_hand, h.actor, h.reason, h.at, h.until, h.even_if_running, h.seq";

impl Store {
    /// How it stands with an image under a name; what nobody ever held is clear and `None`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn hold(&self, key: &HoldKey) -> Result<Option<Hold>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM hold h WHERE h.registry_id = $1 AND h.repository = $2 \
             AND h.digest = $3"
        );
        let args = args![&key.registry_id, &key.repository, &key.digest];
        let row = self.read().await?.row(&sql, args).await?;
        row.as_ref().map(hold).transpose()
    }

    /// How it stands with these images, under every name that ever was held.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn holds_of(&self, digests: &[String]) -> Result<Vec<Hold>> {
        let any = self.db.dialect().any("h.digest", 1);
        let sql = format!("SELECT {COLUMNS} FROM hold h WHERE {any} ORDER BY h.seq");
        let args = args![digests.to_vec()];
        let rows = self.read().await?.rows(&sql, args).await?;
        rows.iter().map(hold).collect()
    }

    /// Holds, the latest change first.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit or cursor that is none.
    pub async fn holds(&self, filter: &HoldFilter, paging: &Paging) -> Result<Page<Hold>> {
        let limit = paging.limit()?;
        let mut args = args![paging.after_int()?.unwrap_or(i64::MAX)];
        let mut only = String::new();
        let state = filter.state.map(|state| state.as_str().to_owned());
        for (column, value) in [
            ("state", &state),
            ("registry_id", &filter.registry_id),
            ("digest", &filter.digest),
        ] {
            if let Some(value) = value {
                args.push(value.into());
                only += &format!(" AND h.{column} = ${}", args.len());
            }
        }
        args.push((limit + 1).into());
        let sql = format!(
            "SELECT {COLUMNS} FROM hold h WHERE h.seq < $1{only} ORDER BY h.seq DESC LIMIT ${}",
            args.len()
        );
        let rows = self.read().await?.rows(&sql, args).await?;
        let holds = rows.iter().map(hold).collect::<Result<Vec<_>>>()?;
        Ok(Page::of(holds, limit, |hold| vec![hold.seq.into()]))
    }

    /// What changed after `seq`, in order, at most 500: what bundles are made of. Clear ones are in
    /// it, so that an edge forgets them.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn holds_after(&self, seq: i64) -> Result<Vec<Hold>> {
        let sql = format!("SELECT {COLUMNS} FROM hold h WHERE h.seq > $1 ORDER BY h.seq LIMIT 500");
        let rows = self.read().await?.rows(&sql, args![seq]).await?;
        rows.iter().map(hold).collect()
    }

    /// The `seq` of the latest change.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn hold_seq(&self) -> Result<i64> {
        let sql = "SELECT COALESCE(MAX(seq), 0) FROM hold";
        self.read().await?.one(sql, vec![]).await?.int(0)
    }
}

pub(super) fn hold(row: &Row) -> Result<Hold> {
    Ok(Hold {
        key: HoldKey {
            registry_id: row.text(0)?,
            repository: row.text(1)?,
            digest: row.text(2)?,
        },
        state: row.word(3)?,
        by_hand: row.bool(4)?,
        actor: row.text(5)?,
        reason: row.text(6)?,
        at: row.time(7)?,
        until: row.opt_time(8)?,
        even_if_running: row.bool(9)?,
        seq: row.int(10)?,
    })
}
