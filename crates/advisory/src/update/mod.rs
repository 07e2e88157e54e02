//! Keeps a database file current.
//!
//! [`update`] asks mirrors, one after the other, for a prebuilt file; [`update_from_feeds`]
//! downloads what the feeds publish and builds from that. Whatever arrives is verified before
//! it replaces anything, and it replaces by renaming in the same folder: a reader sees
//! the old file or the new one, and a failed update leaves the old one in place.
//!
//! Nothing here asks for the time; [`freshness`] is told it.

#[cfg(feature = "feeds")]
mod feeds;
mod freshness;
#[cfg(feature = "feeds")]
mod http;
mod validators;

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use lazaret_model::{DatabaseInfo, Digest};

#[cfg(feature = "feeds")]
pub use feeds::{
    FeedEvent, FeedFile, FeedOrigin, FeedSettings, FeedsUpdate, Outcome, update_from_feeds,
};
pub use freshness::{Freshness, freshness};

use crate::build::persist;
use crate::{Db, DbError};
use validators::Validators;

/// Where a prebuilt database can be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mirror {
    /// An address, `http://` or `https://`.
    Http(String),
    /// A file.
    File(PathBuf),
    /// A reference to an artifact in a registry, without `oci:`.
    Oci(String),
}

impl FromStr for Mirror {
    type Err = std::convert::Infallible;

    /// `https://…`, `http://…`, `oci:…`; everything else is a path.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with("https://") || text.starts_with("http://") {
            return Ok(Self::Http(text.to_owned()));
        }
        Ok(match text.strip_prefix("oci:") {
            Some(reference) => Self::Oci(reference.trim_start_matches("//").to_owned()),
            None => Self::File(text.strip_prefix("file:").unwrap_or(text).into()),
        })
    }
}

impl std::fmt::Display for Mirror {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            // An address may carry a password; it is not repeated.
            Self::Http(address) => f.write_str(&without_password(address)),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Oci(reference) => write!(f, "oci:{reference}"),
        }
    }
}

fn without_password(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return address.to_owned();
    };
    let authority = rest.find('/').unwrap_or(rest.len());
    match rest[..authority].rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
        None => address.to_owned(),
    }
}

/// Copies the database that a registry has under a reference to a writer, and verifies
/// the digests that the registry states. The reason of a failure is a sentence fragment.
///
/// This crate knows no registry; whoever calls it does.
pub type OciFetch<'a> = dyn Fn(&str, &mut dyn Write) -> Result<(), String> + 'a;

/// How to update.
pub struct UpdateOptions<'a> {
    /// Content digest that the database must have.
    pub expected: Option<Digest>,
    /// Take a database that is older than the one that is there.
    pub allow_older: bool,
    /// Largest download in bytes.
    pub max_bytes: u64,
    /// How often an address is tried before the next mirror is.
    pub attempts: u32,
    /// Wait before the second attempt; doubled before each further one.
    pub back_off: Duration,
    /// Longest time for one attempt.
    pub timeout: Duration,
    /// PEM files with certificates of authorities to trust beside the system's.
    pub certificates: Vec<PathBuf>,
    /// How artifacts are fetched from registries.
    pub oci: Option<&'a OciFetch<'a>>,
}

impl Default for UpdateOptions<'_> {
    fn default() -> Self {
        Self {
            expected: None,
            allow_older: false,
            max_bytes: 2 << 30,
            attempts: 3,
            back_off: Duration::from_millis(500),
            timeout: Duration::from_secs(900),
            certificates: Vec::new(),
            oci: None,
        }
    }
}

/// What an update did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Updated {
    /// The mirror has the database that is there.
    Unchanged {
        /// The mirror that said so.
        mirror: String,
    },
    /// The database was replaced.
    Replaced {
        /// The mirror that it is from.
        mirror: String,
        /// What it is.
        info: DatabaseInfo,
        /// Its size.
        size_bytes: u64,
    },
}

