//! Local users, and people that an identity provider vouches for.

mod change;

use jiff::Timestamp;
use serde_json::json;

use crate::error::{Error, Result};
use crate::page::{Page, Paging};
use crate::store::{By, Store, new_id};
use crate::value::{Row, args, words};

pub use change::PersonChange;

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
    /// What is typed at sign-in; unique, whatever the case of its letters.
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
    /// Makes an account. Names that differ in the case of ASCII letters alone are one name.
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
        let folded = person.name.to_ascii_lowercase();
        tx.lock("person", std::slice::from_ref(&folded)).await?;
        let taken = "SELECT name FROM person WHERE lower(name) = $1 LIMIT 1";
        if let Some(row) = tx.row(taken, args![folded]).await? {
            return Err(Error::Conflict(format!(
                "the user `{}` exists",
                row.text(0)?
            )));
        }
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

    /// Of that name: the one that is spelled so, else the only one whose name differs in the case
    /// of ASCII letters alone. (Accounts from before case was passed over may be two.)
    ///
    /// # Errors
    /// Those of the database.
    pub async fn person_by_name(&self, name: &str) -> Result<Option<Person>> {
        if let Some(person) = self.person_where("name", name).await? {
            return Ok(Some(person));
        }
        let sql = format!("SELECT {COLUMNS} FROM person WHERE lower(name) = $1 LIMIT 2");
        let args = args![name.to_ascii_lowercase()];
        let rows = self.read().await?.rows(&sql, args).await?;
        match rows.as_slice() {
            [only] => person_at(only, 0).map(Some),
            _ => Ok(None),
        }
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
