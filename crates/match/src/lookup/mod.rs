//! From a package to the statements that speak about it.

pub(crate) mod comparison;
pub(crate) mod question;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use lazaret_advisory::db::{AdvisoryHead, AdvisoryIndex, Db, DbError, Statement};
use lazaret_ecosystem::{by_kind, distro};
use lazaret_model::{AdvisoryKind, Distro, FixStatus, Gap, GapKind, Package};

use crate::channel::{self, Reach};
use crate::condition::{self, Circumstances};
use crate::identity::is_later;
use comparison::Outcome;
use question::{CPE, Question};

pub(crate) use question::is_system;

/// A statement that holds for a package, or may hold.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) statement: Statement,
    /// The key that found it: `debian:12 source openssl`.
    pub(crate) key: String,
    /// The version that was compared.
    pub(crate) version: String,
    /// The part of the range that holds.
    pub(crate) range: String,
    /// Why it cannot be said for sure.
    pub(crate) doubt: Option<String>,
    /// Versions with the fix, above the installed one, that the system can receive.
    pub(crate) fixed: Vec<String>,
    /// Who the statement speaks to.
    pub(crate) standing: Standing,
}

/// Who a statement speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The package, by its ecosystem or the channels that the system receives.
    Own,
    /// Receivers of another channel; it tells that the flaw is open here.
    Disclosed,
    /// Everybody with a program of that CPE name.
    Cpe,
}

impl Candidate {
    /// Whether the statement says that the package is not concerned.
    pub(crate) fn acquits(&self) -> bool {
        self.statement.affected.status == FixStatus::NotAffected
    }
}

/// What was looked up for one package.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) candidates: Vec<Candidate>,
    /// Every advisory that has a statement to the package itself, whether it holds or not.
    pub(crate) considered: Vec<AdvisoryIndex>,
    /// Advisories of a channel of its own whose fix the package has.
    pub(crate) resolved: Vec<AdvisoryIndex>,
    /// Why nothing could be looked up.
    pub(crate) gap: Option<(GapKind, String)>,
}

/// The name spaces of one inventory.
pub(crate) struct Spaces<'a> {
    database: &'a Db,
    distro: Option<&'a Distro>,
    as_of: Option<&'a str>,
    heads: HashMap<AdvisoryIndex, AdvisoryHead>,
}

impl<'a> Spaces<'a> {
    pub(crate) fn new(
        distro: Option<&'a Distro>,
        database: &'a Db,
        as_of: Option<&'a str>,
    ) -> Self {
        Self {
            database,
            distro,
            as_of,
            heads: HashMap::new(),
        }
    }

    /// Everything that the database says about `package`.
    pub(crate) fn look_up(&mut self, package: &Package) -> Result<Verdict, DbError> {
        let mut verdict = Verdict::default();
        if is_system(package.kind()) {
            self.system(package, &mut verdict)?;
        } else {
            self.language(package, &mut verdict)?;
            // A program of a distribution's package is looked up as that package.
            if package.kind() == "generic" && package.owner.is_some() {
                verdict.gap = None;
            }
        }
        Ok(verdict)
    }

    fn system(&mut self, package: &Package, verdict: &mut Verdict) -> Result<(), DbError> {
        let own = distro::distro_of_purl(&package.purl);
        let Some(distro) = self.distro.or(own.as_ref()) else {
            let detail = "the distribution could not be identified".to_owned();
            verdict.gap = Some((GapKind::UnknownDistro, detail));
            return Ok(());
        };
        let space = match distro::space(distro) {
            Some(space) if space.kind == package.kind() && self.database.has_space(&space.name) => {
                space
            }
            _ => {
                let detail = format!("the database has no advisories for {distro}");
                verdict.gap = Some((GapKind::NoAdvisories, detail));
                return Ok(());
            }
        };
        // rpm keeps the keys that it trusts as packages of this name.
        if package.name == "gpg-pubkey" {
            return Ok(());
        }
        if package.third_party {
            let detail = format!("not built by {distro}, whose advisories do not speak about it");
            verdict.gap = Some((GapKind::NoAdvisories, detail));
            return Ok(());
        }
        for question in question::of_system(package, &space) {
            self.ask(package, &question, verdict)?;
        }
        Ok(())
    }

    fn language(&mut self, package: &Package, verdict: &mut Verdict) -> Result<(), DbError> {
        if is_own_source(package) {
            return Ok(());
        }
        if package.requirement().is_some() {
            let detail =
                "asked for by a manifest, and no lock file tells which version that became";
            verdict.gap = Some((GapKind::MissingVersion, detail.to_owned()));
            return Ok(());
        }
        let has_space = self.database.has_space(package.kind());
        let is_named = !package.cpes.is_empty();
        let found = has_space || (is_named && self.database.has_space(CPE));
        if !found {
            let detail = match by_kind(package.kind()) {
                Some(known) => format!("the database has no advisories for {}", known.title),
                None if is_named => "the database has no records by CPE name".to_owned(),
                None => format!("packages of type {} cannot be matched yet", package.kind()),
            };
            let kind = match is_named || by_kind(package.kind()).is_some() {
                true => GapKind::NoAdvisories,
                false => GapKind::Unsupported,
            };
            verdict.gap = Some((kind, detail));
        }
        for question in question::of_language(package) {
            self.ask(package, &question, verdict)?;
        }
        Ok(())
    }

