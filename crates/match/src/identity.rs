//! Which vulnerability an advisory is about, and what is known of it.
//!
//! Advisories that name each other as aliases are one vulnerability. An erratum of a
//! distribution fixes several; each of them is a finding, with the erratum as its record,
//! because people think, talk and decide in CVE ids.

use std::collections::{BTreeSet, HashMap};

use lazaret_advisory::db::{AdvisoryBody, AdvisoryIndex, Db, DbError, GroupIndex};
use lazaret_model::{Cvss, Epss, Evidence, Kev, Package, Rating, Ssvc};

use crate::cvss;
use crate::lookup::Candidate;

/// A vulnerability.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Identity {
    /// A group of aliases.
    Group(GroupIndex),
    /// An id that no advisory of its own describes.
    Id(String),
}

/// What is known of a vulnerability.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) id: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) title: String,
    pub(crate) ratings: Vec<Rating>,
    pub(crate) cvss: Vec<Cvss>,
    pub(crate) cwes: Vec<String>,
    pub(crate) references: Vec<String>,
    pub(crate) published: Option<String>,
    pub(crate) epss: Option<Epss>,
    pub(crate) kev: Option<Kev>,
    pub(crate) ssvc: Option<Ssvc>,
}

/// Most addresses that a finding carries.
const MAX_REFERENCES: usize = 12;

/// Asks the database once for what many findings need.
pub(crate) struct Facts<'a> {
    database: &'a Db,
    as_of: Option<&'a str>,
    identities: HashMap<AdvisoryIndex, Vec<Identity>>,
    bodies: HashMap<AdvisoryIndex, AdvisoryBody>,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(database: &'a Db, as_of: Option<&'a str>) -> Self {
        Self {
            database,
            as_of,
            identities: HashMap::new(),
            bodies: HashMap::new(),
        }
    }

    fn body(&mut self, index: AdvisoryIndex) -> Result<&AdvisoryBody, DbError> {
        match self.bodies.entry(index) {
            std::collections::hash_map::Entry::Occupied(entry) => Ok(entry.into_mut()),
            std::collections::hash_map::Entry::Vacant(entry) => {
                Ok(entry.insert(self.database.advisory(index)?))
            }
        }
    }

    /// The feed of an advisory, and its id there.
    pub(crate) fn name(&mut self, index: AdvisoryIndex) -> Result<(&str, &str), DbError> {
        let body = self.body(index)?;
        Ok((&body.feed, &body.id))
    }

    /// The vulnerabilities that an advisory is about.
    pub(crate) fn identities(&mut self, index: AdvisoryIndex) -> Result<Vec<Identity>, DbError> {
        if let Some(known) = self.identities.get(&index) {
            return Ok(known.clone());
        }
        let upstream = self.body(index)?.upstream.clone();
        let mut all = Vec::new();
        for id in &upstream {
            let groups = self
                .database
                .by_id(id)?
                .map(|r| r.groups)
                .unwrap_or_default();
            // An id that several groups claim stands for itself.
            all.push(match groups.as_slice() {
                [one] => Identity::Group(*one),
                _ => Identity::Id(id.clone()),
            });
        }
        if all.is_empty() {
            all.push(Identity::Group(self.database.group_of(index)?));
        }
        all.sort();
        all.dedup();
        self.identities.insert(index, all.clone());
        Ok(all)
    }

    /// Everything that is known of a vulnerability, with the records that made it a
    /// finding first.
    pub(crate) fn known(
        &mut self,
        identity: &Identity,
        candidates: &[&Candidate],
    ) -> Result<Known, DbError> {
        let mut known = Known::default();
        let mut ids: BTreeSet<String> = BTreeSet::new();
        let mut records: Vec<AdvisoryIndex> =
            candidates.iter().map(|c| c.statement.advisory).collect();
        match identity {
            Identity::Group(index) => {
                let group = self.database.group(*index)?;
                known.id = group.primary;
                ids.extend(group.ids);
                records.extend(group.advisories);
            }
            Identity::Id(id) => {
                known.id.clone_from(id);
            }
        }
        let mut seen = BTreeSet::new();
        records.retain(|r| seen.insert(*r));
        for record in records {
            let decides = candidates.iter().any(|c| c.statement.advisory == record);
            let body = self.body(record)?.clone();
            if decides {
                ids.insert(body.id.clone());
            }
            // What an erratum says of itself is about all that it fixes together.
            let alone = body.upstream.len() < 2;
            known.take(body, alone);
        }
        ids.insert(known.id.clone());
        for id in ids.iter().filter(|i| i.starts_with("CVE-")) {
            self.enrich(id, &mut known)?;
        }
        ids.remove(&known.id);
        known.aliases = ids.into_iter().collect();
        known.finish();
        Ok(known)
    }

    fn enrich(&self, id: &str, known: &mut Known) -> Result<(), DbError> {
        let Some(record) = self.database.by_id(id)? else {
            return Ok(());
        };
        known.epss = known.epss.or(record.epss);
        let kev = record
            .kev
            .filter(|kev| !is_later(&kev.date_added, self.as_of));
        known.kev = known.kev.take().or(kev);
        for cve in record.cves {
            if known.title.is_empty() {
                known.title = cve.summary;
            }
            known.ratings.extend(cve.ratings);
            known.cwes.extend(cve.cwes);
            known.references.extend(cve.references);
            known.ssvc = known.ssvc.take().or(cve.ssvc);
            known.published = known
                .published
                .take()
                .or_else(|| Some(cve.published).filter(|p| !p.is_empty()));
        }
        Ok(())
    }

    /// What a candidate rests on.
    pub(crate) fn evidence(
        &mut self,
        package: &Package,
        candidate: &Candidate,
    ) -> Result<Evidence, DbError> {
        let affected = &candidate.statement.affected;
        let compared = match &candidate.doubt {
            Some(reason) => format!("{}: {reason}", affected.scheme),
            None => format!(
                "{}, {}, {}",
                affected.scheme, candidate.version, candidate.range
            ),
        };
        let body = self.body(candidate.statement.advisory)?;
        Ok(Evidence {
            advisory: body.id.clone(),
            feed: body.feed.clone(),
            key: candidate.key.clone(),
            range: affected.range.to_string(),
            compared,
            locations: package.locations.iter().map(|l| l.path.clone()).collect(),
        })
    }
}

