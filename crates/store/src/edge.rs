//! Edge units and the tokens that they join with.

use jiff::Timestamp;
use serde_json::json;

use crate::error::{Error, Result};
use crate::page::{Page, Paging};
use crate::store::{By, Store};
use crate::value::{Row, args};

/// A unit that works where the images are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// UUID.
    pub id: String,
    /// What it calls itself.
    pub name: String,
    /// Whose jobs it does.
    pub region: String,
    /// Of its certificate, `sha256:…`.
    pub fingerprint: String,
    /// When it joined.
    pub joined_at: Timestamp,
    /// When its certificate ends.
    pub expires_at: Timestamp,
    /// When it was last heard.
    pub last_seen: Option<Timestamp>,
    /// When it was shut out.
    pub revoked_at: Option<Timestamp>,
    /// Its program's.
    pub version: String,
    /// What it said of itself, as JSON: generations held, counters.
    pub status: String,
}

/// An edge to be.
#[derive(Clone, Debug)]
pub struct NewEdge {
    /// UUID, of [`new_id`](crate::new_id): it stands in the certificate too.
    pub id: String,
    /// What it calls itself.
    pub name: String,
    /// Of its certificate.
    pub fingerprint: String,
    /// When that ends.
    pub expires_at: Timestamp,
    /// Its program's.
    pub version: String,
}

const COLUMNS: &str = "id, name, region, fingerprint, joined_at, expires_at, last_seen, \
                       revoked_at, version, status";

impl Store {
    /// Makes a token that one edge can join a region with. Its [`digest_of`](crate::digest_of)
    /// is stored.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a secret that was used before.
    pub async fn create_join_token(
        &self,
        hash: &str,
        region: &str,
        expires_at: Timestamp,
        by: &By,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        tx.exec(
            "DELETE FROM join_token WHERE expires_at <= $1",
            args![by.at],
        )
        .await?;
        let sql = "INSERT INTO join_token (hash, region, created_by, created_at, expires_at) \
                   VALUES ($1, $2, $3, $4, $5)";
        tx.exec(sql, args![hash, region, &by.actor, by.at, expires_at])
            .await?;
        let details = json!({"region": region, "expires_at": expires_at});
        tx.audit(by, "edge.invite", &format!("region:{region}"), &details)
            .await?;
        tx.commit().await
    }

