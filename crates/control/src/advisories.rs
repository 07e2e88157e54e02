//! The advisory database that the centre decides by, and its news.
//!
//! `lazaret db update` puts another file in its place; the centre notices, and decides
//! again on what it has. The old one stays mapped until nobody uses it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use std::time::SystemTime;

use lazaret_advisory::delta::Delta;
use lazaret_advisory::{Db, DbError, starter};

/// The advisory database.
pub struct Advisories {
    path: Option<PathBuf>,
    held: RwLock<Held>,
}

struct Held {
    database: Arc<Db>,
    seen: Option<(SystemTime, u64)>,
    /// What led here from the database before: its digest, and the bytes.
    delta: Option<(String, Arc<Vec<u8>>)>,
}

/// The database until now, and that of now.
pub(crate) struct News {
    pub(crate) before: Arc<Db>,
    pub(crate) after: Arc<Db>,
}

impl Advisories {
    /// The database in a file; without one, or where there is no such file yet, the starter
    /// inside the program.
    ///
    /// # Errors
    /// When the file is no database.
    pub fn open(path: Option<PathBuf>) -> Result<Self, DbError> {
        let seen = path.as_deref().and_then(look);
        let database = match (&path, seen) {
            (Some(path), Some(_)) => Db::open(path)?,
            _ => starter::database()?,
        };
        let held = Held {
            database: Arc::new(database),
            seen,
            delta: None,
        };
        Ok(Self {
            path,
            held: RwLock::new(held),
        })
    }

    /// The database of now.
    pub fn current(&self) -> Arc<Db> {
        let held = match self.held.read() {
            Ok(held) => held,
            // Nothing is ever half written under this lock.
            Err(poisoned) => poisoned.into_inner(),
        };
        Arc::clone(&held.database)
    }

    /// What leads from the database of that digest to that of now, where it is known.
    pub(crate) fn delta(&self, from: &str) -> Option<Arc<Vec<u8>>> {
        let held = match self.held.read() {
            Ok(held) => held,
            Err(poisoned) => poisoned.into_inner(),
        };
        let (base, bytes) = held.delta.as_ref()?;
        (base == from).then(|| Arc::clone(bytes))
    }

    /// Looks whether another file is there, and uses it if so. Blocking.
    ///
    /// # Errors
    /// When the new file is no database; the old one is then used on.
    pub(crate) fn refresh(&self) -> Result<Option<News>, DbError> {
        let Some(path) = &self.path else {
            return Ok(None);
        };
        let seen = look(path);
        let before = {
            let held = match self.held.read() {
                Ok(held) => held,
                Err(poisoned) => poisoned.into_inner(),
            };
            if seen.is_none() || held.seen == seen {
                return Ok(None);
            }
            Arc::clone(&held.database)
        };
        let opened = Db::open(path).and_then(|database| {
            database.verify()?;
            Ok(Arc::new(database))
        });
        // Whoever had another one before gets the whole.
        let delta = opened.as_ref().ok().and_then(|after| {
            let delta = Delta::between(&before, after).ok()?;
            Some((
                before.digest().to_string(),
                Arc::new(delta.to_bytes().ok()?),
            ))
        });
        let mut held = match self.held.write() {
            Ok(held) => held,
            Err(poisoned) => poisoned.into_inner(),
        };
        // A broken file is told of once, not every few seconds.
        held.seen = seen;
        let after = opened?;
        held.database = Arc::clone(&after);
        held.delta = delta;
        let is_new = before.digest() != after.digest();
        Ok(is_new.then_some(News { before, after }))
    }
}

fn look(path: &Path) -> Option<(SystemTime, u64)> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
