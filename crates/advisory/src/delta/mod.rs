//! What two databases differ in, and the file that turns one into the other.
//!
//! A [`Delta`] holds records, not bytes: the records of the newer database that the older
//! one has not or has otherwise, and the names of those that are gone. Numbers inside a
//! database shift with every record, so a difference of bytes would be most of the file;
//! a day's news in records is small. As a database is a pure function of its records,
//! applying a delta gives the very bytes of the full build, and the digest of the outcome
//! is checked before it is given out.
//!
//! [`Changes`] says the same for a person, and for whoever keeps inventories: which
//! packages must be matched again. What it does not name is unchanged.

mod changes;
mod file;
mod records;

pub use changes::{Change, Changes};
pub use file::exercise;

use lazaret_model::Digest;

use crate::build::{self, DEFAULT_LEVEL, Heading, Stage};
use crate::db::{Db, DbError, Malformed};

/// Why there is no delta, or why it does not apply.
#[derive(Debug, thiserror::Error)]
pub enum DeltaError {
    /// A database cannot be read.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The file is something else.
    #[error("not a delta of advisory databases")]
    NotADelta,
    /// The file is of another version of the format.
    #[error("the delta has format version {found}, this program reads version {FORMAT_VERSION}")]
    Version {
        /// The file's version.
        found: u32,
    },
    /// The file is damaged.
    #[error("the delta is damaged: {0}")]
    Damaged(&'static str),
    /// The database is not the one that the delta begins with.
    #[error("the delta begins with database {expected}, this one is {found}")]
    OtherBase {
        /// What the delta begins with.
        expected: Digest,
        /// What was given.
        found: Digest,
    },
    /// The outcome is not the database that the delta leads to.
    #[error("the delta should lead to database {expected}, but gives {found}")]
    OtherOutcome {
        /// What the delta leads to.
        expected: Digest,
        /// What came out.
        found: Digest,
    },
    /// A record of one database cannot be kept in another.
    #[error("the record {record}: {reason}")]
    Record {
        /// Its id.
        record: String,
        /// Why.
        reason: String,
    },
    /// The outcome cannot be written.
    #[error(transparent)]
    Encode(#[from] build::EncodeError),
}

/// The version of the format that this program writes and reads.
pub const FORMAT_VERSION: u32 = 1;

/// Levels of compression that a delta is tried with: the database does not tell its own.
const LEVELS: std::ops::RangeInclusive<i32> = 1..=22;

/// What turns one database into another.
pub struct Delta {
    base: Digest,
    target: Digest,
    /// zstd's, of the target.
    level: i32,
    heading: Heading,
    gone: Gone,
    /// Records that are new or different.
    put: Stage,
}

impl std::fmt::Debug for Delta {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "delta from {} to {}", self.base, self.target)
    }
}

/// Names of records that are gone.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Gone {
    /// (feed, id)
    advisories: Vec<(String, String)>,
    /// (id, feed)
    cves: Vec<(String, String)>,
    epss: Vec<String>,
    kev: Vec<String>,
    /// (product, cycle)
    ends_of_life: Vec<(String, String)>,
}

impl Delta {
    /// What turns `base` into `target`.
    ///
    /// The delta is applied once to find the level of compression that `target` was built
    /// with and to prove that the outcome is `target`, bit for bit.
    ///
    /// # Errors
    /// When a database is damaged, or `target` was written by another version of this
    /// program, whose bytes this one does not give.
    pub fn between(base: &Db, target: &Db) -> Result<Self, DeltaError> {
        let before = records::of(base)?;
        let after = records::beside(target, &before)?;
        let mut delta = Self {
            base: base.digest().clone(),
            target: target.digest().clone(),
            level: DEFAULT_LEVEL,
            heading: records::heading(target),
            gone: gone(&before, &after),
            put: put(&before, &after)?,
        };
        drop((before, after));
        let usual = std::iter::once(DEFAULT_LEVEL);
        let mut outcome = Ok(());
        for level in usual.chain(LEVELS.filter(|level| *level != DEFAULT_LEVEL)) {
            delta.level = level;
            outcome = delta.apply(base).map(drop);
            match &outcome {
                Err(DeltaError::OtherOutcome { .. }) => {}
                _ => break,
            }
        }
        outcome.map(|()| delta)
    }

