//! What a server said about a file, kept beside it: so that an unchanged file is not
//! downloaded again.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The address of a file and what identifies its version there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Validators {
    /// The address that the file is from.
    #[serde(default)]
    pub(super) address: String,
    /// The `ETag`.
    #[serde(default)]
    pub(super) etag: Option<String>,
    /// `Last-Modified`.
    #[serde(default)]
    pub(super) last_modified: Option<String>,
    /// Digest of the file that this is about.
    #[serde(default)]
    pub(super) digest: String,
}

impl Validators {
    /// What is kept beside `file`, if anything.
    pub(super) fn load(file: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(beside(file)).ok()?).ok()
    }

    /// Keeps this beside `file`. A failure costs a download next time and nothing else.
    pub(super) fn store(&self, file: &Path) {
        if self.etag.is_none() && self.last_modified.is_none() {
            return Self::remove(file);
        }
        if let Ok(text) = serde_json::to_vec_pretty(self) {
            let _ = crate::build::replace(&beside(file), &text);
        }
    }

    /// Forgets what is kept beside `file`.
    pub(super) fn remove(file: &Path) {
        let _ = fs::remove_file(beside(file));
    }
}

/// `advisories.db` is described by `advisories.db.source`.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".source");
    name.into()
}
