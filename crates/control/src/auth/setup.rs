//! The first administrator: a one-time token in a file that its owner alone reads.

use std::path::{Path, PathBuf};

use lazaret_store::{Paging, Store};

use crate::http::{ApiError, ApiResult};
use crate::keys::{self, KeyError};

/// Why no token can be offered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetupError {
    /// The file cannot be written.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The database does not answer.
    #[error("look whether there is an administrator")]
    Store(#[from] lazaret_store::Error),
}

fn path(data: &Path) -> PathBuf {
    data.join("setup-token")
}

/// Whether nobody is known yet.
pub(crate) async fn is_fresh(store: &Store) -> lazaret_store::Result<bool> {
    Ok(store.persons(&Paging::first(1)).await?.items.is_empty())
}

/// Where nobody is known yet, writes the token (once) and tells where.
pub(crate) async fn offer(store: &Store, data: &Path) -> Result<Option<PathBuf>, SetupError> {
    let path = path(data);
    if !is_fresh(store).await? {
        // Left over from a set-up that was killed at its end.
        let _ = std::fs::remove_file(&path);
        return Ok(None);
    }
    keys::file(&path, || {
        Ok(format!("{}\n", keys::secret("lzs_")?).into_bytes())
    })?;
    Ok(Some(path))
}

/// Whether `token` is the one in the file and nobody is known yet.
pub(crate) async fn redeem(store: &Store, data: &Path, token: &str) -> ApiResult<PathBuf> {
    if !is_fresh(store).await? {
        return Err(ApiError::conflict("the centre has been set up"));
    }
    let path = path(data);
    let kept = tokio::fs::read_to_string(&path).await.unwrap_or_default();
    let kept = kept.trim();
    if kept.is_empty() || !keys::same(kept, token.trim()) {
        return Err(ApiError::forbidden(
            "that is not the token in the file `setup-token` of the data directory",
        ));
    }
    Ok(path)
}
