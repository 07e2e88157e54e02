//! From a package to the statements that speak about it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use lazaret_advisory::db::{AdvisoryHead, AdvisoryIndex, Db, DbError, Statement};
use lazaret_ecosystem::{by_kind, distro};
use lazaret_model::{AdvisoryKind, Distro, FixStatus, Gap, GapKind, KeyKind, Package, Qualifiers};
use lazaret_version::{Containment, sorted_by};

use crate::line;

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
    /// Versions with the fix, above the installed one.
    pub(crate) fixed: Vec<String>,
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
    /// Every advisory that has a statement about the package, whether it holds or not.
    pub(crate) considered: Vec<AdvisoryIndex>,
    /// Why nothing could be looked up.
    pub(crate) gap: Option<(GapKind, String)>,
}

/// The name spaces of one inventory.
pub(crate) struct Spaces<'a> {
    database: &'a Db,
    distro: Option<&'a Distro>,
    heads: HashMap<AdvisoryIndex, AdvisoryHead>,
}

/// One question to the database.
struct Question<'p> {
    space: &'p str,
    name: &'p str,
    key: KeyKind,
    version: &'p str,
}

impl<'a> Spaces<'a> {
    pub(crate) fn new(distro: Option<&'a Distro>, database: &'a Db) -> Self {
        Self {
            database,
            distro,
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
        let binary = Question {
            space: &space.name,
            name: &package.name,
            key: KeyKind::Binary,
            version: &package.version,
        };
        self.ask(package, &binary, verdict)?;
        let source = Question {
            name: package.source_name(),
            key: KeyKind::Source,
            version: package.source_version(),
            ..binary
        };
        self.ask(package, &source, verdict)
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
        let Some(ecosystem) = by_kind(package.kind()) else {
            let detail = format!("packages of type {} cannot be matched yet", package.kind());
            verdict.gap = Some((GapKind::Unsupported, detail));
            return Ok(());
        };
        if !self.database.has_space(ecosystem.kind) {
            let detail = format!("the database has no advisories for {}", ecosystem.title);
            verdict.gap = Some((GapKind::NoAdvisories, detail));
            return Ok(());
        }
        let name = (ecosystem.normalise)(&package.name);
        let question = Question {
            space: ecosystem.kind,
            name: &name,
            key: KeyKind::Binary,
            version: &package.version,
        };
        self.ask(package, &question, verdict)
    }

    fn ask(
        &mut self,
        package: &Package,
        question: &Question<'_>,
        verdict: &mut Verdict,
    ) -> Result<(), DbError> {
        for statement in self.database.statements(question.space, question.name)? {
            if statement.affected.key != question.key || !self.counts(statement.advisory)? {
                continue;
            }
            let acquits = statement.affected.status == FixStatus::NotAffected;
            if !concerned(&statement.affected.qualifiers, package, acquits) {
                continue;
            }
            verdict.considered.push(statement.advisory);
            if let Some(candidate) = compare(statement, question) {
                verdict.candidates.push(candidate);
            }
        }
        Ok(())
    }

    /// Whether an advisory may make a finding at all.
    fn counts(&mut self, index: AdvisoryIndex) -> Result<bool, DbError> {
        let head = match self.heads.entry(index) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(self.database.advisory_head(index)?)
            }
        };
        Ok(!head.withdrawn && !head.rejected && head.kind != AdvisoryKind::Informational)
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

/// Whether packages of this kind belong to a distribution.
pub(crate) fn is_system(kind: &str) -> bool {
    matches!(kind, "deb" | "rpm" | "apk" | "alpm" | "ebuild" | "opkg")
}

/// Holds the version against the range; nothing when it lies outside.
fn compare(statement: Statement, question: &Question<'_>) -> Option<Candidate> {
    let affected = &statement.affected;
    let kind = match question.key {
        KeyKind::Binary => "",
        KeyKind::Source => " source",
    };
    let key = format!("{}{kind} {}", question.space, question.name);
    let version = line::held(question.space, &affected.range, question.version);
    let (range, doubt) = if version.is_empty() {
        (
            affected.range.to_string(),
            Some("the package states no version".to_owned()),
        )
    } else {
        match affected.range.contains(affected.scheme, version) {
            Containment::Outside => return None,
            Containment::Inside(matched) => (matched.to_string(), None),
            Containment::Undecided(reason) => (affected.range.to_string(), Some(reason)),
        }
    };
    // In doubt nobody is acquitted.
    if doubt.is_some() && affected.status == FixStatus::NotAffected {
        return None;
    }
    let above = |v: &&String| {
        affected
            .scheme
            .compare(version, v)
            .is_ok_and(std::cmp::Ordering::is_lt)
    };
    let mut fixed: Vec<String> = affected.fixed.iter().filter(above).cloned().collect();
    if fixed.is_empty() {
        fixed = affected
            .range
            .fixed_above(affected.scheme, version)
            .into_iter()
            .map(str::to_owned)
            .collect();
    }
    let mut fixed = sorted_by(fixed, &mut |a, b| {
        affected.scheme.compare(a, b).unwrap_or_else(|_| a.cmp(b))
    });
    fixed.dedup();
    Some(Candidate {
        key,
        version: version.to_owned(),
        range,
        doubt,
        fixed,
        statement,
    })
}

/// Whether the conditions beyond the version hold.
///
/// An accusation holds unless something speaks against it; an acquittal only when
/// everything speaks for it.
fn concerned(qualifiers: &Qualifiers, package: &Package, acquits: bool) -> bool {
    if !qualifiers.architectures.is_empty() {
        let fits = match package.architecture.as_deref() {
            None | Some("noarch" | "all" | "any") => !acquits,
            Some(arch) => qualifiers
                .architectures
                .iter()
                .any(|a| same_architecture(a, arch)),
        };
        if !fits {
            return false;
        }
    }
    let version = &package.version;
    let flavour = qualifiers.flavour.as_deref();
    if flavour.is_some_and(|f| !line::of_flavour(f, version)) {
        return false;
    }
    let channel = qualifiers.channel.as_deref();
    if channel.is_some_and(|c| !line::in_channel(c, version, acquits)) {
        return false;
    }
    match (&qualifiers.module, &package.module) {
        (None, _) => {}
        // A package whose label is not told may be of any module.
        (Some(_), None) => return !acquits,
        (Some(wanted), Some(label)) if wanted.is_empty() => {
            if !label.is_empty() {
                return false;
            }
        }
        (Some(wanted), Some(label)) => {
            let stream = label.split(':').take(2).collect::<Vec<_>>().join(":");
            if *wanted != stream {
                return false;
            }
        }
    }
    // Only a package that tells its system can be outside the systems of an advisory.
    let system = package.properties.get("go.os");
    qualifiers.goos.is_empty() || system.is_none_or(|os| qualifiers.goos.contains(os))
}

fn same_architecture(a: &str, b: &str) -> bool {
    fn canonical(name: &str) -> &str {
        match name {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            "i386" | "i486" | "i586" | "i686" => "x86",
            "ppc64el" => "ppc64le",
            other => other,
        }
    }
    canonical(a) == canonical(b) || matches!(a, "noarch" | "all" | "any")
}
