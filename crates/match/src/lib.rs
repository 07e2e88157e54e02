//! An inventory against the advisory database: which findings, and how sure.
//!
//! Pure: no clock, no network, no files. What is returned is ordered and the same for
//! the same inputs. A comparison that cannot be made is a finding of status
//! `undecided`; a package about which nothing can be known is a gap. Silence means that
//! somebody looked and found nothing.
//!
//! The rules are those of `docs/matching.md`.

mod absence;
mod again;
mod channel;
mod condition;
mod cvss;
mod identity;
mod inert;
mod lookup;
mod ownership;
mod platform;
mod severity;

use std::collections::{BTreeMap, BTreeSet};

use lazaret_advisory::db::{Db, DbError};
use lazaret_model::{
    Evidence, Finding, FindingPackage, FixStatus, Gap, GapKind, Inventory, Package, Risk,
};

use identity::{Facts, Identity};
use lookup::{Candidate, Standing, Verdict};

pub use absence::{Absence, Considered, Nearness, absence};
pub use again::{Keys, ReverseIndex};
pub use cvss::{score, version};

/// What a caller can choose about matching.
#[derive(Debug, Clone, Default)]
pub struct MatchOptions {
    /// Today's date, `YYYY-MM-DD`, which ends of support are held against. `None`: ends
    /// of support are not judged.
    pub today: Option<String>,
    /// A date, `YYYY-MM-DD`: advisories that were published later make no finding, and
    /// exploitation that became known later is not known.
    pub as_of: Option<String>,
    /// Show what the owner's distribution has already judged as findings of their own, and
    /// rate findings on packages of which nothing can run like any other.
    pub strict: bool,
}

/// What matching yields.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MatchResult {
    /// Findings, ordered by package purl and id.
    pub findings: Vec<Finding>,
    /// What could not be matched.
    pub gaps: Vec<Gap>,
}

/// Everything that the database knows against the packages of an inventory.
///
/// # Errors
/// When the database turns out to be damaged.
pub fn matched(
    inventory: &Inventory,
    database: &Db,
    options: &MatchOptions,
) -> Result<MatchResult, DbError> {
    let mut result = MatchResult::default();
    let as_of = options.as_of.as_deref();
    let mut spaces = lookup::Spaces::new(inventory.target.distro.as_ref(), database, as_of);
    let mut verdicts = Vec::with_capacity(inventory.packages.len());
    for package in &inventory.packages {
        verdicts.push(spaces.look_up(package)?);
    }
    let mut facts = Facts::new(database, as_of);
    let owners = ownership::Owners::new(&inventory.packages, &verdicts);
    for (package, found) in inventory.packages.iter().zip(&verdicts) {
        let groups = by_identity(found, &mut facts)?;
        for (identity, candidates) in groups {
            let mut finding = finding(package, &identity, &candidates, &mut facts)?;
            if !options.strict {
                inert::demote(&mut finding, package);
                finding.suppressed = owners.verdict(package, &identity, &mut facts)?;
            }
            result.findings.push(finding);
        }
    }
    result
        .findings
        .sort_by(|a, b| (&a.package.purl, &a.id, &a.key).cmp(&(&b.package.purl, &b.id, &b.key)));
    result.gaps = spaces.gaps(&inventory.packages, &verdicts);
    result
        .gaps
        .extend(support_gap(inventory, database, options)?);
    if database.info().starter {
        let detail = "only the landmark vulnerabilities built into the program were looked for; \
                      `lazaret db update` fetches all of them";
        result
            .gaps
            .push(Gap::new(GapKind::StarterDatabase, "database", detail));
    }
    if let Some(date) = as_of {
        let detail = format!("what was published after {date} was left out, as asked");
        let gap = Gap::new(GapKind::StaleDatabase, "database", detail);
        result.gaps.push(gap);
    }
    result.gaps.sort();
    result.gaps.dedup();
    Ok(result)
}

/// Candidates of one package by the vulnerability that they are about.
///
/// Left out are those that the same package's own feed acquits, and those whose fix a
/// channel of its own brought. What is disclosed by another channel or said of a CPE name
/// counts only where the package's own feed is silent: the feed knows its own fixes.
fn by_identity<'a>(
    verdict: &'a Verdict,
    facts: &mut Facts<'_>,
) -> Result<BTreeMap<Identity, Vec<&'a Candidate>>, DbError> {
    let mut groups: BTreeMap<Identity, Vec<&Candidate>> = BTreeMap::new();
    for candidate in verdict.candidates.iter().filter(|c| !c.acquits()) {
        for identity in facts.identities(candidate.statement.advisory)? {
            groups.entry(identity).or_default().push(candidate);
        }
    }
    let acquitting = verdict.candidates.iter().filter(|c| c.acquits());
    let acquitting = acquitting.map(|c| c.statement.advisory);
    for advisory in acquitting.chain(verdict.resolved.iter().copied()) {
        for identity in facts.identities(advisory)? {
            groups.remove(&identity);
        }
    }
    let is_own = |c: &&Candidate| c.standing == Standing::Own;
    if groups.values().flatten().all(is_own) {
        return Ok(groups);
    }
    let mut told = BTreeSet::new();
    for advisory in &verdict.considered {
        told.extend(facts.identities(*advisory)?);
    }
    for (identity, candidates) in &mut groups {
        if told.contains(identity) {
            candidates.retain(|c| is_own(c));
        }
    }
    groups.retain(|_, candidates| !candidates.is_empty());
    Ok(groups)
}

