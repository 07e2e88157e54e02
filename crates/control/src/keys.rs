//! The secrets of a centre: files that their owner alone reads, made at the first start.
//!
//! `secret.key` seals what the database keeps secret (AES-256-GCM), `bundle.key` signs what
//! edges believe (Ed25519). Several centres on one database share the folder.

use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use lazaret_wire::sign::SigningKey;
use sha2::{Digest as _, Sha256};

/// Bytes of a nonce of AES-GCM.
const NONCE: usize = 12;

/// Largest key file, in bytes.
const MAX_FILE: u64 = 64 << 10;

/// Why keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("key file {path}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Others can read the file.
    #[error("key file {path} can be read by others (mode {mode:o}); chmod 600 it")]
    Open {
        /// Which file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The file holds no key.
    #[error("key file {path} holds no key")]
    Content {
        /// Which file.
        path: PathBuf,
    },
    /// The system has no randomness.
    #[error("the system gives no random bytes")]
    Random,
    /// Something was sealed with another key, for another place, or was changed.
    #[error("{place} was sealed with another key, or was changed")]
    Sealed {
        /// What it was sealed for.
        place: String,
    },
}

/// The secrets of a centre.
pub struct Keys {
    seal: RandomizedNonceKey,
    bundle: SigningKey,
    folder: PathBuf,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys in {}", self.folder.display())
    }
}

impl Keys {
    /// The keys in a folder, made where they are not there.
    ///
    /// # Errors
    /// When a file cannot be used, or others may read it.
    pub fn open(folder: &Path) -> Result<Self, KeyError> {
        make_folder(folder)?;
        let path = folder.join("secret.key");
        let seal = file(&path, || random(32))?;
        let seal = RandomizedNonceKey::new(&AES_256_GCM, &seal)
            .map_err(|_| KeyError::Content { path: path.clone() })?;
        let path = folder.join("bundle.key");
        let seed = file(&path, || {
            SigningKey::generate().map_err(|_| KeyError::Random)
        })?;
        let bundle = SigningKey::read(&seed).map_err(|_| KeyError::Content { path })?;
        // What gates are given with `--key`. Nothing reads it here.
        let public = folder.join("bundle.pub");
        std::fs::write(&public, format!("{}\n", bundle.verifying().text())).map_err(|source| {
            KeyError::File {
                path: public,
                source,
            }
        })?;
        Ok(Self {
            seal,
            bundle,
            folder: folder.to_owned(),
        })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The key that signs bundles.
    pub fn bundle(&self) -> &SigningKey {
        &self.bundle
    }

    /// Seals a text for a place: it opens nowhere else.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn seal(&self, place: &str, text: &str) -> Result<String, KeyError> {
        let mut bytes = text.as_bytes().to_vec();
        let aad = Aad::from(place.as_bytes());
        let nonce = self
            .seal
            .seal_in_place_append_tag(aad, &mut bytes)
            .map_err(|_| KeyError::Random)?;
        let sealed = [nonce.as_ref().as_slice(), &bytes].concat();
        Ok(STANDARD.encode(sealed))
    }

    /// Opens what was sealed for a place.
    ///
    /// # Errors
    /// When it was sealed with another key or for another place, or was changed.
    pub fn unseal(&self, place: &str, sealed: &str) -> Result<String, KeyError> {
        let wrong = || KeyError::Sealed {
            place: place.to_owned(),
        };
        let bytes = STANDARD.decode(sealed).map_err(|_| wrong())?;
        let (nonce, body) = bytes.split_at_checked(NONCE).ok_or_else(wrong)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| wrong())?;
        let mut body = body.to_vec();
        let aad = Aad::from(place.as_bytes());
        let opened = self.seal.open_in_place(nonce, aad, &mut body);
        let opened = opened.map_err(|_| wrong())?;
        String::from_utf8(opened.to_vec()).map_err(|_| wrong())
    }
}

/// Makes a folder that its owner alone may enter, where it is not there.
///
/// # Errors
/// When it cannot be made.
pub fn make_folder(folder: &Path) -> Result<(), KeyError> {
    let made = std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder);
    made.map_err(|source| KeyError::File {
        path: folder.to_owned(),
        source,
    })
}

/// What a file holds, or what it is made with where it is not there.
///
/// # Errors
/// When it cannot be read or written, or others may read it.
pub fn file(
    path: &Path,
    make: impl FnOnce() -> Result<Vec<u8>, KeyError>,
) -> Result<Vec<u8>, KeyError> {
    if let Some(bytes) = kept(path)? {
        return Ok(bytes);
    }
    let bytes = make()?;
    match write(path, &bytes) {
        Ok(()) => Ok(bytes),
        // Another centre was faster; its key counts.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(kept(path)?.unwrap_or(bytes)),
        Err(source) => Err(KeyError::File {
            path: path.to_owned(),
            source,
        }),
    }
}

/// What a file holds; `None` where there is none.
fn kept(path: &Path) -> Result<Option<Vec<u8>>, KeyError> {
    let fail = |source| KeyError::File {
        path: path.to_owned(),
        source,
    };
    let opened = match std::fs::File::open(path) {
        Ok(opened) => opened,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fail(error)),
    };
    let mode = opened.metadata().map_err(fail)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let path = path.to_owned();
        return Err(KeyError::Open { path, mode });
    }
    let mut bytes = Vec::new();
    opened
        .take(MAX_FILE)
        .read_to_end(&mut bytes)
        .map_err(fail)?;
    Ok(Some(bytes))
}

/// Writes a file that its owner alone reads; it must not be there yet. It is whole when it
/// appears: a centre that is killed leaves no half of a key.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let half = path.with_extension(format!("{}.part", std::process::id()));
    let mut out = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&half)?;
    let written = out.write_all(bytes).and_then(|()| out.sync_all());
    // A link does not replace what is there, as a rename would.
    let linked = written.and_then(|()| std::fs::hard_link(&half, path));
    std::fs::remove_file(&half)?;
    linked
}

/// Random bytes.
///
/// # Errors
/// When the system has none.
pub fn random(bytes: usize) -> Result<Vec<u8>, KeyError> {
    let mut random = vec![0; bytes];
    aws_lc_rs::rand::fill(&mut random).map_err(|_| KeyError::Random)?;
    Ok(random)
}

/// A random text of 43 letters, with a prefix that tells what it is.
///
/// # Errors
/// When the system has no randomness.
pub fn secret(prefix: &str) -> Result<String, KeyError> {
    Ok(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random(32)?)))
}

/// SHA-256 of a text, hexadecimal: what is kept of tokens.
pub fn hash(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Whether two texts are the same, in a time that does not tell where they differ.
pub fn same(a: &str, b: &str) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a.as_bytes(), b.as_bytes()).is_ok()
}
