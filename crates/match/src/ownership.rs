//! What a distribution has already judged about files that it owns.
//!
//! A distribution patches without changing the upstream version. Where its own records
//! speak about a vulnerability of the owning package, they decide, and the upstream
//! finding on the same files is suppressed with the reason.
//!
//! Where they are silent the upstream finding of a library inside a package stays. What is
//! the package itself under another name is not something inside it: a program that was
//! recognised by its content, and a library whose name and version the package has
//! (`python3-requests` 2.28.1+dfsg-1, `requests` 2.28.1). What the package is reported for
//! is not reported twice of it, and where the distribution lists open flaws as well, its
//! silence acquits.

use std::collections::{HashMap, HashSet};

use lazaret_advisory::db::DbError;
use lazaret_model::{Package, Suppression};

use crate::identity::{Facts, Identity};
use crate::lookup::{Verdict, is_system};

/// Distributions that list what is open, not only what is fixed, and how the ids of such
/// records begin; their errata (`DSA-`, `USN-`, `RHSA-`) tell fixes alone.
const TRACKERS: &[(&str, &str)] = &[
    ("arch", "AVG-"),
    ("azurelinux", "CVE-"),
    ("debian", "CVE-"),
    ("debian", "DEBIAN-CVE-"),
    ("redhat", "CVE-"),
    ("ubuntu", "CVE-"),
    ("ubuntu", "UBUNTU-CVE-"),
];

/// Verdicts of distribution packages, by purl.
#[derive(Default)]
pub(crate) struct Owners<'a> {
    by_purl: HashMap<String, (&'a Package, &'a Verdict)>,
}

impl<'a> Owners<'a> {
    pub(crate) fn new(packages: &'a [Package], verdicts: &'a [Verdict]) -> Self {
        let owners: HashSet<&str> = packages.iter().filter_map(|p| p.owner.as_deref()).collect();
        if owners.is_empty() {
            return Self::default();
        }
        let by_purl = packages
            .iter()
            .zip(verdicts)
            .filter(|(p, _)| is_system(p.kind()))
            .map(|(p, v)| (p.purl.to_string(), (p, v)))
            .filter(|(purl, _)| owners.contains(purl.as_str()))
            .collect();
        Self { by_purl }
    }

    /// The reason why a finding on `package` does not count, if its owner gives one.
    pub(crate) fn verdict(
        &self,
        package: &Package,
        identity: &Identity,
        facts: &mut Facts<'_>,
    ) -> Result<Option<Suppression>, DbError> {
        let Some(owner) = package.owner.as_deref() else {
            return Ok(None);
        };
        let Some((owning, verdict)) = self.by_purl.get(owner) else {
            return Ok(None);
        };
        let reported = verdict.candidates.iter().filter(|c| !c.acquits());
        let reported = speaks(reported.map(|c| c.statement.advisory), identity, facts)?;
        let considered = speaks(verdict.considered.iter().copied(), identity, facts)?;
        let is_itself = package.kind() == "generic" || is_same(package, owning);
        let says = match (considered, reported) {
            (true, true) => "tracks this: reported for that package",
            (true, false) => "tracks this: fixed or never concerned there",
            (false, true) if is_itself => "has no word on this: reported for that package",
            (false, false) if is_itself && tracks(verdict, facts)? => {
                "lists what is open in it, and not this"
            }
            (false, _) => return Ok(None),
        };
        Ok(Some(Suppression {
            by: "owner".into(),
            reason: format!("the files belong to {owner}, whose distribution {says}"),
            rule: None,
        }))
    }
}

/// Whether a distribution's package is `package` under another name: it has the words of
/// the name among its own, and the version before what the distribution adds.
fn is_same(package: &Package, owner: &Package) -> bool {
    let release = owner
        .version
        .rsplit_once('-')
        .map_or("", |(before, _)| before);
    let upstream = release.split_once(':').map_or(release, |(_, after)| after);
    let rest = upstream.strip_prefix(package.version.as_str());
    let same_version = !package.version.is_empty()
        && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['+', '~', '^', '_']));
    let name = words(&package.purl.name);
    let mut names = [owner.name.as_str(), owner.source_name()].into_iter();
    same_version
        && names.any(|owner| {
            let bare = owner.strip_prefix("lib").unwrap_or(owner);
            let has = |owner: &str| words(owner).windows(name.len()).any(|w| w == name);
            !name.is_empty() && (has(owner) || has(bare))
        })
}

fn words(name: &str) -> Vec<String> {
    name.split(['-', '_', '.'])
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect()
}

/// Whether one of these advisories is about the vulnerability.
fn speaks(
    advisories: impl Iterator<Item = lazaret_advisory::db::AdvisoryIndex>,
    identity: &Identity,
    facts: &mut Facts<'_>,
) -> Result<bool, DbError> {
    for advisory in advisories {
        if facts.identities(advisory)?.contains(identity) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether the distribution is known to list open flaws of this very package.
fn tracks(verdict: &Verdict, facts: &mut Facts<'_>) -> Result<bool, DbError> {
    for advisory in &verdict.considered {
        let (feed, id) = facts.name(*advisory)?;
        if TRACKERS
            .iter()
            .any(|(of, start)| *of == feed && id.starts_with(start))
        {
            return Ok(true);
        }
    }
    Ok(false)
}