/// Why a mirror did not give a database.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The mirror cannot be reached, or the connection broke.
    #[error("{0}")]
    Transport(String),
    /// The mirror answers with an error.
    #[error("the server answers {status}")]
    Status {
        /// The HTTP status.
        status: u16,
    },
    /// The answer is larger than allowed.
    #[error("larger than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// The file is not the one that its checksum file names.
    #[error("has SHA-256 {actual}, the checksum beside it says {stated}")]
    Checksum {
        /// What arrived.
        actual: String,
        /// What the mirror says.
        stated: String,
    },
    /// What arrived is no good database.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The database is not the one that was asked for.
    #[error("is {actual}, not {expected}")]
    Unexpected {
        /// The digest of what arrived.
        actual: Digest,
        /// The digest that was asked for.
        expected: Digest,
    },
    /// The database is older than the one that is there.
    #[error("is of {offered}, the database in use is of {current}")]
    Older {
        /// When the offered one was built.
        offered: String,
        /// When the current one was built.
        current: String,
    },
    /// A file cannot be read or written.
    #[error("{what}: {source}")]
    Io {
        /// What was done.
        what: &'static str,
        /// What the operating system says.
        #[source]
        source: io::Error,
    },
    /// What arrived cannot be read as its feed.
    #[error("{0}")]
    Unreadable(String),
    /// The registry does not give the artifact.
    #[error("{0}")]
    Registry(String),
    /// This program cannot fetch from there.
    #[error("{0} is not supported by this program")]
    Unsupported(&'static str),
}

/// Why there is no newer database. The old one, if there was one, is untouched.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// No mirror was named.
    #[error("no mirror to update from")]
    NoMirror,
    /// No mirror gave a database.
    #[error("no mirror gave a database; what was there is kept{}", listed(.attempts))]
    AllFailed {
        /// Each mirror with what was wrong.
        attempts: Vec<(String, FetchError)>,
    },
    /// The new database would lack a feed that the one in use has.
    #[error("the feed {feed} cannot be had, and the database in use has it; it is kept{}", listed(.attempts))]
    WouldLose {
        /// The feed.
        feed: String,
        /// What was wrong with its files.
        attempts: Vec<(String, FetchError)>,
    },
    /// The folder for downloads cannot be used.
    #[error("use {} for downloads", path.display())]
    Staging {
        /// The folder.
        path: PathBuf,
        /// What the operating system says.
        #[source]
        source: io::Error,
    },
    /// What was downloaded does not become a database.
    #[error("build a database from the downloads; what was there is kept")]
    Build(#[source] crate::build::BuildError),
    /// A certificate cannot be used.
    #[error("certificate {}: {reason}", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What was wrong.
        reason: String,
    },
}

fn listed(attempts: &[(String, FetchError)]) -> String {
    attempts
        .iter()
        .map(|(mirror, error)| format!("\n  {mirror}: {error}"))
        .collect()
}

/// Replaces the database at `dest` by that of the first mirror that gives a good one.
///
/// A mirror that says that nothing changed ends the update, and so does one that gives a
/// good database. `dest` need not exist; what is there is only replaced by a database that
/// was verified whole.
pub fn update(
    mirrors: &[Mirror],
    dest: &Path,
    options: &UpdateOptions<'_>,
) -> Result<Updated, UpdateError> {
    if mirrors.is_empty() {
        return Err(UpdateError::NoMirror);
    }
    let update = Update {
        dest,
        options,
        current: Current::read(dest),
        #[cfg(feature = "feeds")]
        client: http::Client::new(options)?,
    };
    let mut attempts = Vec::new();
    for mirror in mirrors {
        match update.from(mirror) {
            Ok(updated) => return Ok(updated),
            Err(error) => attempts.push((mirror.to_string(), error)),
        }
    }
    Err(UpdateError::AllFailed { attempts })
}

struct Update<'a> {
    dest: &'a Path,
    options: &'a UpdateOptions<'a>,
    current: Option<Current>,
    #[cfg(feature = "feeds")]
    client: http::Client,
}

/// The database that is there.
struct Current {
    digest: Digest,
    built_at: String,
    #[cfg_attr(not(feature = "feeds"), expect(dead_code, reason = "only HTTP asks"))]
    validators: Validators,
}

impl Current {
    /// Nothing where there is no readable database: then any good one is better.
    fn read(dest: &Path) -> Option<Self> {
        let db = Db::open(dest).ok()?;
        let digest = db.digest().clone();
        // What a server said about a file that is not there any more must not be sent.
        let validators = Validators::load(dest)
            .filter(|known| known.digest == digest.to_string())
            .unwrap_or_default();
        Some(Self {
            built_at: db.info().built_at.clone(),
            digest,
            validators,
        })
    }
}

/// What arrived, in a file beside the destination.
struct Arrived {
    file: tempfile::NamedTempFile,
    validators: Validators,
}

