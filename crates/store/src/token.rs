//! API tokens and sessions: only the SHA-256 of the secret is stored.

use jiff::Timestamp;
use serde_json::json;

use crate::error::{Error, Result};
use crate::page::{Page, Paging};
use crate::person::{Person, Role, person_at};
use crate::store::{By, Store, new_id};
use crate::value::{Row, args};

/// A key for a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// UUID.
    pub id: String,
    /// [`digest_of`](crate::digest_of) the secret.
    pub hash: String,
    /// What it is for.
    pub name: String,
    /// What it opens.
    pub role: Role,
    /// Whose it is; their account shut, it opens nothing.
    pub person_id: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it opens nothing.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute or so.
    pub last_used_at: Option<Timestamp>,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
}

/// A token to be.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// [`digest_of`](crate::digest_of) the secret.
    pub hash: String,
    /// What it is for.
    pub name: String,
    /// What it opens.
    pub role: Role,
    /// Whose it is.
    pub person_id: Option<String>,
    /// From when on it opens nothing.
    pub expires_at: Option<Timestamp>,
}

/// A person who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// [`digest_of`](crate::digest_of) the cookie.
    pub hash: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// Who.
    pub person: Person,
}

const COLUMNS: &str = "t.id, t.hash, t.name, t.role, t.person_id, t.created_at, t.expires_at, \
                       t.last_used_at, t.revoked_at";

