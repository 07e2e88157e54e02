//! Policies by generation, and exemptions from them.

use jiff::Timestamp;
use serde_json::json;

use crate::error::{Error, Result};
use crate::page::{Page, Paging};
use crate::store::{By, Store, digest_of, new_id};
use crate::value::{Row, args};

/// Bytes of a document at most.
pub const DOCUMENT_LIMIT: usize = 1024 * 1024;

/// A policy as it stood at a generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// 1, 2, 3 …
    pub generation: i64,
    /// The document, as it was written.
    pub document: String,
    /// Who wrote it.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// An exemption from a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exemption {
    /// UUID.
    pub id: String,
    /// What is exempted; the policy's syntax.
    pub document: String,
    /// Who granted it.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// Until when.
    pub until: Option<Timestamp>,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
    /// By whom.
    pub revoked_by: Option<String>,
}

const POLICY: &str = "generation, document, actor, reason, at";
const EXEMPTION: &str = "id, document, actor, reason, at, until, revoked_at, revoked_by";

impl Store {
    /// Makes a document the policy. The same document again makes no new generation.
    ///
    /// # Errors
    /// [`Error::Invalid`] above [`DOCUMENT_LIMIT`].
    pub async fn put_policy(&self, document: &str, by: &By) -> Result<Policy> {
        self.replace_policy(document, None, by).await
    }

    /// As [`Store::put_policy`], if the generation that counts is still `seen` (0: nobody has
    /// written one); `None`: whichever it is.
    ///
    /// # Errors
    /// [`Error::Changed`] where it is another one; [`Error::Invalid`] above [`DOCUMENT_LIMIT`].
    pub async fn replace_policy(
        &self,
        document: &str,
        seen: Option<i64>,
        by: &By,
    ) -> Result<Policy> {
        small(document)?;
        let mut tx = self.begin().await?;
        tx.lock("policy", &[String::new()]).await?;
        let sql = format!("SELECT {POLICY} FROM policy ORDER BY generation DESC LIMIT 1");
        let last = tx
            .row(&sql, vec![])
            .await?
            .as_ref()
            .map(policy)
            .transpose()?;
        let counts = last.as_ref().map_or(0, |last| last.generation);
        if seen.is_some_and(|seen| seen != counts) {
            return Err(Error::Changed(format!("the policy (generation {counts})")));
        }
        if let Some(last) = last.as_ref().filter(|last| last.document == document) {
            return Ok(last.clone());
        }
        let new = Policy {
            generation: counts + 1,
            document: document.to_owned(),
            actor: by.actor.clone(),
            reason: by.reason.clone(),
            at: by.at,
        };
        let sql = format!("INSERT INTO policy ({POLICY}) VALUES ($1, $2, $3, $4, $5)");
        let args = args![
            new.generation,
            &new.document,
            &new.actor,
            &new.reason,
            new.at
        ];
        tx.exec(&sql, args).await?;
        let object = format!("policy:{}", new.generation);
        let details = json!({"document": digest_of(document.as_bytes())});
        tx.event(
            "policy.changed",
            "policy",
            &json!({"generation": new.generation}),
            by.at,
        )
        .await?;
        tx.audit(by, "policy.put", &object, &details).await?;
        tx.commit().await?;
        Ok(new)
    }

