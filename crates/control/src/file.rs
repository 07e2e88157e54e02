//! Files that tell how the centre is run, beside its flags: read at the start, with the secrets
//! that they name.

use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Largest file of settings, and of a secret, in bytes.
const MAX_FILE: u64 = 256 << 10;

/// Why a file of settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It, or a secret that it names, cannot be read.
    #[error("read {path}")]
    Unread {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// It makes no sense.
    #[error("{path}: {why}")]
    Content {
        /// Which file.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

impl FileError {
    /// A file that makes no sense.
    pub(crate) fn content(path: &Path, why: impl Into<String>) -> Self {
        Self::Content {
            path: path.to_owned(),
            why: why.into(),
        }
    }
}

/// A text that is never printed.
#[derive(Clone, Default)]
pub(crate) struct Secret(pub(crate) String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// The text of a file. One that is larger than what is read is an error, not a part of it.
pub(crate) fn text(path: &Path) -> Result<String, FileError> {
    let fail = |source| FileError::Unread {
        path: path.to_owned(),
        source,
    };
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(fail)?;
    let read = file.take(MAX_FILE + 1).read_to_string(&mut text);
    if read.map_err(fail)? as u64 > MAX_FILE {
        let why = format!("it has more than {MAX_FILE} bytes");
        return Err(FileError::content(path, why));
    }
    Ok(text)
}

/// A secret in a file of its own, without the newline at its end.
pub(crate) fn secret(path: &Path) -> Result<String, FileError> {
    text(path).map(|text| text.trim().to_owned())
}
