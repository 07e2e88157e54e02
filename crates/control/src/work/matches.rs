//! What was found against the packages of an inventory, by component.

use std::collections::{BTreeSet, HashMap};

use lazaret_model::{Evidence, Finding, Inventory, Package, Severity};
use lazaret_store::Match;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::ledger::{id_key, names};
use crate::keys::hex;

/// Findings by the name of the component; one without findings is in it as well.
#[derive(Debug, Default)]
pub struct Found {
    /// What applies to a component.
    pub matches: HashMap<String, Vec<Match>>,
    /// The findings of a component, as they are.
    pub findings: HashMap<String, Vec<Finding>>,
    /// Further keys of a component: every id that its findings go by.
    pub keys: HashMap<String, BTreeSet<String>>,
}

impl Found {
    /// The findings of a component as they are stored; empty: there are none.
    pub fn facts(&self, name: &str) -> Vec<u8> {
        let findings = self.findings.get(name);
        let facts = findings.map(serde_json::to_vec).transpose();
        facts.ok().flatten().unwrap_or_default()
    }
}

/// What matching an inventory found, by component.
pub fn found(inventory: &Inventory, findings: &[Finding]) -> Found {
    let mut by_place: HashMap<(String, String), String> = HashMap::new();
    let mut all = Found::default();
    for (package, name) in inventory.packages.iter().zip(names(inventory)) {
        all.matches.entry(name.clone()).or_default();
        by_place.insert((package.purl.to_string(), tail(package)), name);
    }
    for finding in findings {
        let place = finding.key.strip_prefix(&finding.id).unwrap_or_default();
        let place = (finding.package.purl.clone(), place.trim().to_owned());
        let Some(name) = by_place.get(&place) else {
            continue;
        };
        let matches = all.matches.entry(name.clone()).or_default();
        matches.push(a_match(finding));
        let findings = all.findings.entry(name.clone()).or_default();
        findings.push(finding.clone());
        let keys = all.keys.entry(name.clone()).or_default();
        keys.extend(finding.aliases.iter().map(|id| id_key(id)));
        keys.insert(id_key(&finding.id));
    }
    all
}

/// The part of a finding's key that is the package's.
pub(super) fn tail(package: &Package) -> String {
    let paths: Vec<&str> = package.locations.iter().map(|l| l.path.as_str()).collect();
    let tail = format!("{} {}", package.purl.bare(), paths.join(","));
    tail.trim().to_owned()
}

fn a_match(finding: &Finding) -> Match {
    // Everything that a decision can see of it: where the digest is another, so may the
    // decision be. The place of the file in the layers is the component's.
    let mut same = finding.clone();
    let without = |evidence: &mut Evidence| evidence.locations.clear();
    without(&mut same.evidence);
    same.also.iter_mut().for_each(without);
    let text = serde_json::to_vec(&same).unwrap_or_default();
    Match {
        advisory: finding.id.clone(),
        severity: level(finding.severity),
        undecided: finding.status == lazaret_model::FixStatus::Undecided,
        fixed: finding.fixed_versions.first().cloned(),
        package: finding.package.name.clone(),
        status: finding.status.name().to_owned(),
        kev: finding.kev,
        suppressed: finding.suppressed.is_some(),
        facts: json!({
            "version": finding.package.version,
            "title": finding.title,
            "digest": hex(&Sha256::digest(&text)[..12]),
        })
        .to_string(),
    }
}

/// The store's number of a severity.
fn level(severity: Severity) -> u8 {
    match severity {
        Severity::Unknown => 0,
        Severity::Negligible | Severity::Low => 1,
        Severity::Medium => 2,
        Severity::High => 3,
        Severity::Critical => 4,
    }
}
