//! Statements of one vulnerability.
//!
//! A package that is not fixed somewhere in a release stays unfixed whatever else is
//! fixed in it. Several fixes of one package on different upstream versions become a
//! range with gaps, so that a fix of an older line is not taken for a flaw.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use lazaret_model::{Affected, FixStatus, KeyKind, Qualifiers, Severity};
use lazaret_version::{Interval, Range, Scheme};

use super::super::Sink;
use super::document::{Remark, Vulnerability};
use super::product::{Component, Products};

/// Space, name, module and channel.
type Key = (String, String, Option<String>, Option<String>);

/// What is said of one package of one release.
#[derive(Default)]
struct Told {
    fixed: Vec<String>,
    open: Option<(FixStatus, Option<String>)>,
    acquitted: bool,
    severity: Option<Severity>,
}

/// The statements of a vulnerability, ordered by space and name.
pub(super) fn all(
    vulnerability: &Vulnerability,
    products: &Products<'_>,
    out: &mut Sink<'_>,
) -> Vec<Affected> {
    let status = &vulnerability.product_status;
    let mut told: BTreeMap<(Key, Names), Told> = BTreeMap::new();
    let impact = by_product(&vulnerability.threats, |r| r.category == "impact");
    let state = by_product(&vulnerability.remediations, |r| {
        matches!(r.category.as_str(), "no_fix_planned" | "none_available")
    });
    let severity = |id: &str| impact.get(id).and_then(|word| word.parse().ok());
    for id in &status.fixed {
        let Some(component) = products.component(id).filter(|c| !c.is_source) else {
            continue;
        };
        let entry = told.entry((key(&component), Names::Binary)).or_default();
        entry.severity = entry.severity.or(severity(id));
        match component.version {
            Some(version) if Scheme::Rpm.check(&version).is_ok() => entry.fixed.push(version),
            _ => out.bad(id.as_str(), "a fixed product without a version"),
        }
    }
    let open = status
        .known_affected
        .iter()
        .map(|id| (id, FixStatus::Affected));
    let unclear = status
        .under_investigation
        .iter()
        .map(|id| (id, FixStatus::UnderInvestigation));
    for (id, status) in open.chain(unclear) {
        let Some(component) = products.component(id) else {
            continue;
        };
        let word = state.get(id.as_str()).copied();
        for kind in kinds(&component) {
            let entry = told.entry((key(&component), kind)).or_default();
            entry.severity = entry.severity.or(severity(id));
            entry.open = Some((open_status(status, word), word.map(str::to_owned)));
        }
    }
    for id in &status.known_not_affected {
        if let Some(component) = products.component(id).filter(|c| !c.is_source) {
            told.entry((key(&component), Names::Binary))
                .or_default()
                .acquitted = true;
        }
    }
    told.into_iter()
        .filter_map(|((key, kind), told)| statement(key, kind, told))
        .collect()
}

/// Which names a statement is about, in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Names {
    Binary,
    Source,
}

/// Unfixed packages are written by a bare name, which may be that of the source.
fn kinds(component: &Component) -> Vec<Names> {
    match (component.is_source, &component.version) {
        (true, _) => vec![Names::Source],
        (false, None) => vec![Names::Binary, Names::Source],
        (false, Some(_)) => vec![Names::Binary],
    }
}

fn key(component: &Component) -> Key {
    (
        component.space.name.clone(),
        component.name.clone(),
        component.module.clone(),
        component.space.channel.clone(),
    )
}

fn by_product(remarks: &[Remark], wanted: impl Fn(&Remark) -> bool) -> BTreeMap<&str, &str> {
    let wanted = remarks.iter().filter(|remark| wanted(remark));
    wanted
        .flat_map(|r| {
            r.product_ids
                .iter()
                .map(|id| (id.as_str(), r.details.as_str()))
        })
        .collect()
}

fn open_status(status: FixStatus, word: Option<&str>) -> FixStatus {
    match word.map(str::to_ascii_lowercase).as_deref() {
        Some("will not fix") => FixStatus::WillNotFix,
        Some("fix deferred") => FixStatus::FixDeferred,
        Some("out of support scope") => FixStatus::EndOfLife,
        _ => status,
    }
}

fn statement(key: Key, kind: Names, told: Told) -> Option<Affected> {
    let (space, name, module, channel) = key;
    let (range, status, raw_status, fixed) = if let Some((status, word)) = told.open {
        (Range::everything(), status, word, Vec::new())
    } else if !told.fixed.is_empty() {
        let fixed = highest_per_base(told.fixed);
        (below(&fixed), FixStatus::Fixed, None, fixed)
    } else if told.acquitted {
        (
            Range::everything(),
            FixStatus::NotAffected,
            None,
            Vec::new(),
        )
    } else {
        return None;
    };
    Some(Affected {
        space,
        name,
        key: match kind {
            Names::Binary => KeyKind::Binary,
            Names::Source => KeyKind::Source,
        },
        scheme: Scheme::Rpm,
        range,
        status,
        raw_status,
        fixed,
        severity: told.severity,
        qualifiers: Qualifiers {
            module,
            channel,
            ..Qualifiers::default()
        },
    })
}

/// `epoch:version` without the release.
fn base(version: &str) -> &str {
    version.rsplit_once('-').map_or(version, |(base, _)| base)
}

/// Of the fixes on one upstream version, the highest; ordered.
fn highest_per_base(mut fixed: Vec<String>) -> Vec<String> {
    fixed.sort_by(|a, b| {
        Scheme::Rpm
            .compare(a, b)
            .unwrap_or(Ordering::Equal)
            .then(a.cmp(b))
    });
    let mut highest: Vec<String> = Vec::new();
    for version in fixed {
        match highest.last_mut() {
            Some(last) if base(last) == base(&version) => *last = version,
            _ => highest.push(version),
        }
    }
    highest
}

/// `< fix1 || >= base2, < fix2 …`
fn below(fixed: &[String]) -> Range {
    fixed
        .iter()
        .enumerate()
        .map(|(position, version)| match position {
            0 => Interval::below(version.clone()),
            _ => Interval::half_open(base(version), version.clone()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lazaret_version::Containment;

    #[test]
    fn fixes_on_several_upstream_versions_leave_gaps() {
        let fixes = ["0:3.9.19-8.el9", "0:3.9.18-3.el9_4.5", "0:3.9.18-3.el9_4.1"];
        let fixed = highest_per_base(fixes.map(str::to_owned).to_vec());
        assert_eq!(fixed, ["0:3.9.18-3.el9_4.5", "0:3.9.19-8.el9"]);
        let range = below(&fixed);
        for (version, inside) in [
            ("0:3.9.18-3.el9_4.2", true),
            ("0:3.9.18-3.el9_4.5", false),
            ("0:3.9.19-1.el9", true),
            ("0:3.9.19-8.el9", false),
        ] {
            let found = range.contains(Scheme::Rpm, version);
            assert_eq!(matches!(found, Containment::Inside(_)), inside, "{version}");
        }
    }
}