    /// The digest of the database that the delta begins with.
    pub fn base(&self) -> &Digest {
        &self.base
    }

    /// The digest of the database that the delta leads to.
    pub fn target(&self) -> &Digest {
        &self.target
    }

    /// The bytes of the newer database.
    ///
    /// # Errors
    /// When `base` is another database, or the outcome is not what the delta promises.
    pub fn apply(&self, base: &Db) -> Result<Vec<u8>, DeltaError> {
        if *base.digest() != self.base {
            return Err(DeltaError::OtherBase {
                expected: self.base.clone(),
                found: base.digest().clone(),
            });
        }
        let mut stage = records::of(base)?;
        self.gone.leave(&mut stage);
        records::copy(&self.put, &mut stage)?;
        let bytes = build::encode(stage, self.heading.clone(), self.level)?.bytes;
        let outcome = Db::from_bytes(bytes)?;
        if *outcome.digest() != self.target {
            return Err(DeltaError::OtherOutcome {
                expected: self.target.clone(),
                found: outcome.digest().clone(),
            });
        }
        Ok(outcome.into_bytes())
    }
}

impl Gone {
    fn leave(&self, stage: &mut Stage) {
        self.advisories
            .iter()
            .for_each(|key| stage.remove_advisory(key));
        self.cves.iter().for_each(|key| stage.remove_cve(key));
        stage
            .epss
            .retain(|id, _| self.epss.binary_search(id).is_err());
        stage
            .kev
            .retain(|id, _| self.kev.binary_search(id).is_err());
        stage
            .ends_of_life
            .retain(|key, _| self.ends_of_life.binary_search(key).is_err());
    }
}

/// Names of what is only before, or otherwise there: what changes is put again whole.
fn gone(before: &Stage, after: &Stage) -> Gone {
    Gone {
        advisories: before.advisories_beyond(after),
        cves: before.cves_beyond(after),
        epss: beyond(&before.epss, &after.epss),
        kev: beyond(&before.kev, &after.kev),
        ends_of_life: beyond(&before.ends_of_life, &after.ends_of_life),
    }
}

fn put(before: &Stage, after: &Stage) -> Result<Stage, DeltaError> {
    let mut put = Stage::default();
    for key in after.advisories_beyond(before) {
        if let Some(advisory) = after.advisory_of(&key).map_err(damaged)? {
            records::add_advisory(&mut put, advisory)?;
        }
    }
    for key in after.cves_beyond(before) {
        if let Some(record) = after.cve_of(&key).map_err(damaged)? {
            records::add_cve(&mut put, record)?;
        }
    }
    for id in beyond(&after.epss, &before.epss) {
        put.epss.insert(id.clone(), after.epss[&id]);
    }
    for id in beyond(&after.kev, &before.kev) {
        put.kev.insert(id.clone(), after.kev[&id].clone());
    }
    for key in beyond(&after.ends_of_life, &before.ends_of_life) {
        put.ends_of_life
            .insert(key.clone(), after.ends_of_life[&key].clone());
    }
    Ok(put)
}

/// The keys whose values are not there, or are others there; sorted.
fn beyond<K: Ord + Clone, V: PartialEq>(
    here: &std::collections::BTreeMap<K, V>,
    there: &std::collections::BTreeMap<K, V>,
) -> Vec<K> {
    here.iter()
        .filter(|(key, value)| there.get(*key) != Some(value))
        .map(|(key, _)| key.clone())
        .collect()
}

fn damaged(Malformed(what): Malformed) -> DeltaError {
    DeltaError::Damaged(what)
}
