//! Holds what feeds say while a database is built: packed, sorted, each record once.
//!
//! Several copies of one record are one: the newest `modified` counts, and copies of the
//! same time are united. Both rules give the same outcome whatever the order of the
//! copies, so files may arrive in any order.

use std::collections::BTreeMap;

use jiff::Timestamp;
use lazaret_model::{Advisory, AdvisoryKind, CveRecord, EndOfLife, Epss, FeedItem, Kev};

use super::order;
use crate::db::{self, Decoder, Encoder, Interner, MAX_KEY_BYTES, MAX_LIST_BYTES, Malformed};

/// Records by their identity, each packed into bytes of its own.
#[derive(Default)]
pub(crate) struct Stage {
    interner: Interner,
    /// By (feed, id).
    advisories: BTreeMap<(String, String), Packed>,
    /// By (id, feed).
    cves: BTreeMap<(String, String), Packed>,
    pub(crate) epss: BTreeMap<String, Epss>,
    pub(crate) kev: BTreeMap<String, Kev>,
    pub(crate) ends_of_life: BTreeMap<(String, String), EndOfLife>,
}

#[derive(Clone, PartialEq, Eq)]
struct Packed {
    modified: Option<Timestamp>,
    bytes: Box<[u8]>,
}

impl Stage {
    /// Takes a record; gives back the time it was last changed, where it says so.
    ///
    /// # Errors
    /// Why the record cannot be kept.
    pub(crate) fn add(&mut self, item: FeedItem) -> Result<Option<Timestamp>, String> {
        match item {
            FeedItem::Advisory(advisory) => self.advisory(*advisory),
            FeedItem::Cve(record) => self.cve(*record),
            FeedItem::Epss { id, epss } => {
                check_key("id", &id)?;
                let kept = self.epss.entry(id).or_insert(epss);
                // Two lists of different days: the higher score is the safer one.
                if (epss.score, epss.percentile) > (kept.score, kept.percentile) {
                    *kept = epss;
                }
                Ok(None)
            }
            FeedItem::Kev { id, kev } => {
                check_key("id", &id)?;
                let time = timestamp(&kev.date_added);
                let kept = self.kev.entry(id).or_insert_with(|| kev.clone());
                let rank = |kev: &Kev| {
                    (
                        kev.date_added.clone(),
                        kev.due_date.clone(),
                        kev.ransomware,
                        kev.name.clone(),
                    )
                };
                if rank(&kev) > rank(kept) {
                    *kept = kev;
                }
                Ok(time)
            }
            FeedItem::EndOfLife(entry) => {
                check_key("product", &entry.product)?;
                check_key("cycle", &entry.cycle)?;
                let key = (entry.product.clone(), entry.cycle.clone());
                let kept = self
                    .ends_of_life
                    .entry(key)
                    .or_insert_with(|| entry.clone());
                if (&entry.date, &entry.extended) > (&kept.date, &kept.extended) {
                    *kept = entry;
                }
                Ok(None)
            }
        }
    }

    fn advisory(&mut self, mut advisory: Advisory) -> Result<Option<Timestamp>, String> {
        check_advisory(&advisory)?;
        order::normalise(&mut advisory);
        let modified = timestamp(&advisory.modified);
        let time = modified.or_else(|| timestamp(&advisory.published));
        let key = (advisory.feed.clone(), advisory.id.clone());
        if let Some(kept) = self.advisories.get(&key) {
            if kept.modified > modified {
                return Ok(time);
            }
            if kept.modified == modified {
                let kept = self.unpack(&key, kept).map_err(|bad| bad.0.to_owned())?;
                advisory = order::unite(kept, advisory);
            }
        }
        let bytes = self.pack(&advisory)?;
        self.advisories.insert(key, Packed { modified, bytes });
        Ok(time)
    }

    fn cve(&mut self, mut record: CveRecord) -> Result<Option<Timestamp>, String> {
        check_key("id", &record.id)?;
        check_key("feed", &record.feed)?;
        record.cwes.sort();
        record.cwes.dedup();
        let modified = timestamp(&record.modified);
        let time = modified.or_else(|| timestamp(&record.published));
        let key = (record.id.clone(), record.feed.clone());
        if let Some(kept) = self.cves.get(&key) {
            let newer = match kept.modified.cmp(&modified) {
                std::cmp::Ordering::Less => true,
                std::cmp::Ordering::Greater => false,
                // Any total order will do: what matters is that it is always the same one.
                std::cmp::Ordering::Equal => {
                    let kept = self
                        .unpack_cve(&key.0, kept)
                        .map_err(|bad| bad.0.to_owned())?;
                    format!("{record:?}") > format!("{kept:?}")
                }
            };
            if !newer {
                return Ok(time);
            }
        }
        let mut out = Encoder::default();
        db::encode_cve(&record, &mut self.interner, &mut out);
        let bytes = bounded(out.bytes)?;
        self.cves.insert(key, Packed { modified, bytes });
        Ok(time)
    }

    fn pack(&mut self, advisory: &Advisory) -> Result<Box<[u8]>, String> {
        let mut out = Encoder::default();
        db::encode_record(advisory, &mut self.interner, &mut out);
        bounded(out.bytes)
    }

    fn unpack(&self, key: &(String, String), packed: &Packed) -> Result<Advisory, Malformed> {
        let identity = (key.1.clone(), key.0.clone());
        let mut decoder = Decoder::new(&packed.bytes);
        db::decode_record(identity, &mut decoder, &self.interner)
    }

