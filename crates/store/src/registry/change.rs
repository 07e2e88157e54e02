//! How registries become known, others, and forgotten.

use serde_json::json;

use super::progress::forget_progress;
use super::{COLUMNS, NewRegistry, Registry, registry};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::store::{By, Store, new_id};
use crate::value::args;

impl Store {
    /// Makes a registry known.
    ///
    /// # Errors
    /// [`Error::Conflict`] where the name is taken.
    pub async fn create_registry(&self, new: &NewRegistry, by: &By) -> Result<Registry> {
        check(new)?;
        let id = new_id(by.at);
        let mut tx = self.begin().await?;
        let sql = format!(
            "INSERT INTO registry ({COLUMNS}) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, NULL) ON CONFLICT DO NOTHING"
        );
        let args = args![
            &id,
            &new.name,
            new.kind,
            &new.url,
            new.credential.clone(),
            &new.schedule,
            &new.region,
            &new.environment,
            new.paused,
            by.at
        ];
        if tx.exec(&sql, args).await? == 0 {
            return Err(Error::Conflict(format!(
                "the registry `{}` exists",
                new.name
            )));
        }
        tx.audit(
            by,
            "registry.create",
            &format!("registry:{id}"),
            &details(new),
        )
        .await?;
        tx.commit().await?;
        self.registry(&id)
            .await?
            .ok_or_else(|| Error::missing("registry", id))
    }

    /// Gives a registry other settings.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] where the name is taken.
    pub async fn update_registry(&self, id: &str, new: &NewRegistry, by: &By) -> Result<Registry> {
        self.change_registry(id, None, new, by).await
    }

    /// Gives a registry other settings, if those that it has are still the ones of `seen`.
    ///
    /// # Errors
    /// [`Error::Changed`] where they are others; [`Error::NotFound`]; [`Error::Conflict`] where
    /// the name is taken.
    pub async fn update_registry_from(
        &self,
        seen: &Registry,
        new: &NewRegistry,
        by: &By,
    ) -> Result<Registry> {
        self.change_registry(&seen.id, Some(seen), new, by).await
    }

    async fn change_registry(
        &self,
        id: &str,
        seen: Option<&Registry>,
        new: &NewRegistry,
        by: &By,
    ) -> Result<Registry> {
        check(new)?;
        let mut tx = self.begin().await?;
        still(&mut tx, id, seen).await?;
        let sql = "UPDATE registry SET name = $2, kind = $3, url = $4, \
                   credential = COALESCE($5, credential), schedule = $6, region = $7, \
                   environment = $8, paused = $9, updated_at = $10 WHERE id = $1";
        let args = args![
            id,
            &new.name,
            new.kind,
            &new.url,
            new.credential.clone(),
            &new.schedule,
            &new.region,
            &new.environment,
            new.paused,
            by.at
        ];
        if tx.exec(sql, args).await? == 0 {
            return Err(Error::missing("registry", id));
        }
        // It may be another place now, or other repositories of it.
        forget_progress(&mut tx, id).await?;
        tx.audit(
            by,
            "registry.update",
            &format!("registry:{id}"),
            &details(new),
        )
        .await?;
        tx.commit().await?;
        self.registry(id)
            .await?
            .ok_or_else(|| Error::missing("registry", id))
    }

    /// Forgets a registry and its names. Images and what was decided about them stay.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn delete_registry(&self, id: &str, by: &By) -> Result<()> {
        self.forget_registry(id, None, by).await
    }

    /// Forgets a registry, if its settings are still those of `seen`.
    ///
    /// # Errors
    /// [`Error::Changed`] where they are others; [`Error::NotFound`].
    pub async fn delete_registry_from(&self, seen: &Registry, by: &By) -> Result<()> {
        self.forget_registry(&seen.id, Some(seen), by).await
    }

    async fn forget_registry(&self, id: &str, seen: Option<&Registry>, by: &By) -> Result<()> {
        let mut tx = self.begin().await?;
        still(&mut tx, id, seen).await?;
        tx.exec("DELETE FROM image_name WHERE registry_id = $1", args![id])
            .await?;
        forget_progress(&mut tx, id).await?;
        if tx
            .exec("DELETE FROM registry WHERE id = $1", args![id])
            .await?
            == 0
        {
            return Err(Error::missing("registry", id));
        }
        tx.audit(by, "registry.delete", &format!("registry:{id}"), &json!({}))
            .await?;
        tx.commit().await
    }
}

/// Holds a registry to the end of the transaction; an error where its settings are not those that
/// were seen. When it was listed is no setting.
async fn still(tx: &mut Tx, id: &str, seen: Option<&Registry>) -> Result<()> {
    let Some(seen) = seen else {
        return Ok(());
    };
    let lock = tx.dialect().for_update();
    let sql = format!("SELECT {COLUMNS} FROM registry WHERE id = $1{lock}");
    let row = tx.row(&sql, args![id]).await?;
    let there = row.ok_or_else(|| Error::missing("registry", id))?;
    let there = Registry {
        listed_at: seen.listed_at,
        ..registry(&there)?
    };
    match there == *seen {
        true => Ok(()),
        false => Err(Error::Changed(format!("the registry `{}`", there.name))),
    }
}

fn check(new: &NewRegistry) -> Result<()> {
    if new.name.is_empty() || new.name.len() > 200 {
        return Err(Error::Invalid("a name has 1 to 200 bytes".to_owned()));
    }
    Ok(())
}

/// Never the credential.
fn details(new: &NewRegistry) -> serde_json::Value {
    json!({
        "name": new.name,
        "kind": new.kind,
        "url": new.url,
        "credential": new.credential.is_some(),
        "schedule": new.schedule,
        "region": new.region,
        "environment": new.environment,
        "paused": new.paused,
    })
}
