//! Verdicts that somebody has looked at: nothing follows from it but that nobody need look again
//! while the reasons are the same.

use jiff::Timestamp;
use serde_json::json;

use super::VerdictState;
use crate::error::{Error, Result};
use crate::store::{By, Store};
use crate::value::args;

/// That somebody has looked at a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The image.
    pub digest: String,
    /// The environment.
    pub environment: String,
    /// Who.
    pub actor: String,
    /// What they say of it.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

impl Store {
    /// Notes that somebody has looked at a verdict that warns, as it is now. Once it has other
    /// reasons, nobody has.
    ///
    /// # Errors
    /// [`Error::NotFound`] where nothing was decided; [`Error::Conflict`] where the verdict is none
    /// that warns.
    pub async fn see_verdict(&self, digest: &str, environment: &str, by: &By) -> Result<()> {
        let mut tx = self.begin().await?;
        // What is written is what was seen: a verdict that changes meanwhile waits, or is read.
        tx.lock("verdict", &[digest.to_owned()]).await?;
        let sql = "SELECT state, reasons FROM verdict WHERE digest = $1 AND environment = $2";
        let row = tx.row(sql, args![digest, environment]).await?;
        let row = row.ok_or_else(|| Error::missing("verdict", digest))?;
        let state: VerdictState = row.word(0)?;
        if state != VerdictState::Warn {
            return Err(Error::Conflict(format!(
                "the verdict is `{}`: what warns is marked as seen, what is held is released",
                state.as_str()
            )));
        }
        let reasons = row.text(1)?;
        let sql = "INSERT INTO verdict_seen (digest, environment, reasons, actor, reason, at) \
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (digest, environment) \
                   DO UPDATE SET reasons = $3, actor = $4, reason = $5, at = $6";
        let args = args![digest, environment, reasons, &by.actor, &by.reason, by.at];
        tx.exec(sql, args).await?;
        let details = json!({"environment": environment});
        tx.audit(by, "verdict.seen", &format!("image:{digest}"), &details)
            .await?;
        tx.commit().await
    }

    /// Which verdicts of these images somebody has looked at as they are.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn seen_of(&self, digests: &[String]) -> Result<Vec<Seen>> {
        let any = self.db.dialect().any("s.digest", 1);
        let sql = format!(
            "SELECT s.digest, s.environment, s.actor, s.reason, s.at FROM verdict_seen s \
             JOIN verdict v ON v.digest = s.digest AND v.environment = s.environment \
             AND v.reasons = s.reasons WHERE {any} ORDER BY s.digest, s.environment"
        );
        let args = args![digests.to_vec()];
        let rows = self.read().await?.rows(&sql, args).await?;
        rows.iter()
            .map(|row| {
                Ok(Seen {
                    digest: row.text(0)?,
                    environment: row.text(1)?,
                    actor: row.text(2)?,
                    reason: row.text(3)?,
                    at: row.time(4)?,
                })
            })
            .collect()
    }
}