/// Whether a time is known and after the date.
pub(crate) fn is_later(time: &str, as_of: Option<&str>) -> bool {
    as_of.is_some_and(|date| time.get(..date.len()).is_some_and(|day| day > date))
}

impl Known {
    /// Takes over what one advisory says. `alone`: it is about this vulnerability only.
    fn take(&mut self, body: AdvisoryBody, alone: bool) {
        if self.title.is_empty() {
            self.title = body.summary;
        }
        if alone {
            self.ratings.extend(body.ratings);
            self.cwes.extend(body.cwes);
        } else {
            // The erratum's own word stays, marked as its own, without a vector.
            self.ratings.extend(
                body.ratings
                    .into_iter()
                    .map(|r| Rating { vector: None, ..r }),
            );
        }
        self.references.extend(body.references);
        if self.published.is_none() && !body.published.is_empty() {
            self.published = Some(body.published);
        }
    }

    fn finish(&mut self) {
        let mut seen = BTreeSet::new();
        self.ratings
            .retain(|r| seen.insert((r.source.clone(), r.severity, r.vector.clone())));
        self.cwes.sort();
        self.cwes.dedup();
        let mut seen = BTreeSet::new();
        self.references.retain(|r| {
            (r.starts_with("https://") || r.starts_with("http://")) && seen.insert(r.clone())
        });
        self.references.truncate(MAX_REFERENCES);
        self.cvss = self
            .ratings
            .iter()
            .filter_map(|rating| {
                let vector = rating.vector.clone()?;
                Some(Cvss {
                    source: rating.source.clone(),
                    version: cvss::version(&vector).to_owned(),
                    score: cvss::score(&vector),
                    vector,
                })
            })
            .collect();
    }
}