impl Update<'_> {
    fn from(&self, mirror: &Mirror) -> Result<Updated, FetchError> {
        let arrived = match mirror {
            Mirror::Http(address) => self.http(address)?,
            Mirror::File(path) => Some(self.file(path)?),
            Mirror::Oci(reference) => Some(self.oci(reference)?),
        };
        let mirror = mirror.to_string();
        match arrived {
            None => Ok(Updated::Unchanged { mirror }),
            Some(arrived) => self.accept(mirror, arrived),
        }
    }

    #[cfg(feature = "feeds")]
    fn http(&self, address: &str) -> Result<Option<Arrived>, FetchError> {
        let mut file = self.temporary()?;
        let known = self.current.as_ref().map(|current| &current.validators);
        let known = known.filter(|known| known.address == address);
        let answer = self.client.download(address, known, file.as_file_mut())?;
        let Some(validators) = answer.validators else {
            return Ok(None);
        };
        self.client.check(address, &answer.sha256)?;
        Ok(Some(Arrived { file, validators }))
    }

    #[cfg(not(feature = "feeds"))]
    fn http(&self, _: &str) -> Result<Option<Arrived>, FetchError> {
        Err(FetchError::Unsupported("http"))
    }

    fn file(&self, path: &Path) -> Result<Arrived, FetchError> {
        let io = |what| move |source| FetchError::Io { what, source };
        let source = File::open(path).map_err(io("open the file"))?;
        let mut file = self.temporary()?;
        let limit = self.options.max_bytes;
        let mut limited = source.take(limit.saturating_add(1));
        let copied = io::copy(&mut limited, file.as_file_mut()).map_err(io("copy the file"))?;
        if copied > limit {
            return Err(FetchError::TooLarge { limit });
        }
        Ok(Arrived {
            file,
            validators: Validators::default(),
        })
    }

    fn oci(&self, reference: &str) -> Result<Arrived, FetchError> {
        let fetch = self
            .options
            .oci
            .ok_or(FetchError::Unsupported("a registry"))?;
        let mut file = self.temporary()?;
        let mut out = Limited {
            out: file.as_file_mut(),
            left: self.options.max_bytes,
            overflowed: false,
        };
        let fetched = fetch(reference, &mut out);
        if out.overflowed {
            let limit = self.options.max_bytes;
            return Err(FetchError::TooLarge { limit });
        }
        fetched.map_err(FetchError::Registry)?;
        Ok(Arrived {
            file,
            validators: Validators::default(),
        })
    }

    /// Verifies what arrived and puts it in place.
    fn accept(&self, mirror: String, arrived: Arrived) -> Result<Updated, FetchError> {
        let db = Db::open(arrived.file.path())?;
        db.verify()?;
        let digest = db.digest().clone();
        if let Some(expected) = self.options.expected.as_ref().filter(|e| **e != digest) {
            return Err(FetchError::Unexpected {
                actual: digest,
                expected: expected.clone(),
            });
        }
        let validators = Validators {
            digest: digest.to_string(),
            ..arrived.validators
        };
        if let Some(current) = &self.current {
            if current.digest == digest {
                validators.store(self.dest);
                return Ok(Updated::Unchanged { mirror });
            }
            // RFC 3339 in UTC with seconds: the order of texts is the order of times.
            let offered = &db.info().built_at;
            if !self.options.allow_older && *offered < current.built_at {
                return Err(FetchError::Older {
                    offered: offered.clone(),
                    current: current.built_at.clone(),
                });
            }
        }
        let info = db.info().clone();
        let size_bytes = db.size_bytes() as u64;
        drop(db);
        // The old validators would be of another file if the process died in between.
        Validators::remove(self.dest);
        persist(arrived.file, self.dest).map_err(|source| FetchError::Io {
            what: "replace the database",
            source,
        })?;
        validators.store(self.dest);
        Ok(Updated::Replaced {
            mirror,
            info,
            size_bytes,
        })
    }

    /// A file in the folder of the destination, so that a rename puts it in place.
    fn temporary(&self) -> Result<tempfile::NamedTempFile, FetchError> {
        temporary_beside(self.dest).map_err(|source| FetchError::Io {
            what: "create a file beside the database",
            source,
        })
    }
}

fn temporary_beside(dest: &Path) -> io::Result<tempfile::NamedTempFile> {
    let folder = match dest.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    tempfile::Builder::new()
        .prefix(".advisories-")
        .suffix(".tmp")
        .tempfile_in(folder)
}

/// Refuses to write more than a number of bytes.
struct Limited<'a> {
    out: &'a mut File,
    left: u64,
    overflowed: bool,
}

impl Write for Limited<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(left) = self.left.checked_sub(bytes.len() as u64) else {
            self.overflowed = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        };
        self.left = left;
        self.out.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