    fn unpack_cve(&self, id: &str, packed: &Packed) -> Result<CveRecord, Malformed> {
        db::decode_cve(id, &mut Decoder::new(&packed.bytes), &self.interner)
    }

    /// Every advisory, ordered by (feed, id).
    pub(crate) fn advisories(&self) -> impl Iterator<Item = Result<Advisory, Malformed>> {
        self.advisories
            .iter()
            .map(|(key, packed)| self.unpack(key, packed))
    }

    /// Every record about a CVE id, ordered by (id, feed).
    pub(crate) fn cves(&self) -> impl Iterator<Item = Result<CveRecord, Malformed>> {
        self.cves
            .iter()
            .map(|((id, _), packed)| self.unpack_cve(id, packed))
    }

    /// An empty stage whose texts have the same numbers, so that equal records of both
    /// are equal bytes.
    pub(crate) fn beside(other: &Self) -> Self {
        Self {
            interner: other.interner.clone(),
            ..Self::default()
        }
    }

    /// The (feed, id) of advisories that are here and not there, or are different there.
    pub(crate) fn advisories_beyond(&self, there: &Self) -> Vec<(String, String)> {
        beyond(&self.advisories, &there.advisories)
    }

    /// The (id, feed) of CVE records that are here and not there, or are different there.
    pub(crate) fn cves_beyond(&self, there: &Self) -> Vec<(String, String)> {
        beyond(&self.cves, &there.cves)
    }

    /// The advisory of that (feed, id).
    pub(crate) fn advisory_of(
        &self,
        key: &(String, String),
    ) -> Result<Option<Advisory>, Malformed> {
        let packed = self.advisories.get(key);
        packed.map(|packed| self.unpack(key, packed)).transpose()
    }

    /// The CVE record of that (id, feed).
    pub(crate) fn cve_of(&self, key: &(String, String)) -> Result<Option<CveRecord>, Malformed> {
        let packed = self.cves.get(key);
        packed
            .map(|packed| self.unpack_cve(&key.0, packed))
            .transpose()
    }

    pub(crate) fn remove_advisory(&mut self, key: &(String, String)) {
        self.advisories.remove(key);
    }

    pub(crate) fn remove_cve(&mut self, key: &(String, String)) {
        self.cves.remove(key);
    }

    pub(super) fn advisory_count(&self) -> usize {
        self.advisories.len()
    }

    pub(super) fn cve_count(&self) -> usize {
        self.cves.len()
    }
}

fn beyond(
    here: &BTreeMap<(String, String), Packed>,
    there: &BTreeMap<(String, String), Packed>,
) -> Vec<(String, String)> {
    here.iter()
        .filter(|(key, packed)| there.get(*key) != Some(packed))
        .map(|(key, _)| key.clone())
        .collect()
}

/// The instant that an RFC 3339 time or a date names. Times before 1990 are what
/// repositories write where the publishing program fills the time in later.
pub(super) fn timestamp(text: &str) -> Option<Timestamp> {
    if text.is_empty() {
        return None;
    }
    let time = text.parse::<Timestamp>().ok().or_else(|| {
        // Without an offset, as NVD writes it; it is UTC.
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        civil
            .to_zoned(jiff::tz::TimeZone::UTC)
            .ok()
            .map(|zoned| zoned.timestamp())
    })?;
    let year_1990 = 631_152_000;
    (time.as_second() >= year_1990).then_some(time)
}

fn check_advisory(advisory: &Advisory) -> Result<(), String> {
    check_key("id", &advisory.id)?;
    check_key("feed", &advisory.feed)?;
    for alias in advisory.aliases.iter().chain(&advisory.upstream) {
        check_key("alias", alias)?;
    }
    for affected in &advisory.affected {
        check_key("space", &affected.space)?;
        check_key("package name", &affected.name)?;
        let exact = &affected.range.exact;
        if let Some(version) = exact.iter().find(|version| version.len() > MAX_KEY_BYTES) {
            return Err(too_long("version", version));
        }
        if exact.iter().map(String::len).sum::<usize>() > MAX_LIST_BYTES {
            return Err(format!(
                "{} lists more than 16 MiB of versions",
                affected.name
            ));
        }
    }
    Ok(())
}

/// Keys are separated by NUL, so they hold none.
fn check_key(what: &str, text: &str) -> Result<(), String> {
    if text.is_empty() {
        Err(format!("the {what} is empty"))
    } else if text.contains('\0') {
        Err(format!("the {what} holds a NUL byte"))
    } else if text.len() > MAX_KEY_BYTES / 2 - 1 {
        Err(too_long(what, text))
    } else {
        Ok(())
    }
}

fn too_long(what: &str, text: &str) -> String {
    let beginning: String = text.chars().take(40).collect();
    format!("the {what} `{beginning}…` is {} bytes long", text.len())
}

fn bounded(bytes: Vec<u8>) -> Result<Box<[u8]>, String> {
    if bytes.len() <= db::MAX_RECORD_BYTES {
        Ok(bytes.into_boxed_slice())
    } else {
        Err(format!("the record is {} bytes long", bytes.len()))
    }
}

/// The more harmful of two kinds.
pub(super) fn worse(a: AdvisoryKind, b: AdvisoryKind) -> AdvisoryKind {
    let rank = |kind| match kind {
        AdvisoryKind::Informational => 0,
        AdvisoryKind::Vulnerability => 1,
        AdvisoryKind::Malware => 2,
    };
    if rank(a) >= rank(b) { a } else { b }
}
