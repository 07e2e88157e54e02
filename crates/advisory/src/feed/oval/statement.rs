//! From what a definition asks to statements.

use std::collections::BTreeMap;

use lazaret_model::{Affected, FixStatus, KeyKind, Qualifiers, Severity};

use super::super::rpm::without_repeats;
use super::super::space::Space;
use super::criteria::Fact;

/// What a vendor says of a fact beyond its range.
#[derive(Debug, Clone)]
pub(super) struct Verdict {
    pub(super) status: FixStatus,
    pub(super) raw_status: Option<String>,
    pub(super) severity: Option<Severity>,
    pub(super) key: KeyKind,
    pub(super) flavour: Option<String>,
}

/// One statement for one space.
pub(super) fn of(fact: &Fact, space: &Space, verdict: Verdict) -> Affected {
    let fixed: Vec<String> = fact.fixed.iter().cloned().collect();
    let mut architectures = fact.context.architectures.clone();
    architectures.sort();
    architectures.dedup();
    Affected {
        space: space.name.clone(),
        name: fact.name.clone(),
        key: verdict.key,
        scheme: space.scheme,
        range: fact.range.clone(),
        status: verdict.status,
        raw_status: verdict.raw_status,
        fixed,
        severity: verdict.severity,
        qualifiers: Qualifiers {
            architectures,
            module: fact.context.module.clone(),
            channel: space.channel.clone(),
            flavour: verdict.flavour,
            ..Qualifiers::default()
        },
    }
}

/// Statements that differ in their architectures alone become one, and what the
/// ordinary channel has is not repeated for others.
pub(super) fn merged(statements: Vec<Affected>) -> Vec<Affected> {
    let mut merged: BTreeMap<String, Affected> = BTreeMap::new();
    for mut statement in statements {
        let architectures = std::mem::take(&mut statement.qualifiers.architectures);
        let key = format!(
            "{} {} {:?} {} {:?} {:?}",
            statement.space,
            statement.name,
            statement.key,
            statement.range,
            statement.status,
            statement.qualifiers
        );
        let known = merged.get_mut(&key);
        match known {
            None => {
                statement.qualifiers.architectures = architectures;
                merged.insert(key, statement);
            }
            // No architecture means every one.
            Some(known) if known.qualifiers.architectures.is_empty() => {}
            Some(known) if architectures.is_empty() => {
                known.qualifiers.architectures.clear();
            }
            Some(known) => {
                let all = &mut known.qualifiers.architectures;
                all.extend(architectures);
                all.sort();
                all.dedup();
            }
        }
    }
    without_repeats(merged.into_values().collect())
}