impl Store {
    /// Makes a token.
    ///
    /// # Errors
    /// [`Error::Conflict`] where the secret or the person does not fit.
    pub async fn create_token(&self, new: &NewToken, by: &By) -> Result<Token> {
        let token = Token {
            id: new_id(by.at),
            hash: new.hash.clone(),
            name: new.name.clone(),
            role: new.role,
            person_id: new.person_id.clone(),
            created_at: by.at,
            expires_at: new.expires_at,
            last_used_at: None,
            revoked_at: None,
        };
        let mut tx = self.begin().await?;
        tx.exec(
            "INSERT INTO token (id, hash, name, role, person_id, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            args![
                &token.id,
                &token.hash,
                &token.name,
                token.role,
                &token.person_id,
                token.created_at,
                token.expires_at
            ],
        )
        .await?;
        let details = json!({"name": token.name, "role": token.role, "person": token.person_id});
        tx.audit(by, "token.create", &format!("token:{}", token.id), &details)
            .await?;
        tx.commit().await?;
        Ok(token)
    }

    /// The token of that hash, if it opens anything at `now`: not expired, not revoked, its
    /// person not disabled. It opens no more than its person may by now; the tokens of edges
    /// and gates, which do what no person does, are left as they are.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn token_by_hash(&self, hash: &str, now: Timestamp) -> Result<Option<Token>> {
        let sql = format!(
            "SELECT {COLUMNS}, p.role FROM token t LEFT JOIN person p ON p.id = t.person_id \
             WHERE t.hash = $1 AND t.revoked_at IS NULL \
             AND (t.expires_at IS NULL OR t.expires_at > $2) AND p.disabled_at IS NULL"
        );
        let row = self.read().await?.row(&sql, args![hash, now]).await?;
        let Some(row) = row else { return Ok(None) };
        let mut token = token(&row)?;
        if token.person_id.is_some() {
            token.role = token.role.at_most(row.word(9)?);
        }
        Ok(Some(token))
    }

    /// Notes that a token was used. Callers need not say it more often than once a minute.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn touch_token(&self, id: &str, now: Timestamp) -> Result<()> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE token SET last_used_at = $2 WHERE id = $1";
        tx.exec(sql, args![id, now]).await?;
        tx.commit().await
    }

    /// Every token, newest first, revoked ones too.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit or cursor that is none.
    pub async fn tokens(&self, paging: &Paging) -> Result<Page<Token>> {
        let limit = paging.limit()?;
        let after = paging.after_text()?.unwrap_or_else(|| "~".to_owned());
        let sql =
            format!("SELECT {COLUMNS} FROM token t WHERE t.id < $1 ORDER BY t.id DESC LIMIT $2");
        let rows = self
            .read()
            .await?
            .rows(&sql, args![after, limit + 1])
            .await?;
        let tokens = rows.iter().map(token).collect::<Result<Vec<_>>>()?;
        Ok(Page::of(tokens, limit, |token| vec![(&token.id).into()]))
    }

    /// Takes a token back.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for one that was taken back before.
    pub async fn revoke_token(&self, id: &str, by: &By) -> Result<()> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE token SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
        if tx.exec(sql, args![id, by.at]).await? == 0 {
            return Err(Error::missing("token", id));
        }
        tx.audit(by, "token.revoke", &format!("token:{id}"), &json!({}))
            .await?;
        tx.commit().await
    }

    /// Ends the sessions of a person and takes their tokens back, but for those of edges and
    /// gates, which would stand still; nothing is noted where there are none.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn end_access(&self, person: &Person, by: &By) -> Result<()> {
        let mut tx = self.begin().await?;
        let sql = "DELETE FROM session WHERE person_id = $1 AND expires_at > $2";
        let sessions = tx.exec(sql, args![&person.id, by.at]).await?;
        let sql = "UPDATE token SET revoked_at = $2 WHERE person_id = $1 \
                   AND revoked_at IS NULL AND role <> $3";
        let tokens = tx.exec(sql, args![&person.id, by.at, Role::Edge]).await?;
        if sessions + tokens > 0 {
            let details = json!({"sessions": sessions, "tokens": tokens});
            let object = format!("user:{}", person.name);
            tx.audit(by, "user.access.end", &object, &details).await?;
        }
        tx.commit().await
    }

    /// Signs a person in. The sign-in itself is audited by who knows how it was proved.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a person who is not there or is disabled.
    pub async fn create_session(
        &self,
        hash: &str,
        person_id: &str,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        let sql = "INSERT INTO session (hash, person_id, created_at, expires_at) \
                   SELECT $1, id, $3, $4 FROM person WHERE id = $2 AND disabled_at IS NULL";
        if tx
            .exec(sql, args![hash, person_id, now, expires_at])
            .await?
            == 0
        {
            return Err(Error::Conflict("nobody who may sign in".to_owned()));
        }
        tx.exec("DELETE FROM session WHERE expires_at <= $1", args![now])
            .await?;
        tx.commit().await
    }

    /// The session of that hash and its person, if it holds at `now`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn session_by_hash(&self, hash: &str, now: Timestamp) -> Result<Option<Session>> {
        let sql = "SELECT s.hash, s.created_at, s.expires_at, p.id, p.name, p.display_name, p.email, \
                   p.role, p.password_hash, p.subject, p.created_at, p.disabled_at \
                   FROM session s JOIN person p ON p.id = s.person_id \
                   WHERE s.hash = $1 AND s.expires_at > $2 AND p.disabled_at IS NULL";
        let Some(row) = self.read().await?.row(sql, args![hash, now]).await? else {
            return Ok(None);
        };
        Ok(Some(Session {
            hash: row.text(0)?,
            created_at: row.time(1)?,
            expires_at: row.time(2)?,
            person: person_at(&row, 3)?,
        }))
    }

    /// Signs out; nothing where there is no such session.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn end_session(&self, hash: &str) -> Result<()> {
        let mut tx = self.begin().await?;
        tx.exec("DELETE FROM session WHERE hash = $1", args![hash])
            .await?;
        tx.commit().await
    }
}

fn token(row: &Row) -> Result<Token> {
    Ok(Token {
        id: row.text(0)?,
        hash: row.text(1)?,
        name: row.text(2)?,
        role: row.word(3)?,
        person_id: row.opt_text(4)?,
        created_at: row.time(5)?,
        expires_at: row.opt_time(6)?,
        last_used_at: row.opt_time(7)?,
        revoked_at: row.opt_time(8)?,
    })
}
