//! The registries that are watched.

use jiff::Timestamp;
use serde_json::json;

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::page::{Page, Paging};
use crate::store::{By, Store, new_id};
use crate::value::{Row, args, words};

words! {
    /// Whose interfaces a registry speaks beyond the distribution API.
    RegistryKind("a kind of registry: distribution, harbor, ecr, acr, gar") {
        /// The distribution API and its events.
        Distribution = "distribution",
        /// Harbor.
        Harbor = "harbor",
        /// Amazon's.
        Ecr = "ecr",
        /// Microsoft's.
        Acr = "acr",
        /// Google's.
        Gar = "gar",
    }
}

/// A registry that is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registry {
    /// UUID.
    pub id: String,
    /// Unique.
    pub name: String,
    /// Whose interfaces it speaks.
    pub kind: RegistryKind,
    /// Where it is.
    pub url: String,
    /// Encrypted by the caller; opaque here.
    pub credential: Option<Vec<u8>>,
    /// When it is listed; the caller's syntax.
    pub schedule: Option<String>,
    /// Whose edges work on it: the pool of its jobs.
    pub region: String,
    /// The environment that its images are decided for.
    pub environment: String,
    /// Whether nothing of it is looked at.
    pub paused: bool,
    /// When it was made known.
    pub created_at: Timestamp,
    /// When its settings changed.
    pub updated_at: Timestamp,
    /// When its list was last read whole.
    pub listed_at: Option<Timestamp>,
}

/// A registry to be, or its new settings.
#[derive(Clone, Debug)]
pub struct NewRegistry {
    /// Unique; 1 to 200 bytes.
    pub name: String,
    /// Whose interfaces it speaks.
    pub kind: RegistryKind,
    /// Where it is.
    pub url: String,
    /// Encrypted; at an update `None` leaves the one that is there.
    pub credential: Option<Vec<u8>>,
    /// When it is listed.
    pub schedule: Option<String>,
    /// The pool of its jobs.
    pub region: String,
    /// The environment that its images are decided for.
    pub environment: String,
    /// Whether nothing of it is looked at.
    pub paused: bool,
}

const COLUMNS: &str = "id, name, kind, url, credential, schedule, region, environment, paused, \
                       created_at, updated_at, listed_at";

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
        check(new)?;
        let mut tx = self.begin().await?;
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
        let mut tx = self.begin().await?;
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

    /// Of that id.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn registry(&self, id: &str) -> Result<Option<Registry>> {
        let sql = format!("SELECT {COLUMNS} FROM registry WHERE id = $1");
        let row = self.read().await?.row(&sql, args![id]).await?;
        row.as_ref().map(registry).transpose()
    }

    /// All, by name.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit or cursor that is none.
    pub async fn registries(&self, paging: &Paging) -> Result<Page<Registry>> {
        let limit = paging.limit()?;
        let after = paging.after_text()?.unwrap_or_default();
        let sql = format!("SELECT {COLUMNS} FROM registry WHERE name > $1 ORDER BY name LIMIT $2");
        let rows = self
            .read()
            .await?
            .rows(&sql, args![after, limit + 1])
            .await?;
        let items = rows.iter().map(registry).collect::<Result<Vec<_>>>()?;
        Ok(Page::of(items, limit, |item| vec![(&item.name).into()]))
    }

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

/// What of a registry's list, which goes by names, need not be read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListProgress {
    /// Everything before this repository, and of it what `tag` says.
    pub repository: String,
    /// Up to this tag; `None`: all of it.
    pub tag: Option<String>,
}

async fn forget_progress(tx: &mut Tx, id: &str) -> Result<()> {
    let sql = "DELETE FROM list_progress WHERE registry_id = $1";
    tx.exec(sql, args![id]).await?;
    Ok(())
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

fn registry(row: &Row) -> Result<Registry> {
    Ok(Registry {
        id: row.text(0)?,
        name: row.text(1)?,
        kind: row.word(2)?,
        url: row.text(3)?,
        credential: row.opt_bytes(4)?,
        schedule: row.opt_text(5)?,
        region: row.text(6)?,
        environment: row.text(7)?,
        paused: row.bool(8)?,
        created_at: row.time(9)?,
        updated_at: row.time(10)?,
        listed_at: row.opt_time(11)?,
    })
}
