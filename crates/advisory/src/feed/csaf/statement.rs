//! Statements of one vulnerability.
//!
//! A package that is not fixed somewhere in a release stays unfixed whatever else is
//! fixed in it. Several fixes of one package on different upstream versions become a
//! range with gaps, so that a fix of an older line is not taken for a flaw.

use std::collections::BTreeMap;

use lazaret_model::{Affected, FixStatus, KeyKind, Qualifiers, Severity};
use lazaret_version::{Range, Scheme};

use super::super::Sink;
use super::super::rpm::{below, highest_per_base, is_modular};
use super::document::{Remark, Vulnerability};
use super::product::{Component, Products};
use super::vendor::Vendor;

/// Space, name, module and channel.
type Key = (String, String, Option<String>, Option<String>);

/// What is said of one package of one release.
#[derive(Default)]
struct Told {
    fixed: Vec<String>,
    /// Architectures of the fixes; `None` among them where one is for all.
    architectures: Vec<Option<String>>,
    open: Option<(FixStatus, Option<String>)>,
    acquitted: bool,
    severity: Option<Severity>,
}

/// The statements of a vulnerability, ordered by space and name.
pub(super) fn all(
    vulnerability: &Vulnerability,
    products: &Products<'_>,
    vendor: &Vendor,
    out: &mut Sink<'_>,
) -> Vec<Affected> {
    let status = &vulnerability.product_status;
    let mut told: BTreeMap<(Key, Names), Told> = BTreeMap::new();
    let impact = by_product(&vulnerability.threats, |r| r.category == "impact");
    let state = by_product(&vulnerability.remediations, |r| {
        matches!(r.category.as_str(), "no_fix_planned" | "none_available")
    });
    let overall = vulnerability
        .threats
        .iter()
        .find(|r| r.category == "impact" && r.product_ids.is_empty());
    let severity = |id: &str| {
        let word = impact
            .get(id)
            .copied()
            .or(overall.map(|r| r.details.as_str()));
        word.and_then(|word| word.parse().ok())
    };
    let fixed = [&status.fixed, &status.first_fixed, &status.recommended];
    for id in fixed.into_iter().flatten() {
        let Some(component) = products.component(id).filter(|c| !c.is_source) else {
            continue;
        };
        let entry = told.entry((key(&component), Names::Binary)).or_default();
        entry.severity = entry.severity.or(severity(id));
        match component.version {
            Some(version) if Scheme::Rpm.check(&version).is_ok() => {
                entry.fixed.push(version);
                let architecture = component.architecture.filter(|a| a != "noarch");
                if !entry.architectures.contains(&architecture) {
                    entry.architectures.push(architecture);
                }
            }
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
        .filter_map(|((key, kind), told)| statement(key, kind, told, vendor))
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

fn statement(key: Key, kind: Names, told: Told, vendor: &Vendor) -> Option<Affected> {
    let (space, name, module, channel) = key;
    let is_modular = told.fixed.iter().any(|version| is_modular(version));
    let mut architectures = architectures(told.architectures, &told.fixed);
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
    // Where a vendor names modules, a package without one is outside of all. An acquittal
    // holds for those in modules, too: the vendor would name them.
    let module = match module {
        None if vendor.names_modules && !is_modular && status != FixStatus::NotAffected => {
            Some(String::new())
        }
        module => module,
    };
    if status != FixStatus::Fixed {
        architectures.clear();
    }
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
            architectures,
            module,
            channel,
            ..Qualifiers::default()
        },
    })
}

/// The architectures of a statement: those of the fixes, unless one is for all or they
/// were built apart, when every fix would seem to be for every architecture.
fn architectures(told: Vec<Option<String>>, fixed: &[String]) -> Vec<String> {
    let all: Option<Vec<String>> = told.into_iter().collect();
    let is_one = fixed.windows(2).all(|pair| pair[0] == pair[1]);
    let mut all = all.filter(|_| is_one).unwrap_or_default();
    all.sort();
    all
}
