//! How accounts change.

use serde_json::json;

use super::{COLUMNS, Person, Role, object, person_at};
use crate::error::{Error, Result};
use crate::store::{By, Store};
use crate::value::{Value, args};

/// What changes about a person; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct PersonChange {
    /// Another role.
    pub role: Option<Role>,
    /// The hash of another password.
    pub password_hash: Option<String>,
    /// Whether the account is shut.
    pub disabled: Option<bool>,
}

impl Store {
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

    /// Changes an account, all of it or nothing, if it is still as it was seen. Its sessions end
    /// with anything but another role.
    ///
    /// # Errors
    /// [`Error::Changed`] where it is another by now; [`Error::NotFound`].
    pub async fn change_person_from(
        &self,
        seen: &Person,
        change: &PersonChange,
        by: &By,
    ) -> Result<Person> {
        let mut tx = self.begin().await?;
        let lock = tx.dialect().for_update();
        let sql = format!("SELECT {COLUMNS} FROM person WHERE id = $1{lock}");
        let row = tx.row(&sql, args![&seen.id]).await?;
        let row = row.ok_or_else(|| Error::missing("user", &seen.name))?;
        let mut person = person_at(&row, 0)?;
        if person != *seen {
            return Err(Error::Changed(format!("the user `{}`", person.name)));
        }
        let mut done = Vec::new();
        if let Some(hash) = &change.password_hash {
            person.password_hash = Some(hash.clone());
            done.push(("user.password", json!({})));
        }
        if let Some(role) = change.role.filter(|role| *role != person.role) {
            person.role = role;
            done.push(("user.role", json!({"role": role})));
        }
        match (change.disabled, person.disabled_at) {
            (Some(true), None) => {
                person.disabled_at = Some(by.at);
                done.push(("user.disable", json!({})));
            }
            (Some(false), Some(_)) => {
                person.disabled_at = None;
                done.push(("user.enable", json!({})));
            }
            _ => {}
        }
        let sql = "UPDATE person SET password_hash = $2, role = $3, disabled_at = $4 WHERE id = $1";
        let (hash, role) = (&person.password_hash, person.role);
        tx.exec(sql, args![&person.id, hash, role, person.disabled_at])
            .await?;
        if done.iter().any(|(action, _)| *action != "user.role") {
            let sql = "DELETE FROM session WHERE person_id = $1";
            tx.exec(sql, args![&person.id]).await?;
        }
        for (action, details) in done {
            tx.audit(by, action, &object(&person.name), &details)
                .await?;
        }
        tx.commit().await?;
        Ok(person)
    }

    async fn change_person(
        &self,
        name: &str,
        sql: &str,
        args: Vec<Value>,
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
