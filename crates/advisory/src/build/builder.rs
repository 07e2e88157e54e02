//! From records to a database file, in memory.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use jiff::Timestamp;
use lazaret_model::{CveRecord, FeedInfo, FeedItem};

use super::aliases::{Aliases, Closure, Names, is_guarded};
use super::stage::Stage;
use crate::db::{self, Content, CveBytes, Encoder, Interner, Malformed};

/// Why records do not become a database.
#[derive(Debug, thiserror::Error)]
#[error("encode the advisory database")]
pub struct EncodeError(#[source] std::io::Error);

/// A finished database.
#[derive(Debug)]
pub struct Encoded {
    /// The file.
    pub bytes: Vec<u8>,
    /// Number of advisories.
    pub advisories: u64,
    /// Number of records about CVE ids.
    pub cve_records: u64,
    /// Number of alias groups.
    pub groups: u64,
    /// Joins of aliases that were refused because they would have mixed products.
    pub refused_joins: u64,
}

/// Collects records and turns them into a database file.
///
/// The file does not depend on the order of the records.
#[derive(Default)]
pub struct Builder {
    stage: Stage,
    feeds: Vec<FeedTimes>,
    /// What was published after this date is left out.
    as_of: Option<String>,
}

/// Whether a record is known to have been published after a date.
fn is_later(item: &FeedItem, date: &str) -> bool {
    let told = |published: &str, modified: &str| match published {
        "" => modified.get(..date.len()).is_some_and(|day| day > date),
        _ => published.get(..date.len()).is_some_and(|day| day > date),
    };
    match item {
        FeedItem::Advisory(advisory) => told(&advisory.published, &advisory.modified),
        FeedItem::Cve(record) => told(&record.published, ""),
        FeedItem::Kev { kev, .. } => told(&kev.date_added, ""),
        FeedItem::Epss { .. } | FeedItem::EndOfLife(_) => false,
    }
}

struct FeedTimes {
    name: String,
    newest: Option<Timestamp>,
    records: u64,
}

impl Builder {
    /// A builder without records.
    pub fn new() -> Self {
        Self::default()
    }

    /// A builder that leaves out what was published after a date, `YYYY-MM-DD`.
    pub fn as_of(date: Option<String>) -> Self {
        Self {
            as_of: date,
            ..Self::default()
        }
    }

    /// Makes a feed known, so that the file lists it even where it has no records.
    pub fn feed(&mut self, name: &str) {
        self.position(name);
    }

    /// Takes a record that was read by the feed called `feed`.
    ///
    /// # Errors
    /// Why the record cannot be kept, as a sentence fragment.
    pub fn item(&mut self, feed: &str, item: FeedItem) -> Result<(), String> {
        if self
            .as_of
            .as_deref()
            .is_some_and(|date| is_later(&item, date))
        {
            return Ok(());
        }
        let time = self.stage.add(item)?;
        let position = self.position(feed);
        let feed = &mut self.feeds[position];
        feed.records += 1;
        feed.newest = feed.newest.max(time);
        Ok(())
    }

    fn position(&mut self, name: &str) -> usize {
        match self.feeds.iter().position(|feed| feed.name == name) {
            Some(position) => position,
            None => {
                self.feeds.push(FeedTimes {
                    name: name.to_owned(),
                    newest: None,
                    records: 0,
                });
                self.feeds.len() - 1
            }
        }
    }

    /// Writes the file. `level` is zstd's; `starter` marks the database in the program.
    pub fn finish(self, level: i32, starter: bool) -> Result<Encoded, EncodeError> {
        let heading = Heading {
            built_at: rfc3339(self.feeds.iter().filter_map(|feed| feed.newest).max()),
            feeds: infos(self.feeds),
            starter,
        };
        encode(self.stage, heading, level)
    }
}

/// What a database says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heading {
    /// RFC 3339 time of the newest record, empty where there is none.
    pub(crate) built_at: String,
    /// Feeds by name.
    pub(crate) feeds: Vec<FeedInfo>,
    /// Whether it is the database inside the program.
    pub(crate) starter: bool,
}

