//! Images, what names point at them, and the list of both.

mod list;
mod name;
mod narrow;

use jiff::Timestamp;

pub use list::ImageRow;
pub use name::ImageName;
pub use narrow::{ImageFilter, Judged};

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::store::Store;
use crate::value::{Row, args};

/// An image: one manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Of the manifest.
    pub digest: String,
    /// `linux/amd64`; empty: not known yet.
    pub platform: String,
    /// Bytes of the stored layers; 0: not known yet.
    pub size: u64,
    /// Digests of the layers, the lowest first; empty: not known yet.
    pub layers: Vec<String>,
    /// The digest of the base image, where it was recognised.
    pub base: Option<String>,
    /// When it was first heard of.
    pub first_seen: Timestamp,
    /// When it was last heard of.
    pub last_seen: Timestamp,
}

const COLUMNS: &str = "i.digest, i.platform, i.size, i.layers, i.base, i.first_seen, i.last_seen";

impl Store {
    /// Notes what is known of an image; what is not known leaves what was.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn put_image(&self, image: &Image) -> Result<()> {
        let mut tx = self.begin().await?;
        put_image(&mut tx, image).await?;
        tx.commit().await
    }

    /// Of that digest.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn image(&self, digest: &str) -> Result<Option<Image>> {
        let sql = format!("SELECT {COLUMNS} FROM image i WHERE i.digest = $1");
        let row = self.read().await?.row(&sql, args![digest]).await?;
        row.as_ref().map(image).transpose()
    }
}

async fn put_image(tx: &mut Tx, image: &Image) -> Result<()> {
    let layers =
        serde_json::to_string(&image.layers).map_err(|error| Error::Invalid(error.to_string()))?;
    let sql = "INSERT INTO image (digest, platform, size, layers, base, first_seen, last_seen) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (digest) DO UPDATE SET \
               platform = CASE WHEN $2 = '' THEN image.platform ELSE $2 END, \
               size = CASE WHEN $3 = 0 THEN image.size ELSE $3 END, \
               layers = CASE WHEN $4 = '[]' THEN image.layers ELSE $4 END, \
               base = COALESCE($5, image.base), \
               last_seen = CASE WHEN image.last_seen < $7 THEN $7 ELSE image.last_seen END";
    let args = args![
        &image.digest,
        &image.platform,
        image.size,
        layers,
        &image.base,
        image.first_seen,
        image.last_seen
    ];
    tx.exec(sql, args).await?;
    Ok(())
}

fn image(row: &Row) -> Result<Image> {
    Ok(Image {
        digest: row.text(0)?,
        platform: row.text(1)?,
        size: row.count(2)?,
        layers: row.json(3)?,
        base: row.opt_text(4)?,
        first_seen: row.time(5)?,
        last_seen: row.time(6)?,
    })
}
