//! What a distribution has already judged about files that it owns.
//!
//! A distribution patches without changing the upstream version. Where its own records
//! speak about a vulnerability of the owning package, they decide, and the upstream
//! finding on the same files is suppressed with the reason; where they are silent the
//! upstream finding stays.

use std::collections::{HashMap, HashSet};

use lazaret_advisory::db::DbError;
use lazaret_model::{Package, Suppression};

use crate::identity::{Facts, Identity};
use crate::lookup::{Verdict, is_system};

/// Verdicts of distribution packages, by purl.
#[derive(Default)]
pub(crate) struct Owners<'a> {
    by_purl: HashMap<String, &'a Verdict>,
}

impl<'a> Owners<'a> {
    pub(crate) fn new(packages: &[Package], verdicts: &'a [Verdict]) -> Self {
        let owners: HashSet<&str> = packages.iter().filter_map(|p| p.owner.as_deref()).collect();
        if owners.is_empty() {
            return Self::default();
        }
        let by_purl = packages
            .iter()
            .zip(verdicts)
            .filter(|(p, _)| is_system(p.kind()))
            .map(|(p, v)| (p.purl.to_string(), v))
            .filter(|(purl, _)| owners.contains(purl.as_str()))
            .collect();
        Self { by_purl }
    }

    /// The reason why a finding on files of `owner` does not count, if there is one.
    pub(crate) fn verdict(
        &self,
        owner: &str,
        identity: &Identity,
        facts: &mut Facts<'_>,
    ) -> Result<Option<Suppression>, DbError> {
        let Some(verdict) = self.by_purl.get(owner) else {
            return Ok(None);
        };
        for advisory in &verdict.considered {
            if !facts.identities(*advisory)?.contains(identity) {
                continue;
            }
            let concerned = verdict
                .candidates
                .iter()
                .any(|c| c.statement.advisory == *advisory && !c.acquits());
            let says = if concerned {
                "reported for that package"
            } else {
                "fixed or never concerned there"
            };
            return Ok(Some(Suppression {
                by: "owner".into(),
                reason: format!(
                    "the files belong to {owner}, whose distribution tracks this: {says}"
                ),
                rule: None,
            }));
        }
        Ok(None)
    }
}