/// Turns records into a file: a pure function of its arguments.
pub(crate) fn encode(
    mut stage: Stage,
    heading: Heading,
    level: i32,
) -> Result<Encoded, EncodeError> {
    let malformed = |Malformed(what)| EncodeError(std::io::Error::other(what));
    let closure = close(&stage).map_err(malformed)?;
    let mut interner = Interner::default();
    let cves = encode_cves(&stage, &mut interner).map_err(malformed)?;
    let rejected = rejected_ids(&stage).map_err(malformed)?;
    let encoded = Encoded {
        bytes: Vec::new(),
        advisories: stage.advisory_count() as u64,
        cve_records: stage.cve_count() as u64,
        groups: closure.groups.len() as u64,
        refused_joins: closure.refused as u64,
    };

    let epss = std::mem::take(&mut stage.epss);
    let kev = std::mem::take(&mut stage.kev);
    let ends_of_life = std::mem::take(&mut stage.ends_of_life);
    let mut outcome = Ok(());
    let mut advisories = stage.advisories().map_while(|advisory| match advisory {
        Ok(advisory) => {
            let is_rejected = rejected.binary_search(&advisory.id).is_ok();
            Some((advisory, is_rejected))
        }
        Err(bad) => {
            outcome = Err(bad);
            None
        }
    });
    let content = Content {
        built_at: heading.built_at,
        starter: heading.starter,
        feeds: heading.feeds,
        advisories: &mut advisories,
        group_of: closure.group_of,
        groups: closure.groups,
        cves,
        interner,
        epss,
        kev,
        ends_of_life,
    };
    let bytes = db::write(content, level).map_err(EncodeError)?;
    outcome.map_err(malformed)?;
    Ok(Encoded { bytes, ..encoded })
}

/// What the file says about its feeds, by name.
fn infos(mut feeds: Vec<FeedTimes>) -> Vec<FeedInfo> {
    feeds.sort_by(|a, b| a.name.cmp(&b.name));
    feeds
        .into_iter()
        .map(|feed| FeedInfo {
            name: feed.name,
            as_of: rfc3339(feed.newest),
            records: feed.records,
        })
        .collect()
}

fn close(stage: &Stage) -> Result<Closure, Malformed> {
    let mut aliases = Aliases::default();
    for advisory in stage.advisories() {
        let advisory = advisory?;
        let packages = if is_guarded(&advisory.id) {
            advisory
                .affected
                .iter()
                .map(|affected| package_key(&affected.space, &affected.name))
                .collect()
        } else {
            Vec::new()
        };
        aliases.add(&Names {
            id: &advisory.id,
            aliases: &advisory.aliases,
            packages,
        });
    }
    Ok(aliases.close())
}

/// A number for a package; the same on every machine and in every run, because the
/// hasher is not seeded.
fn package_key(space: &str, name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (space, name).hash(&mut hasher);
    hasher.finish()
}

fn encode_cves(stage: &Stage, interner: &mut Interner) -> Result<Vec<CveBytes>, Malformed> {
    let mut encoded = Vec::with_capacity(stage.cve_count());
    for record in stage.cves() {
        let record = record?;
        let mut out = Encoder::default();
        db::encode_cve(&record, interner, &mut out);
        encoded.push(CveBytes {
            id: record.id,
            bytes: out.bytes,
        });
    }
    Ok(encoded)
}

/// Ids that every record about them calls rejected, sorted.
fn rejected_ids(stage: &Stage) -> Result<Vec<String>, Malformed> {
    let mut ids: Vec<(String, bool)> = Vec::new();
    for record in stage.cves() {
        let CveRecord { id, rejected, .. } = record?;
        match ids.last_mut() {
            Some((last, all)) if *last == id => *all &= rejected,
            _ => ids.push((id, rejected)),
        }
    }
    ids.retain(|(_, rejected)| *rejected);
    Ok(ids.into_iter().map(|(id, _)| id).collect())
}

/// The time in UTC with seconds, so that the order of texts is the order of times; empty
/// where there is none.
fn rfc3339(time: Option<Timestamp>) -> String {
    let text = |time: Timestamp| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    time.map(text).unwrap_or_default()
}
