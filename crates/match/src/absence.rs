//! Why a vulnerability is not reported: every record of it, and the first reason why it
//! does not apply.

use std::collections::{BTreeMap, BTreeSet};

use lazaret_advisory::db::{AdvisoryIndex, Db, DbError, Statement};
use lazaret_ecosystem::distro;
use lazaret_model::{AdvisoryKind, FixStatus, Inventory, KeyKind, Package};

use crate::MatchOptions;
use crate::channel::{self, Reach};
use crate::condition::{self, Circumstances};
use crate::identity::is_later;
use crate::lookup::comparison::{self, Outcome};
use crate::lookup::question::{self, CPE, Question, is_system};

/// What the database knows of an id that was not found in an inventory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Absence {
    /// Whether the database knows the id at all.
    pub is_known: bool,
    /// Every record of it, nearest to a finding first; the same reason once for all packages
    /// that it is given for.
    pub considered: Vec<Considered>,
}

/// One record, and why it makes no finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Considered {
    /// How near it came.
    pub nearness: Nearness,
    /// The feed's own id of the record.
    pub advisory: String,
    /// Name of the feed.
    pub feed: String,
    /// The first reason why it does not apply.
    pub reason: String,
}

/// How near a record came to a finding, nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nearness {
    /// It holds, and another record or channel takes it back.
    Acquitted,
    /// Its package is there, and a version was compared.
    Compared,
    /// Its package is there, and a condition does not hold or nothing could be compared.
    Unmet,
    /// The record itself does not count.
    Void,
    /// Nothing of that name was found.
    NotFound,
    /// It speaks about another system or ecosystem.
    Elsewhere,
}

/// Why no finding of `inventory` is about `id`.
///
/// Goes through the whole database once, reading what is said of the id alone.
///
/// # Errors
/// When the database turns out to be damaged.
pub fn absence(
    inventory: &Inventory,
    database: &Db,
    options: &MatchOptions,
    id: &str,
) -> Result<Absence, DbError> {
    let record = database.by_id(id)?;
    let advisories = about(database, id)?;
    let asked = Asked::of(inventory);
    let mut considered: BTreeSet<Considered> = BTreeSet::new();
    // What is not here, of records that name nothing that is.
    let mut missing: BTreeMap<AdvisoryIndex, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    let mut statements: Vec<(String, String, Statement)> = Vec::new();
    database.each_package_of(&advisories, |space, name, all| {
        let of = all.into_iter().filter(|s| advisories.contains(&s.advisory));
        statements.extend(of.map(|s| (space.to_owned(), name.to_owned(), s)));
        true
    })?;
    let mut silent = advisories.clone();
    for (space, name, statement) in statements {
        silent.remove(&statement.advisory);
        let nearest = asked.nearest(inventory, &space, &name, &statement);
        let (nearness, reason) = match (void(database, statement.advisory, options)?, nearest) {
            (Some(why), _) => (Nearness::Void, why),
            (None, Some(nearest)) => nearest,
            (None, None) => {
                let of = missing.entry(statement.advisory).or_default();
                of.entry(space).or_default().insert(name);
                continue;
            }
        };
        considered.insert(told(database, statement.advisory, nearness, reason)?);
    }
    for (advisory, of) in missing {
        let head = database.advisory_head(advisory)?;
        let is_told = |c: &Considered| (&c.advisory, &c.feed) == (&head.id, &head.feed);
        if !considered.iter().any(is_told) {
            let (nearness, reason) = asked.absent(of);
            considered.insert(told(database, advisory, nearness, reason)?);
        }
    }
    for advisory in silent {
        let reason = "names no package that could be matched".to_owned();
        considered.insert(told(database, advisory, Nearness::Void, reason)?);
    }
    Ok(Absence {
        is_known: record.is_some() || !considered.is_empty(),
        considered: considered.into_iter().collect(),
    })
}

/// The first few of many.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 4;
    let first = names[..names.len().min(SHOWN)].join(", ");
    match names.len().checked_sub(SHOWN) {
        None | Some(0) => first,
        Some(more) => format!("{first} and {more} more"),
    }
}

fn told(
    database: &Db,
    advisory: AdvisoryIndex,
    nearness: Nearness,
    reason: String,
) -> Result<Considered, DbError> {
    let head = database.advisory_head(advisory)?;
    Ok(Considered {
        nearness,
        advisory: head.id,
        feed: head.feed,
        reason,
    })
}

/// Every advisory that goes by an id, or is derived from what goes by it.
fn about(database: &Db, id: &str) -> Result<BTreeSet<AdvisoryIndex>, DbError> {
    let mut ids = BTreeSet::from([id.to_owned()]);
    let mut all = BTreeSet::new();
    for group in database.by_id(id)?.map(|r| r.groups).unwrap_or_default() {
        let group = database.group(group)?;
        ids.extend(group.ids);
        all.extend(group.advisories);
    }
    all.extend(database.derived_from(&ids)?);
    Ok(all)
}