    fn ask(
        &mut self,
        package: &Package,
        question: &Question<'_>,
        verdict: &mut Verdict,
    ) -> Result<(), DbError> {
        let about = Circumstances {
            package,
            distro: self.distro.map(|d| d.id.as_str()),
            target_software: question.target_software.as_deref(),
        };
        for statement in self.database.statements(&question.space, &question.name)? {
            let affected = &statement.affected;
            if affected.key != question.key || !self.counts(statement.advisory)? {
                continue;
            }
            let acquits = affected.status == FixStatus::NotAffected;
            if !condition::holds(&affected.qualifiers, &about, acquits) {
                continue;
            }
            let channel = affected.qualifiers.channel.as_deref();
            let standing = match channel::reach(channel, &question.version, self.distro) {
                _ if question.space == CPE => Standing::Cpe,
                Reach::Received => Standing::Own,
                Reach::Disclosed if !acquits => Standing::Disclosed,
                Reach::Disclosed | Reach::Apart => continue,
            };
            if standing == Standing::Own {
                verdict.considered.push(statement.advisory);
            }
            self.judge(statement, question, standing, verdict);
        }
        Ok(())
    }

    /// Holds the version against the statement.
    fn judge(
        &self,
        statement: Statement,
        question: &Question<'_>,
        standing: Standing,
        verdict: &mut Verdict,
    ) {
        let compared = comparison::compare(&statement, question);
        let affected = &statement.affected;
        let (range, doubt) = match compared.outcome {
            Outcome::Inside(part) => (part, None),
            Outcome::Undecided(reason) => (affected.range.to_string(), Some(reason)),
            Outcome::Outside => {
                let own_channel =
                    affected.qualifiers.channel.is_some() && standing == Standing::Own;
                if own_channel && compared.has_fix {
                    verdict.resolved.push(statement.advisory);
                }
                return;
            }
        };
        // In doubt nobody is acquitted.
        if doubt.is_some() && affected.status == FixStatus::NotAffected {
            return;
        }
        let mut fixed = compared.fixed;
        fixed.retain(|fix| {
            standing != Standing::Disclosed && channel::is_reachable(fix, self.distro)
        });
        verdict.candidates.push(Candidate {
            key: question.to_string(),
            version: compared.version,
            range,
            doubt,
            fixed,
            standing,
            statement,
        });
    }

    /// Whether an advisory may make a finding at all.
    fn counts(&mut self, index: AdvisoryIndex) -> Result<bool, DbError> {
        let head = match self.heads.entry(index) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(self.database.advisory_head(index)?)
            }
        };
        let counts = !head.withdrawn && !head.rejected && head.kind != AdvisoryKind::Informational;
        // A record's date is in its body, which most matches never read.
        if counts && self.as_of.is_some() {
            let body = self.database.advisory(index)?;
            return Ok(!is_later(&body.published, self.as_of));
        }
        Ok(counts)
    }

    /// What could not be matched, one gap for each reason and not for each package.
    pub(crate) fn gaps(&self, packages: &[Package], verdicts: &[Verdict]) -> Vec<Gap> {
        let mut by_reason: BTreeMap<(GapKind, &str, &str), BTreeSet<&str>> = BTreeMap::new();
        for (package, verdict) in packages.iter().zip(verdicts) {
            if let Some((kind, detail)) = &verdict.gap {
                by_reason
                    .entry((*kind, package.kind(), detail))
                    .or_default()
                    .insert(&package.name);
            }
        }
        let mut gaps: Vec<Gap> = by_reason
            .into_iter()
            .map(|((kind, ecosystem, detail), names)| {
                let some: Vec<&str> = names.iter().take(3).copied().collect();
                let more = if names.len() > 3 { ", …" } else { "" };
                let detail = format!(
                    "{} {ecosystem} packages ({}{more}): {detail}",
                    names.len(),
                    some.join(", ")
                );
                Gap::new(kind, ecosystem, detail)
            })
            .collect();
        for package in packages {
            if package.requirement().is_some() || is_own_source(package) {
                continue;
            }
            if package.version.is_empty() {
                let detail = "states no version, so no advisory could be compared";
                gaps.push(Gap::new(GapKind::MissingVersion, &package.name, detail));
            } else if let Some(reason) = unparsable(package, self.distro) {
                gaps.push(Gap::new(GapKind::UnparsableVersion, &package.name, reason));
            }
        }
        gaps
    }
}

/// The source of the project itself: whoever scans it has the version between two
/// releases, which no advisory speaks about.
fn is_own_source(package: &Package) -> bool {
    package.is_project() && package.version.is_empty()
}

fn unparsable(package: &Package, distro: Option<&Distro>) -> Option<String> {
    let scheme = if is_system(package.kind()) {
        distro::space(distro?)?.scheme
    } else {
        by_kind(package.kind())?.scheme
    };
    scheme.check(&package.version).err().map(|e| e.to_string())
}
