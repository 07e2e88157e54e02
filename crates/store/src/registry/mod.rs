//! The registries that are watched.

mod change;
mod progress;

use jiff::Timestamp;

use crate::error::Result;
use crate::page::{Page, Paging};
use crate::store::Store;
use crate::value::{Row, args, words};

pub use progress::ListProgress;

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
