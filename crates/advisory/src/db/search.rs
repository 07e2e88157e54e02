//! Looking for advisories by a piece of text.

use std::collections::BTreeSet;

use super::codec::Decoder;
use super::container::Section;
use super::{Db, DbError, GroupIndex};

/// An alias group that a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The group.
    pub group: GroupIndex,
    /// What the text was found in.
    pub matched: Matched,
}

/// What a searched text was found in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matched {
    /// An id of the group.
    Id(String),
    /// The name of a package: space and name.
    Package(String, String),
    /// The summary of an advisory.
    Summary(String),
}

impl Db {
    /// Groups with `text` at the beginning of an id, in a package's name, or in a summary,
    /// in this order; each group once, at most `limit`. Upper and lower case are the same
    /// outside ids' first letters.
    ///
    /// Summaries are only searched when the first two did not give `limit` groups; that
    /// decompresses the whole database.
    pub fn search(&self, text: &str, limit: usize) -> Result<Vec<Hit>, DbError> {
        let mut hits = Hits {
            found: Vec::new(),
            seen: BTreeSet::new(),
            limit,
        };
        let text = text.trim();
        if text.is_empty() || limit == 0 {
            return Ok(hits.found);
        }
        self.search_ids(text, &mut hits)?;
        let lower = text.to_lowercase();
        if !hits.full() {
            self.search_packages(&lower, &mut hits)?;
        }
        if !hits.full() {
            self.search_summaries(&lower, &mut hits)?;
        }
        Ok(hits.found)
    }

    fn search_ids(&self, text: &str, hits: &mut Hits) -> Result<(), DbError> {
        // Ids are kept as their authorities write them: `CVE-…`, but `GHSA-` with a
        // lower-case rest. Both spellings of what was typed are tried.
        let upper = text.to_uppercase();
        let mixed = match text.split_once('-') {
            Some((head, rest)) => format!("{}-{}", head.to_uppercase(), rest.to_lowercase()),
            None => upper.clone(),
        };
        for prefix in BTreeSet::from([text.to_owned(), upper, mixed]) {
            self.each_id(&prefix, |id, groups| {
                let within = id.starts_with(&prefix);
                if within {
                    for group in groups {
                        hits.add(*group, || Matched::Id(id.to_owned()));
                    }
                }
                within && !hits.full()
            })?;
        }
        Ok(())
    }

    fn search_packages(&self, lower: &str, hits: &mut Hits) -> Result<(), DbError> {
        let mut found = Vec::new();
        // An exact name is what people mean; names that merely contain it come after.
        self.each_key(|space, name, _| {
            let name_lower = name.to_lowercase();
            if name_lower.contains(lower) {
                found.push((name_lower != lower, space.to_owned(), name.to_owned()));
            }
            found.len() < 100_000
        })?;
        found.sort();
        for (_, space, name) in found {
            for statement in self.statements(&space, &name)? {
                let group = self.group_of(statement.advisory)?;
                hits.add(group, || Matched::Package(space.clone(), name.clone()));
            }
            if hits.full() {
                break;
            }
        }
        Ok(())
    }

    fn search_summaries(&self, lower: &str, hits: &mut Hits) -> Result<(), DbError> {
        for index in self.advisories() {
            let summary = self.record(Section::Bodies, index.0, |bytes| {
                Decoder::new(bytes).string()
            })?;
            if summary.to_lowercase().contains(lower) {
                hits.add(self.group_of(index)?, || Matched::Summary(summary));
            }
            if hits.full() {
                break;
            }
        }
        Ok(())
    }
}

/// Groups found so far.
struct Hits {
    found: Vec<Hit>,
    seen: BTreeSet<GroupIndex>,
    limit: usize,
}

impl Hits {
    fn full(&self) -> bool {
        self.found.len() >= self.limit
    }

    fn add(&mut self, group: GroupIndex, matched: impl FnOnce() -> Matched) {
        if !self.full() && self.seen.insert(group) {
            self.found.push(Hit {
                group,
                matched: matched(),
            });
        }
    }
}
