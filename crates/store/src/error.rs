use std::fmt;

/// Why an operation of the store did not happen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The row that was asked for is not there.
    #[error("{what} `{id}` is not known")]
    NotFound {
        /// The noun, for example `user`.
        what: &'static str,
        /// What was asked for.
        id: String,
    },
    /// The change contradicts what is stored: a name that is taken, a state that does not
    /// allow the transition, a second person who is the first.
    #[error("{0}")]
    Conflict(String),
    /// What was to be changed is not what the caller had seen of it: somebody else was first.
    #[error("{0} was changed by somebody else meanwhile")]
    Changed(String),
    /// The caller's lease is not the current one: another worker has the job.
    #[error("job `{id}` is no longer held under fence {fence}")]
    Fenced {
        /// The job.
        id: String,
        /// The fence that the caller showed.
        fence: i64,
    },
    /// The database was written by a newer program; this one must not touch it.
    #[error(
        "the database has schema {found}, this program knows {known}: start the newer program, \
         or restore the backup that was made before the upgrade"
    )]
    NewerSchema {
        /// The schema's number in the database.
        found: i64,
        /// The newest number this program knows.
        known: i64,
    },
    /// The database cannot be reached or is overloaded. The same call may be made again; where
    /// the connection broke at the commit, the change may have been made.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// What was read is not what had been written.
    #[error("{what} is corrupt: {detail}")]
    Corrupt {
        /// The noun.
        what: String,
        /// What is wrong with it.
        detail: String,
    },
    /// The caller's argument is out of its range; the database was not asked.
    #[error("{0}")]
    Invalid(String),
    /// The database or the object store refused for another reason.
    #[error("{0}")]
    Database(String),
}

impl Error {
    pub(crate) fn missing(what: &'static str, id: impl Into<String>) -> Error {
        Error::NotFound {
            what,
            id: id.into(),
        }
    }

    pub(crate) fn corrupt(what: impl Into<String>, detail: impl fmt::Display) -> Error {
        Error::Corrupt {
            what: what.into(),
            detail: detail.to_string(),
        }
    }

    /// Whether the same call may succeed a little later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Error::Busy(_))
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Error {
        use sqlx::error::ErrorKind;
        match &error {
            sqlx::Error::Database(inner) => match inner.kind() {
                ErrorKind::UniqueViolation
                | ErrorKind::ForeignKeyViolation
                | ErrorKind::CheckViolation
                | ErrorKind::NotNullViolation => Error::Conflict(inner.message().to_owned()),
                _ if transient(inner.code().as_deref().unwrap_or_default()) => {
                    Error::Busy(inner.message().to_owned())
                }
                _ => Error::Database(inner.message().to_owned()),
            },
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Error::Busy(error.to_string()),
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
                Error::corrupt("a row", error)
            }
            // SQLite has ended a transaction by itself: the disk is full.
            sqlx::Error::InvalidSavePointStatement | sqlx::Error::BeginFailed => {
                Error::Busy("a transaction has ended by itself".to_owned())
            }
            _ => Error::Database(error.to_string()),
        }
    }
}

/// SQLSTATE of PostgreSQL and result codes of SQLite that pass by themselves.
fn transient(code: &str) -> bool {
    // Connection lost (08), serialisation and deadlock (40), too many connections (53300; a
    // full disk, 53100, passes when an operator makes room), shut down or starting (57P).
    let postgres = code.len() == 5
        && (code.starts_with("08")
            || code.starts_with("40")
            || code.starts_with("53")
            || code.starts_with("57P"));
    // SQLITE_BUSY (5), SQLITE_LOCKED (6), SQLITE_FULL (13), with their extended codes. A full
    // disk is also an SQLITE_IOERR (10) of a write (3), of fsync (4) and truncate (6), and of the
    // memory that the log is shared through (18, 19, 21), and an SQLITE_CANTOPEN (14).
    let sqlite = code.parse::<u32>().is_ok_and(|code| match code & 0xff {
        5 | 6 | 13 | 14 => true,
        10 => matches!(code >> 8, 3 | 4 | 6 | 18 | 19 | 21),
        _ => false,
    });
    postgres || (code.len() != 5 && sqlite)
}

/// Every operation's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;
