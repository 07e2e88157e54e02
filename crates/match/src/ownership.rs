//! What a distribution has already judged about files that it owns.
//!
//! A distribution patches without changing the upstream version. Where its own records
//! speak about a vulnerability of the owning package, they decide, and the upstream
//! finding on the same files is suppressed with the reason.
//!
//! Where they are silent the upstream finding of a library stays. A program that was
//! recognised by its content is the package itself under another name, not something
//! inside it: what the package is reported for is not reported twice, and where the
//! distribution lists open flaws as well, its silence acquits.

use std::collections::HashMap;

use lazaret_advisory::db::DbError;
use lazaret_model::{Package, Suppression};

use crate::identity::{Facts, Identity};
use crate::lookup::Verdict;

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
pub(crate) struct Owners<'a> {
    by_purl: HashMap<String, &'a Verdict>,
}

impl<'a> Owners<'a> {
    pub(crate) fn new(packages: &[Package], verdicts: &'a [Verdict]) -> Self {
        let owners: std::collections::HashSet<&str> =
            packages.iter().filter_map(|p| p.owner.as_deref()).collect();
        let by_purl = packages
            .iter()
            .zip(verdicts)
            .map(|(p, v)| (p.purl.to_string(), v))
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
        let Some(verdict) = self.by_purl.get(owner) else {
            return Ok(None);
        };
        let reported = verdict.candidates.iter().filter(|c| !c.acquits());
        let reported = speaks(reported.map(|c| c.statement.advisory), identity, facts)?;
        let considered = speaks(verdict.considered.iter().copied(), identity, facts)?;
        let is_program = package.kind() == "generic";
        let says = match (considered, reported) {
            (true, true) => "tracks this: reported for that package",
            (true, false) => "tracks this: fixed or never concerned there",
            (false, true) if is_program => "has no word on this: reported for that package",
            (false, false) if is_program && tracks(verdict, facts)? => {
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
