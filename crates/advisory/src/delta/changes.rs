//! What a person, or a keeper of inventories, must know of the difference.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use lazaret_model::Advisory;

use super::{DeltaError, beyond, damaged, records};
use crate::build::Stage;
use crate::db::{Db, DbError};

/// How two databases differ.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Changes {
    /// Advisories that are new, gone or different, by (feed, id).
    pub advisories: BTreeMap<(String, String), Change>,
    /// Ids of which more, less or something else is known: records about CVE ids, known
    /// exploitation.
    pub ids: BTreeSet<String>,
    /// Ids whose probability of exploitation is different. Such a finding stays what it
    /// is and gets another number; scores move every day for most ids.
    pub scores: BTreeSet<String>,
    /// Packages, as (space, name), that must be matched again: something that is said of
    /// them, or that is known of what is said of them, is different.
    pub packages: BTreeSet<(String, String)>,
    /// Name spaces that only one of the two knows.
    pub spaces: BTreeSet<String>,
    /// (product, cycle) whose end of support is different.
    pub ends_of_life: BTreeSet<(String, String)>,
}

/// What happened to an advisory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Only the newer database has it.
    Added,
    /// Both have it, with other content or in other company of aliases.
    Modified,
    /// The newer database says that it is withdrawn, the older does not.
    Withdrawn,
    /// Only the older database has it.
    Removed,
}

impl Change {
    /// The word for people and for machines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Modified => "modified",
            Self::Withdrawn => "withdrawn",
            Self::Removed => "removed",
        }
    }
}

impl Changes {
    /// How `after` differs from `before`.
    ///
    /// # Errors
    /// When one of them is damaged.
    pub fn between(before: &Db, after: &Db) -> Result<Self, DeltaError> {
        let old = records::of(before)?;
        let new = records::beside(after, &old)?;
        let mut changes = Self {
            spaces: difference(&spaces(before), &spaces(after)),
            ids: different_ids(&old, &new),
            scores: both_ways(&old.epss, &new.epss),
            ends_of_life: both_ways(&old.ends_of_life, &new.ends_of_life),
            ..Self::default()
        };
        changes.records(&old, &new)?;
        changes.company(before, after)?;
        let mut concerned: HashSet<String> = changes.ids.iter().cloned().collect();
        for db in [before, after] {
            changes.ids_of_changed(db, &mut concerned)?;
        }
        for stage in [&old, &new] {
            changes.packages_of(stage, &concerned)?;
        }
        Ok(changes)
    }

    /// Whether nothing is different but scores.
    pub fn is_empty(&self) -> bool {
        self.advisories.is_empty()
            && self.ids.is_empty()
            && self.spaces.is_empty()
            && self.ends_of_life.is_empty()
    }

    /// Advisories whose own words are different.
    fn records(&mut self, old: &Stage, new: &Stage) -> Result<(), DeltaError> {
        for key in old.advisories_beyond(new) {
            let withdrawn = |stage: &Stage| -> Result<Option<bool>, DeltaError> {
                let advisory = stage.advisory_of(&key).map_err(damaged)?;
                Ok(advisory.map(|advisory| advisory.withdrawn.is_some()))
            };
            let change = match (withdrawn(old)?, withdrawn(new)?) {
                (_, None) => Change::Removed,
                (Some(false), Some(true)) => Change::Withdrawn,
                _ => Change::Modified,
            };
            self.advisories.insert(key, change);
        }
        for key in new.advisories_beyond(old) {
            self.advisories.entry(key).or_insert(Change::Added);
        }
        Ok(())
    }

    /// Advisories that share an id with others than before.
    fn company(&mut self, before: &Db, after: &Db) -> Result<(), DbError> {
        let mut companies = BTreeMap::new();
        for index in before.advisories() {
            let head = before.advisory_head(index)?;
            companies.insert((head.feed, head.id), before.group(head.group)?.ids);
        }
        for index in after.advisories() {
            let head = after.advisory_head(index)?;
            let key = (head.feed, head.id);
            if let Some(ids) = companies.get(&key)
                && *ids != after.group(head.group)?.ids
            {
                self.advisories.entry(key).or_insert(Change::Modified);
            }
        }
        Ok(())
    }

    /// Every id that a changed advisory goes by.
    fn ids_of_changed(&self, db: &Db, ids: &mut HashSet<String>) -> Result<(), DbError> {
        for index in db.advisories() {
            let head = db.advisory_head(index)?;
            let group = head.group;
            if self.advisories.contains_key(&(head.feed, head.id)) {
                ids.extend(db.group(group)?.ids);
            }
        }
        Ok(())
    }

    /// The packages of advisories that go by, or are derived from, one of these ids.
    fn packages_of(&mut self, stage: &Stage, ids: &HashSet<String>) -> Result<(), DeltaError> {
        for advisory in stage.advisories() {
            let advisory: Advisory = advisory.map_err(damaged)?;
            let mut names = std::iter::once(&advisory.id)
                .chain(&advisory.aliases)
                .chain(&advisory.upstream);
            if names.any(|id| ids.contains(id)) {
                let packages = advisory.affected.into_iter();
                self.packages
                    .extend(packages.map(|affected| (affected.space, affected.name)));
            }
        }
        Ok(())
    }
}

fn different_ids(old: &Stage, new: &Stage) -> BTreeSet<String> {
    let mut ids = both_ways(&old.kev, &new.kev);
    for keys in [old.cves_beyond(new), new.cves_beyond(old)] {
        ids.extend(keys.into_iter().map(|(id, _)| id));
    }
    ids
}

fn both_ways<K: Ord + Clone, V: PartialEq>(a: &BTreeMap<K, V>, b: &BTreeMap<K, V>) -> BTreeSet<K> {
    beyond(a, b).into_iter().chain(beyond(b, a)).collect()
}

fn spaces(db: &Db) -> BTreeSet<String> {
    db.spaces().iter().map(|space| space.name.clone()).collect()
}

fn difference(a: &BTreeSet<String>, b: &BTreeSet<String>) -> BTreeSet<String> {
    a.symmetric_difference(b).cloned().collect()
}
