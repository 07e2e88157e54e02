//! The audit log: every entry holds the hash of the one before it.

mod list;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::store::{By, Store};

use crate::value::{Row, args, without_nul};

pub use list::AuditFilter;

/// What the first entry names as the one before it.
pub const GENESIS: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

/// One change of state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// 1, 2, 3 … without a hole.
    pub seq: i64,
    /// When, in whole microseconds.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What was done: `hold.release`.
    pub action: String,
    /// To what: `user:anna`.
    pub object: String,
    /// Why, in the actor's words.
    pub reason: String,
    /// A JSON document with the particulars; the very text is hashed.
    pub details: String,
    /// The hash of the entry before, [`GENESIS`] for the first.
    pub previous: String,
    /// [`AuditEntry::digest`].
    pub hash: String,
}

impl AuditEntry {
    /// The hash that the entry must have: SHA-256 over every other field, each behind its
    /// length, so that no text can move from one field to the next.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hasher = Sha256::new();
        hasher.update(b"lazaret audit 1\n");
        hasher.update(self.seq.to_be_bytes());
        hasher.update(self.at.as_microsecond().to_be_bytes());
        for field in [
            &self.actor,
            &self.action,
            &self.object,
            &self.reason,
            &self.details,
            &self.previous,
        ] {
            hasher.update((field.len() as u64).to_be_bytes());
            hasher.update(field.as_bytes());
        }
        use std::fmt::Write as _;
        let mut text = "sha256:".to_owned();
        for byte in hasher.finalize() {
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

/// The end of the chain. Written down elsewhere, it proves later that nothing was cut off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditHead {
    /// How many entries there are.
    pub seq: i64,
    /// The hash of the last, [`GENESIS`] where there is none.
    pub hash: String,
}

/// Where a chain does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("entry {seq} of the audit log: {what}")]
pub struct Broken {
    /// The entry's number, or the number that should be there.
    pub seq: i64,
    /// What is wrong.
    pub what: String,
}

/// Checks entries one after the other, from `start` (the head before the first of them);
/// gives the head after the last. Needs no database.
///
/// # Errors
/// The first entry that is missing, changed or out of place.
pub fn verify_chain<'a>(
    start: &AuditHead,
    entries: impl IntoIterator<Item = &'a AuditEntry>,
) -> Result<AuditHead, Broken> {
    let mut head = start.clone();
    for entry in entries {
        let seq = head.seq + 1;
        let broken = |what: &str| Broken {
            seq,
            what: what.to_owned(),
        };
        if entry.seq != seq {
            return Err(broken(&format!("number {} stands in its place", entry.seq)));
        }
        if entry.previous != head.hash {
            return Err(broken("does not follow from the entry before"));
        }
        if entry.hash != entry.digest() {
            return Err(broken("was changed after it was written"));
        }
        head = AuditHead {
            seq,
            hash: entry.hash.clone(),
        };
    }
    Ok(head)
}

impl AuditHead {
    /// Before the first entry.
    #[must_use]
    pub fn genesis() -> AuditHead {
        AuditHead {
            seq: 0,
            hash: GENESIS.to_owned(),
        }
    }
}

const COLUMNS: &str = "seq, at, actor, action, object, reason, details, previous, hash";

impl Store {
    /// Writes an entry that belongs to no change of the store: a sign-in, an export.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn append_audit(
        &self,
        by: &By,
        action: &str,
        object: &str,
        details: &serde_json::Value,
    ) -> Result<AuditEntry> {
        let mut tx = self.begin().await?;
        let entry = tx.audit(by, action, object, details).await?;
        tx.commit().await?;
        Ok(entry)
    }

    /// Up to `limit` entries above a number, oldest first: what an export is made of.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn audit_after(&self, seq: i64, limit: u32) -> Result<Vec<AuditEntry>> {
        let sql = format!("SELECT {COLUMNS} FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2");
        let rows = self.read().await?.rows(&sql, args![seq, limit]).await?;
        rows.iter().map(entry).collect()
    }

    /// The end of the chain.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn audit_head(&self) -> Result<AuditHead> {
        let sql = "SELECT seq, hash FROM audit_head WHERE one = 1";
        let row = self.read().await?.row(sql, vec![]).await?;
        row.map_or_else(|| Ok(AuditHead::genesis()), |row| head(&row))
    }

    /// Reads the whole log and checks that it holds together and ends where the store says.
    ///
    /// # Errors
    /// [`Error::Corrupt`] with the first entry that does not hold; those of the database.
    pub async fn verify_audit(&self) -> Result<AuditHead> {
        let corrupt = |broken: Broken| Error::corrupt("the audit log", broken);
        // Read first: entries that are appended meanwhile only make the chain longer.
        let expected = self.audit_head().await?;
        let mut reached = AuditHead::genesis();
        while reached.seq < expected.seq {
            let mut entries = self.audit_after(reached.seq, 1000).await?;
            entries.retain(|entry| entry.seq <= expected.seq);
            if entries.is_empty() {
                break;
            }
            reached = verify_chain(&reached, &entries).map_err(corrupt)?;
        }
        if reached == expected {
            Ok(reached)
        } else {
            Err(Error::corrupt(
                "the audit log",
                format!("it ends at {} and not at {}", reached.seq, expected.seq),
            ))
        }
    }
}

impl Tx {
    /// Appends to the chain. The last statement before the commit: the head stays held until
    /// then.
    pub(crate) async fn audit(
        &mut self,
        by: &By,
        action: &str,
        object: &str,
        details: &serde_json::Value,
    ) -> Result<AuditEntry> {
        let insert =
            "INSERT INTO audit_head (one, seq, hash) VALUES (1, 0, $1) ON CONFLICT DO NOTHING";
        self.exec(insert, args![GENESIS]).await?;
        let sql = format!(
            "SELECT seq, hash FROM audit_head WHERE one = 1{}",
            self.dialect().for_update()
        );
        let last = head(&self.one(&sql, vec![]).await?)?;
        let at = Timestamp::from_microsecond(by.at.as_microsecond())
            .map_err(|error| Error::Invalid(error.to_string()))?;
        let mut entry = AuditEntry {
            seq: last.seq + 1,
            at,
            actor: without_nul(by.actor.clone()),
            action: without_nul(action.to_owned()),
            object: without_nul(object.to_owned()),
            reason: without_nul(by.reason.clone()),
            details: without_nul(details.to_string()),
            previous: last.hash,
            hash: String::new(),
        };
        entry.hash = entry.digest();
        let sql =
            format!("INSERT INTO audit ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
        self.exec(
            &sql,
            args![
                entry.seq,
                entry.at,
                &entry.actor,
                &entry.action,
                &entry.object,
                &entry.reason,
                &entry.details,
                &entry.previous,
                &entry.hash
            ],
        )
        .await?;
        let sql = "UPDATE audit_head SET seq = $1, hash = $2 WHERE one = 1";
        self.exec(sql, args![entry.seq, &entry.hash]).await?;
        Ok(entry)
    }
}

fn head(row: &Row) -> Result<AuditHead> {
    Ok(AuditHead {
        seq: row.int(0)?,
        hash: row.text(1)?,
    })
}

fn entry(row: &Row) -> Result<AuditEntry> {
    Ok(AuditEntry {
        seq: row.int(0)?,
        at: row.time(1)?,
        actor: row.text(2)?,
        action: row.text(3)?,
        object: row.text(4)?,
        reason: row.text(5)?,
        details: row.text(6)?,
        previous: row.text(7)?,
        hash: row.text(8)?,
    })
}