    /// The policy that holds; `None`: nobody has written one.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn policy(&self) -> Result<Option<Policy>> {
        let sql = format!("SELECT {POLICY} FROM policy ORDER BY generation DESC LIMIT 1");
        let row = self.read().await?.row(&sql, vec![]).await?;
        row.as_ref().map(policy).transpose()
    }

    /// The policy of a generation.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn policy_at(&self, generation: i64) -> Result<Option<Policy>> {
        let sql = format!("SELECT {POLICY} FROM policy WHERE generation = $1");
        let row = self.read().await?.row(&sql, args![generation]).await?;
        row.as_ref().map(policy).transpose()
    }

    /// Every generation, the newest first.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit or cursor that is none.
    pub async fn policies(&self, paging: &Paging) -> Result<Page<Policy>> {
        let limit = paging.limit()?;
        let after = paging.after_int()?.unwrap_or(i64::MAX);
        let sql = format!(
            "SELECT {POLICY} FROM policy WHERE generation < $1 ORDER BY generation DESC LIMIT $2"
        );
        let rows = self
            .read()
            .await?
            .rows(&sql, args![after, limit + 1])
            .await?;
        let items = rows.iter().map(policy).collect::<Result<Vec<_>>>()?;
        Ok(Page::of(items, limit, |policy| {
            vec![policy.generation.into()]
        }))
    }

    /// Grants an exemption.
    ///
    /// # Errors
    /// [`Error::Invalid`] without a reason, with a time that is over, or above
    /// [`DOCUMENT_LIMIT`].
    pub async fn grant_exemption(
        &self,
        document: &str,
        until: Option<Timestamp>,
        by: &By,
    ) -> Result<Exemption> {
        small(document)?;
        if by.reason.trim().is_empty() || until.is_some_and(|until| until <= by.at) {
            return Err(Error::Invalid(
                "an exemption has a reason, and a time to come".to_owned(),
            ));
        }
        let id = new_id(by.at);
        let mut tx = self.begin().await?;
        let sql = format!(
            "INSERT INTO exemption ({EXEMPTION}) VALUES ($1, $2, $3, $4, $5, $6, NULL, NULL) \
             RETURNING {EXEMPTION}"
        );
        let args = args![&id, document, &by.actor, &by.reason, by.at, until];
        let granted = exemption(&tx.one(&sql, args).await?)?;
        let details = json!({"document": document, "until": until});
        tx.event("exemption.granted", "exemptions", &json!({"id": id}), by.at)
            .await?;
        tx.audit(by, "exemption.grant", &format!("exemption:{id}"), &details)
            .await?;
        tx.commit().await?;
        Ok(granted)
    }

    /// Takes an exemption back.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for one that was taken back before.
    pub async fn revoke_exemption(&self, id: &str, by: &By) -> Result<()> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE exemption SET revoked_at = $2, revoked_by = $3 \
                   WHERE id = $1 AND revoked_at IS NULL";
        if tx.exec(sql, args![id, by.at, &by.actor]).await? == 0 {
            return Err(Error::missing("exemption", id));
        }
        tx.event("exemption.revoked", "exemptions", &json!({"id": id}), by.at)
            .await?;
        tx.audit(
            by,
            "exemption.revoke",
            &format!("exemption:{id}"),
            &json!({}),
        )
        .await?;
        tx.commit().await
    }

    /// Those that hold at `now`, the oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn exemptions_at(&self, now: Timestamp) -> Result<Vec<Exemption>> {
        let sql = format!(
            "SELECT {EXEMPTION} FROM exemption WHERE revoked_at IS NULL \
             AND (until IS NULL OR until > $1) ORDER BY id"
        );
        let rows = self.read().await?.rows(&sql, args![now]).await?;
        rows.iter().map(exemption).collect()
    }

    /// All there ever were, the newest first.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit or cursor that is none.
    pub async fn exemptions(&self, paging: &Paging) -> Result<Page<Exemption>> {
        let limit = paging.limit()?;
        let after = paging.after_text()?.unwrap_or_else(|| "~".to_owned());
        let sql =
            format!("SELECT {EXEMPTION} FROM exemption WHERE id < $1 ORDER BY id DESC LIMIT $2");
        let rows = self
            .read()
            .await?
            .rows(&sql, args![after, limit + 1])
            .await?;
        let items = rows.iter().map(exemption).collect::<Result<Vec<_>>>()?;
        Ok(Page::of(items, limit, |item| vec![(&item.id).into()]))
    }
}

fn small(document: &str) -> Result<()> {
    if document.len() > DOCUMENT_LIMIT {
        return Err(Error::Invalid(format!(
            "a document of {} bytes: at most {DOCUMENT_LIMIT}",
            document.len()
        )));
    }
    Ok(())
}

fn policy(row: &Row) -> Result<Policy> {
    Ok(Policy {
        generation: row.int(0)?,
        document: row.text(1)?,
        actor: row.text(2)?,
        reason: row.text(3)?,
        at: row.time(4)?,
    })
}

fn exemption(row: &Row) -> Result<Exemption> {
    Ok(Exemption {
        id: row.text(0)?,
        document: row.text(1)?,
        actor: row.text(2)?,
        reason: row.text(3)?,
        at: row.time(4)?,
        until: row.opt_time(5)?,
        revoked_at: row.opt_time(6)?,
        revoked_by: row.opt_text(7)?,
    })
}
