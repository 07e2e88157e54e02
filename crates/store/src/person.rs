//! Local users, and people that an identity provider vouches for.

use jiff::Timestamp;
use serde_json::json;

use crate::error::{Error, Result};
use crate::page::{Page, Paging};
use crate::store::{By, Store, new_id};
use crate::value::{Row, args, words};

words! {
    /// What somebody may do; each role includes none of the others by itself, what it may is
    /// the API's table.
    Role("a role: viewer, analyst, approver, admin, edge") {
        /// Reads.
        Viewer = "viewer",
        /// Reads, decides on findings, asks for releases.
        Analyst = "analyst",
        /// Approves what others asked for.
        Approver = "approver",
        /// Everything, people and settings too.
        Admin = "admin",
        /// An edge unit.
        Edge = "edge",
    }
}

impl Role {
    /// The lesser of two rungs. The role of edges is on no ladder and stays what it is.
    pub(crate) fn at_most(self, most: Self) -> Self {
        let rung = |role| match role {
            Self::Edge => None,
            Self::Viewer => Some(0),
            Self::Analyst => Some(1),
            Self::Approver => Some(2),
            Self::Admin => Some(3),
        };
        match (rung(self), rung(most)) {
            (Some(own), Some(top)) if own > top => most,
            _ => self,
        }
    }
}

/// Somebody who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// UUID.
    pub id: String,
    /// What is typed at sign-in; unique.
    pub name: String,
    /// For display.
    pub display_name: String,
    /// Where mail goes.
    pub email: Option<String>,
    /// What they may do.
    pub role: Role,
    /// An argon2 string; `None`: no password sign-in.
    pub password_hash: Option<String>,
    /// `ISSUER|SUBJECT` of the identity provider; unique.
    pub subject: Option<String>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// Since when it may not be used.
    pub disabled_at: Option<Timestamp>,
}

/// A person to be.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// Unique; 1 to 200 bytes.
    pub name: String,
    /// For display.
    pub display_name: String,
    /// Where mail goes.
    pub email: Option<String>,
    /// What they may do.
    pub role: Role,
    /// An argon2 string.
    pub password_hash: Option<String>,
    /// `ISSUER|SUBJECT`.
    pub subject: Option<String>,
}

const COLUMNS: &str =
    "id, name, display_name, email, role, password_hash, subject, created_at, disabled_at";

impl Store {
    /// Makes an account.
    ///
    /// # Errors
    /// [`Error::Conflict`] where name or subject is taken.
    pub async fn create_person(&self, new: &NewPerson, by: &By) -> Result<Person> {
        if new.name.is_empty() || new.name.len() > 200 {
            return Err(Error::Invalid("a name has 1 to 200 bytes".to_owned()));
        }
        let person = Person {
            id: new_id(by.at),
            name: new.name.clone(),
            display_name: new.display_name.clone(),
            email: new.email.clone(),
            role: new.role,
            password_hash: new.password_hash.clone(),
            subject: new.subject.clone(),
            created_at: by.at,
            disabled_at: None,
        };
        let mut tx = self.begin().await?;
        let sql = format!(
            "INSERT INTO person ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL) \
             ON CONFLICT DO NOTHING"
        );
        let args = args![
            &person.id,
            &person.name,
            &person.display_name,
            &person.email,
            person.role,
            &person.password_hash,
            &person.subject,
            person.created_at
        ];
        if tx.exec(&sql, args).await? == 0 {
            return Err(Error::Conflict(format!("the user `{}` exists", new.name)));
        }
        let details = json!({"role": person.role, "subject": person.subject});
        tx.audit(by, "user.create", &object(&person.name), &details)
            .await?;
        tx.commit().await?;
        Ok(person)
    }

    /// Of that name.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn person_by_name(&self, name: &str) -> Result<Option<Person>> {
        self.person_where("name", name).await
    }

    /// Of that id.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn person(&self, id: &str) -> Result<Option<Person>> {
        self.person_where("id", id).await
    }

    /// Of that `ISSUER|SUBJECT`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn person_by_subject(&self, subject: &str) -> Result<Option<Person>> {
        self.person_where("subject", subject).await
    }

    async fn person_where(&self, column: &str, value: &str) -> Result<Option<Person>> {
        let sql = format!("SELECT {COLUMNS} FROM person WHERE {column} = $1");
        let row = self.read().await?.row(&sql, args![value]).await?;
        row.as_ref().map(|row| person_at(row, 0)).transpose()
    }

    /// Everybody, by name.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit or cursor that is none.
    pub async fn persons(&self, paging: &Paging) -> Result<Page<Person>> {
        let limit = paging.limit()?;
        let after = paging.after_text()?.unwrap_or_default();
        let sql = format!("SELECT {COLUMNS} FROM person WHERE name > $1 ORDER BY name LIMIT $2");
        let rows = self
            .read()
            .await?
            .rows(&sql, args![after, limit + 1])
            .await?;
        let people = rows
            .iter()
            .map(|row| person_at(row, 0))
            .collect::<Result<Vec<_>>>()?;
        Ok(Page::of(people, limit, |person| {
            vec![(&person.name).into()]
        }))
    }

    /// Gives another role.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn set_role(&self, name: &str, role: Role, by: &By) -> Result<()> {
        let sql = "UPDATE person SET role = $2 WHERE name = $1";
        self.change_person(
            name,
            sql,
            args![name, role],
            by,
            "user.role",
            json!({"role": role}),
        )
        .await
    }

    /// Sets the password's hash; `None`: no password sign-in. Ends the person's sessions.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn set_password(&self, name: &str, hash: Option<&str>, by: &By) -> Result<()> {
        let sql = "UPDATE person SET password_hash = $2 WHERE name = $1";
        self.change_person(name, sql, args![name, hash], by, "user.password", json!({}))
            .await
    }

    /// Shuts an account: its sessions end, its tokens no longer open anything.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn disable_person(&self, name: &str, by: &By) -> Result<()> {
        let sql = "UPDATE person SET disabled_at = $2 WHERE name = $1 AND disabled_at IS NULL";
        self.change_person(name, sql, args![name, by.at], by, "user.disable", json!({}))
            .await
    }

    /// Opens a shut account.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn enable_person(&self, name: &str, by: &By) -> Result<()> {
        let sql = "UPDATE person SET disabled_at = NULL WHERE name = $1";
        self.change_person(name, sql, args![name], by, "user.enable", json!({}))
            .await
    }

    async fn change_person(
        &self,
        name: &str,
        sql: &str,
        args: Vec<crate::value::Value>,
        by: &By,
        action: &str,
        details: serde_json::Value,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        if tx.exec(sql, args).await? == 0 {
            return Err(Error::missing("user", name));
        }
        if action != "user.role" {
            let sql =
                "DELETE FROM session WHERE person_id = (SELECT id FROM person WHERE name = $1)";
            tx.exec(sql, args![name]).await?;
        }
        tx.audit(by, action, &object(name), &details).await?;
        tx.commit().await
    }
}

fn object(name: &str) -> String {
    format!("user:{name}")
}

pub(crate) fn person_at(row: &Row, from: usize) -> Result<Person> {
    Ok(Person {
        id: row.text(from)?,
        name: row.text(from + 1)?,
        display_name: row.text(from + 2)?,
        email: row.opt_text(from + 3)?,
        role: row.word(from + 4)?,
        password_hash: row.opt_text(from + 5)?,
        subject: row.opt_text(from + 6)?,
        created_at: row.time(from + 7)?,
        disabled_at: row.opt_time(from + 8)?,
    })
}
