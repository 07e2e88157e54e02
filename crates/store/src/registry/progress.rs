//! How far lists of registries have come.

use jiff::Timestamp;

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::store::Store;
use crate::value::args;

/// What of a registry's list, which goes by names, need not be read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListProgress {
    /// Everything before this repository, and of it what `tag` says.
    pub repository: String,
    /// Up to this tag; `None`: all of it.
    pub tag: Option<String>,
}

impl Store {
    /// Notes that a registry's list was read whole.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn registry_listed(&self, id: &str, now: Timestamp) -> Result<()> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE registry SET listed_at = $2 WHERE id = $1";
        if tx.exec(sql, args![id, now]).await? == 0 {
            return Err(Error::missing("registry", id));
        }
        // The next one begins at the beginning.
        forget_progress(&mut tx, id).await?;
        tx.commit().await
    }

    /// How far the list of a registry has come that is not at its end.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn list_progress(&self, id: &str) -> Result<Option<ListProgress>> {
        let sql = "SELECT repository, tag FROM list_progress WHERE registry_id = $1";
        let row = self.read().await?.row(sql, args![id]).await?;
        row.map(|row| {
            Ok(ListProgress {
                repository: row.text(0)?,
                tag: row.opt_text(1)?,
            })
        })
        .transpose()
    }

    /// Notes how far a list has come, so that another attempt goes on from there.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn note_list_progress(
        &self,
        id: &str,
        progress: &ListProgress,
        now: Timestamp,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        let sql = "INSERT INTO list_progress (registry_id, repository, tag, at) \
                   VALUES ($1, $2, $3, $4) ON CONFLICT (registry_id) DO UPDATE SET \
                   repository = $2, tag = $3, at = $4";
        tx.exec(sql, args![id, &progress.repository, &progress.tag, now])
            .await?;
        tx.commit().await
    }
}

pub(super) async fn forget_progress(tx: &mut Tx, id: &str) -> Result<()> {
    let sql = "DELETE FROM list_progress WHERE registry_id = $1";
    tx.exec(sql, args![id]).await?;
    Ok(())
}