    /// The region that a token is for, if it can be used at `now`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn join_token_region(&self, hash: &str, now: Timestamp) -> Result<Option<String>> {
        let sql =
            "SELECT region FROM join_token WHERE hash = $1 AND edge_id IS NULL AND expires_at > $2";
        let row = self.read().await?.row(sql, args![hash, now]).await?;
        row.map(|row| row.text(0)).transpose()
    }

    /// Uses a token up: of many who come with it at once, one gets in.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a token that is unknown, used or over.
    pub async fn join_edge(&self, hash: &str, new: &NewEdge, now: Timestamp) -> Result<Edge> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE join_token SET edge_id = $2 WHERE hash = $1 AND edge_id IS NULL \
                   AND expires_at > $3 RETURNING region";
        let Some(row) = tx.row(sql, args![hash, &new.id, now]).await? else {
            return Err(Error::Conflict(
                "the token is unknown, used or over".to_owned(),
            ));
        };
        let region = row.text(0)?;
        let sql = format!(
            "INSERT INTO edge ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $5, NULL, $7, '{{}}') \
             RETURNING {COLUMNS}"
        );
        let args = args![
            &new.id,
            &new.name,
            &region,
            &new.fingerprint,
            now,
            new.expires_at,
            &new.version
        ];
        let edge = edge(&tx.one(&sql, args).await?)?;
        let by = By::new(format!("edge:{}", new.name), now);
        let details = json!({"region": region, "fingerprint": new.fingerprint});
        tx.audit(&by, "edge.join", &format!("edge:{}", new.id), &details)
            .await?;
        tx.commit().await?;
        Ok(edge)
    }

    /// The edge of a certificate, if it may speak at `now`: not revoked, not expired. While a
    /// renewed certificate was not yet seen, the one before is good too, because its answer may
    /// have been lost on the way.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn edge_by_fingerprint(
        &self,
        fingerprint: &str,
        now: Timestamp,
    ) -> Result<Option<Edge>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM edge WHERE (fingerprint = $1 OR previous = $1) \
             AND revoked_at IS NULL AND expires_at > $2"
        );
        let row = self
            .read()
            .await?
            .row(&sql, args![fingerprint, now])
            .await?;
        row.as_ref().map(edge).transpose()
    }

    /// Gives an edge another certificate; the one that it showed stays good beside it.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an edge that is not there or is revoked.
    pub async fn renew_edge(
        &self,
        id: &str,
        shown: &str,
        fingerprint: &str,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE edge SET previous = $4, fingerprint = $2, expires_at = $3 \
                   WHERE id = $1 AND revoked_at IS NULL";
        if tx
            .exec(sql, args![id, fingerprint, expires_at, shown])
            .await?
            == 0
        {
            return Err(Error::missing("edge", id));
        }
        let by = By::new(format!("edge:{id}"), now);
        let details = json!({"fingerprint": fingerprint});
        tx.audit(&by, "edge.renew", &format!("edge:{id}"), &details)
            .await?;
        tx.commit().await
    }

    /// Notes that an edge was heard, with the certificate it showed and what it said of itself
    /// (JSON; `None`: nothing new).
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn touch_edge(
        &self,
        id: &str,
        fingerprint: &str,
        version: &str,
        status: Option<&str>,
        now: Timestamp,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE edge SET last_seen = $2, version = $3, status = COALESCE($4, status), \
                   previous = CASE WHEN fingerprint = $5 THEN NULL ELSE previous END WHERE id = $1";
        if tx
            .exec(sql, args![id, now, version, status, fingerprint])
            .await?
            == 0
        {
            return Err(Error::missing("edge", id));
        }
        tx.commit().await
    }

    /// Shuts an edge out and gives its jobs to others at once.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for one that was shut out before.
    pub async fn revoke_edge(&self, id: &str, by: &By) -> Result<()> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE edge SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
        if tx.exec(sql, args![id, by.at]).await? == 0 {
            return Err(Error::missing("edge", id));
        }
        // Its leases end now; `reclaim` does the rest. Workers of an edge lease under its id.
        let sql = "UPDATE job SET locked_until = $2 WHERE state = 'running' AND locked_by = $1";
        tx.exec(sql, args![id, by.at.as_microsecond() - 1]).await?;
        tx.audit(by, "edge.revoke", &format!("edge:{id}"), &json!({}))
            .await?;
        tx.commit().await
    }

    /// Of that id.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn edge(&self, id: &str) -> Result<Option<Edge>> {
        let sql = format!("SELECT {COLUMNS} FROM edge WHERE id = $1");
        let row = self.read().await?.row(&sql, args![id]).await?;
        row.as_ref().map(edge).transpose()
    }

    /// All, by id: the oldest first, revoked ones too.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit or cursor that is none.
    pub async fn edges(&self, paging: &Paging) -> Result<Page<Edge>> {
        let limit = paging.limit()?;
        let after = paging.after_text()?.unwrap_or_default();
        let sql = format!("SELECT {COLUMNS} FROM edge WHERE id > $1 ORDER BY id LIMIT $2");
        let rows = self
            .read()
            .await?
            .rows(&sql, args![after, limit + 1])
            .await?;
        let items = rows.iter().map(edge).collect::<Result<Vec<_>>>()?;
        Ok(Page::of(items, limit, |item| vec![(&item.id).into()]))
    }
}

fn edge(row: &Row) -> Result<Edge> {
    Ok(Edge {
        id: row.text(0)?,
        name: row.text(1)?,
        region: row.text(2)?,
        fingerprint: row.text(3)?,
        joined_at: row.time(4)?,
        expires_at: row.time(5)?,
        last_seen: row.opt_time(6)?,
        revoked_at: row.opt_time(7)?,
        version: row.text(8)?,
        status: row.text(9)?,
    })
}