/// Why an advisory counts for nobody.
fn void(
    database: &Db,
    advisory: AdvisoryIndex,
    options: &MatchOptions,
) -> Result<Option<String>, DbError> {
    let head = database.advisory_head(advisory)?;
    if head.withdrawn {
        return Ok(Some("was withdrawn by its author".into()));
    }
    if head.rejected {
        return Ok(Some("its CVE id was rejected".into()));
    }
    if head.kind == AdvisoryKind::Informational {
        return Ok(Some("is a notice and not a vulnerability".into()));
    }
    let published = database.advisory(advisory)?.published;
    let later = is_later(&published, options.as_of.as_deref());
    Ok(later.then(|| format!("was published on {published}, which is later than asked for")))
}

/// What an inventory asks, by the name space and name that it asks for.
struct Asked<'i> {
    spaces: BTreeSet<String>,
    by_name: BTreeMap<(String, String), Vec<(&'i Package, Question<'i>)>>,
}

impl<'i> Asked<'i> {
    fn of(inventory: &'i Inventory) -> Self {
        let mut asked = Self {
            spaces: BTreeSet::new(),
            by_name: BTreeMap::new(),
        };
        let told = inventory.target.distro.as_ref();
        asked
            .spaces
            .extend(told.and_then(distro::space).map(|s| s.name));
        for package in &inventory.packages {
            let questions = if is_system(package.kind()) {
                let own = distro::distro_of_purl(&package.purl);
                let space = told.or(own.as_ref()).and_then(distro::space);
                space.map(|s| question::of_system(package, &s))
            } else {
                Some(question::of_language(package))
            };
            for question in questions.into_iter().flatten() {
                let key = (question.space.to_string(), question.name.to_string());
                asked.spaces.insert(key.0.clone());
                asked
                    .by_name
                    .entry(key)
                    .or_default()
                    .push((package, question));
            }
        }
        asked
    }

    /// The nearest that any package of that name comes; `None` where there is none.
    fn nearest(
        &self,
        inventory: &Inventory,
        space: &str,
        name: &str,
        statement: &Statement,
    ) -> Option<(Nearness, String)> {
        let key = (space.to_owned(), name.to_owned());
        let all = self.by_name.get(&key)?.iter();
        let reasons = all.map(|(package, question)| of(inventory, package, question, statement));
        reasons.min()
    }

    /// Why none of these packages was asked about, by name space.
    fn absent(&self, of: BTreeMap<String, BTreeSet<String>>) -> (Nearness, String) {
        let here = |space: &&String| self.spaces.contains(*space);
        let Some(space) = of.keys().find(here).cloned() else {
            let spaces: Vec<String> = of.into_keys().collect();
            let reason = format!("speaks about {}, which is not here", listed(&spaces));
            return (Nearness::Elsewhere, reason);
        };
        let names: Vec<String> = of
            .into_iter()
            .filter(|(of, _)| *of == space)
            .flat_map(|(_, n)| n)
            .collect();
        let reason = format!("no package {} of {space} was found", listed(&names));
        (Nearness::NotFound, reason)
    }
}

/// The first reason why a statement makes no finding on a package of its name.
fn of(
    inventory: &Inventory,
    package: &Package,
    question: &Question<'_>,
    statement: &Statement,
) -> (Nearness, String) {
    let affected = &statement.affected;
    let named = match package.version.as_str() {
        "" => package.name.clone(),
        version => format!("{} {version}", package.name),
    };
    if affected.key != question.key {
        let (wanted, has) = match affected.key {
            KeyKind::Source => ("source", "package"),
            KeyKind::Binary => ("binary", "source package"),
        };
        let reason = format!("speaks about a {wanted} package; {named} is a {has} of that name");
        return (Nearness::NotFound, reason);
    }
    if package.third_party {
        let reason = format!("{named} was not built by the distribution");
        return (Nearness::Unmet, reason);
    }
    let distro = inventory.target.distro.as_ref();
    let about = Circumstances {
        package,
        distro: distro.map(|d| d.id.as_str()),
        target_software: question.target_software.as_deref(),
    };
    let acquits = affected.status == FixStatus::NotAffected;
    if let Some(why) = condition::obstacle(&affected.qualifiers, &about, acquits) {
        return (Nearness::Unmet, format!("{named}: {why}"));
    }
    let channel = affected.qualifiers.channel.as_deref();
    let reach = channel::reach(channel, &question.version, distro);
    if question.space != CPE && reach == Reach::Apart {
        let channel = channel.unwrap_or_default();
        let reason = format!("{named}: the system does not receive the channel {channel}");
        return (Nearness::Unmet, reason);
    }
    let compared = comparison::compare(statement, question);
    let scheme = affected.scheme;
    match compared.outcome {
        _ if acquits => {
            let reason = format!("{named}: says that it is not concerned");
            (Nearness::Acquitted, reason)
        }
        Outcome::Outside => {
            let (version, range) = (compared.version, &affected.range);
            let reason = format!("{named}: {scheme}, {version} is not in {range}");
            (Nearness::Compared, reason)
        }
        Outcome::Undecided(why) => (Nearness::Unmet, format!("{named}: {scheme}: {why}")),
        Outcome::Inside(part) => {
            let reason = format!(
                "{named}: {scheme}, {} is in {part}, but a record that counts before it says \
                 otherwise",
                compared.version
            );
            (Nearness::Acquitted, reason)
        }
    }
}