fn finding(
    package: &Package,
    identity: &Identity,
    candidates: &[&Candidate],
    facts: &mut Facts<'_>,
) -> Result<Finding, DbError> {
    // One that holds for sure decides before one that is in doubt; of several, the one
    // that offers a fix, since it tells the reader what to do.
    let rank = |c: &&&Candidate| (c.doubt.is_some(), c.fixed.is_empty());
    let best = candidates.iter().min_by_key(rank).copied();
    let known = facts.known(identity, candidates)?;
    let status = match best {
        Some(c) if c.doubt.is_some() => FixStatus::Undecided,
        Some(c) if !c.fixed.is_empty() => FixStatus::Fixed,
        Some(c) if c.statement.affected.status == FixStatus::Fixed => FixStatus::Affected,
        Some(c) => c.statement.affected.status,
        None => FixStatus::Undecided,
    };
    let mut evidence: Vec<Evidence> = Vec::new();
    for candidate in best.into_iter().chain(
        candidates
            .iter()
            .copied()
            .filter(|c| best.is_none_or(|b| !std::ptr::eq(*c, b))),
    ) {
        evidence.push(facts.evidence(package, candidate)?);
    }
    evidence.dedup();
    let mut evidence = evidence.into_iter();
    let decided = evidence.next().unwrap_or_default();
    let chosen = severity::choose(best, &known);
    let paths: Vec<&str> = package.locations.iter().map(|l| l.path.as_str()).collect();
    let key = format!("{} {} {}", known.id, package.purl.bare(), paths.join(","));
    Ok(Finding {
        key: key.trim_end().to_owned(),
        id: known.id.clone(),
        aliases: known.aliases.clone(),
        package: FindingPackage {
            purl: package.purl.to_string(),
            name: package.name.clone(),
            version: package.version.clone(),
            reference: package.reference.clone(),
            source: package.source.clone(),
            owner: package.owner.clone(),
        },
        status,
        raw_status: best.and_then(raw_status),
        fixed_versions: best.map(|c| c.fixed.clone()).unwrap_or_default(),
        severity: chosen.level,
        severity_source: chosen.source,
        risk: Risk {
            score: chosen.score,
            vector: chosen.vector,
            why: chosen.why,
        },
        ratings: known.ratings,
        cvss: known.cvss,
        cwes: known.cwes,
        epss: known.epss,
        kev: known.kev.is_some(),
        kev_entry: known.kev,
        ssvc: known.ssvc,
        title: known.title,
        references: known.references,
        published: known.published,
        from_base: package.from_base,
        evidence: decided,
        also: evidence.collect(),
        suppressed: None,
    })
}

/// The feed's own word; for a fix in a channel that the system does not receive, where it is.
fn raw_status(candidate: &Candidate) -> Option<String> {
    let affected = &candidate.statement.affected;
    let elsewhere = match candidate.standing {
        Standing::Disclosed => affected.qualifiers.channel.as_deref(),
        Standing::Own | Standing::Cpe => None,
    };
    match elsewhere {
        Some(channel) => Some(format!("fixed in {channel}: {}", affected.fixed.join(", "))),
        None => affected.raw_status.clone(),
    }
}

/// The distribution is past the end of its support.
fn support_gap(
    inventory: &Inventory,
    database: &Db,
    options: &MatchOptions,
) -> Result<Option<Gap>, DbError> {
    let (Some(distro), Some(today)) = (&inventory.target.distro, &options.today) else {
        return Ok(None);
    };
    let Some(space) = lazaret_ecosystem::distro::space(distro) else {
        return Ok(None);
    };
    let Some(end) = database.end_of_life(space.product, &space.cycle)? else {
        return Ok(None);
    };
    let date = end
        .extended
        .as_deref()
        .filter(|e| *e > end.date.as_str())
        .unwrap_or(&end.date);
    if date > today.as_str() {
        return Ok(None);
    }
    let when = if date.is_empty() {
        String::new()
    } else {
        format!(" on {date}")
    };
    let detail = format!("support ended{when}; new vulnerabilities are not announced for it");
    Ok(Some(Gap::new(
        GapKind::EndOfLife,
        distro.to_string(),
        detail,
    )))
}
