//! Which products a CVE record of NVD is about, and in which versions.
//!
//! A configuration is one node or several that must hold together. A node lists CPE
//! names: vulnerable ones, and ones that the product only runs on. Statements are made of
//! vulnerable applications, one for each product and set of conditions; operating
//! systems and hardware are no programs that an image carries, and firmware that is bound
//! to hardware is left out.
//!
//! Source: NVD API 2.0, `configurations`; NISTIR 7696 for how names match: a version of
//! `-` is no version that a program could have.

use std::collections::BTreeMap;

use serde::Deserialize;

use lazaret_model::{Affected, Cpe, FixStatus, KeyKind, Qualifiers};
use lazaret_version::{Bound, Interval, Range, Scheme};

#[derive(Deserialize)]
pub(super) struct Configuration {
    #[serde(default)]
    operator: String,
    #[serde(default)]
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    #[serde(default)]
    negate: bool,
    #[serde(default)]
    cpe_match: Vec<Match>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Match {
    #[serde(default)]
    vulnerable: bool,
    criteria: String,
    #[serde(default)]
    version_start_including: Option<String>,
    #[serde(default)]
    version_start_excluding: Option<String>,
    #[serde(default)]
    version_end_including: Option<String>,
    #[serde(default)]
    version_end_excluding: Option<String>,
}

/// Product, target software and platforms.
type Key = (String, Vec<String>, Vec<String>);

#[derive(Default)]
struct Told {
    range: Range,
    fixed: Vec<String>,
}

/// The statements of a record, one for each product and set of conditions, and the CPE
/// names that cannot be read.
pub(super) fn statements(configurations: &[Configuration]) -> (Vec<Affected>, Vec<String>) {
    let mut told: BTreeMap<Key, Told> = BTreeMap::new();
    let mut unread = Vec::new();
    for configuration in configurations {
        let nodes: Vec<&Node> = configuration.nodes.iter().filter(|n| !n.negate).collect();
        let together = configuration.operator == "AND" && nodes.len() > 1;
        for (position, node) in nodes.iter().enumerate() {
            let others = nodes
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != position);
            let under: Vec<&Node> = match together {
                true => others.map(|(_, node)| *node).collect(),
                false => Vec::new(),
            };
            let Some(platforms) = platforms(node, &under) else {
                continue;
            };
            for found in node.cpe_match.iter().filter(|m| m.vulnerable) {
                match Cpe::parse(&found.criteria) {
                    Some(cpe) => take(found, &cpe, &platforms, &mut told),
                    None => unread.push(found.criteria.clone()),
                }
            }
        }
    }
    (told.into_iter().map(statement).collect(), unread)
}

/// What the products of a node run on, any one of it; empty where that is any Linux, and
/// `None` where it is hardware.
fn platforms(node: &Node, under: &[&Node]) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut is_bound = false;
    let beside = std::iter::once(node).chain(under.iter().copied());
    for cpe in beside
        .flat_map(|n| &n.cpe_match)
        .filter(|m| !m.vulnerable)
        .filter_map(|m| Cpe::parse(&m.criteria))
    {
        match (cpe.part.as_str(), cpe.product.as_str()) {
            ("h", _) => is_bound = true,
            ("o", "linux_kernel" | "linux") => return Some(Vec::new()),
            _ => names.push(cpe.key()),
        }
    }
    names.sort();
    names.dedup();
    (!is_bound || !names.is_empty()).then_some(names)
}

fn take(found: &Match, cpe: &Cpe, platforms: &[String], told: &mut BTreeMap<Key, Told>) {
    if cpe.part != "a" {
        return;
    }
    let Some(range) = range(found, cpe) else {
        return;
    };
    let software = match cpe.target_software.as_str() {
        "" | "*" | "-" => Vec::new(),
        name => vec![name.to_owned()],
    };
    let entry = told
        .entry((cpe.key(), software, platforms.to_vec()))
        .or_default();
    entry.range = std::mem::take(&mut entry.range).union(range);
    if let Some(fixed) = &found.version_end_excluding
        && !entry.fixed.contains(fixed)
    {
        entry.fixed.push(fixed.clone());
    }
}

fn range(found: &Match, cpe: &Cpe) -> Option<Range> {
    let lower = match (
        &found.version_start_including,
        &found.version_start_excluding,
    ) {
        (Some(version), _) => Bound::Inclusive(version.clone()),
        (None, Some(version)) => Bound::Exclusive(version.clone()),
        (None, None) => Bound::Unbounded,
    };
    let upper = match (&found.version_end_including, &found.version_end_excluding) {
        (Some(version), _) => Bound::Inclusive(version.clone()),
        (None, Some(version)) => Bound::Exclusive(version.clone()),
        (None, None) => Bound::Unbounded,
    };
    if lower != Bound::Unbounded || upper != Bound::Unbounded {
        return Some(Range::from(Interval::new(lower, upper)));
    }
    match (cpe.version.as_str(), cpe.update.as_str()) {
        ("-" | "", _) => None,
        ("*", _) => Some(Range::everything()),
        (version, "*" | "-" | "") => Some(Range::exactly([version])),
        (version, update) => Some(Range::exactly([format!("{version}-{update}")])),
    }
}

fn statement(((name, target_software, platforms), told): (Key, Told)) -> Affected {
    Affected {
        space: "cpe".into(),
        name,
        key: KeyKind::Binary,
        scheme: Scheme::Generic,
        range: told.range,
        status: match told.fixed.is_empty() {
            true => FixStatus::Affected,
            false => FixStatus::Fixed,
        },
        raw_status: None,
        fixed: told.fixed,
        severity: None,
        qualifiers: Qualifiers {
            target_software,
            platforms,
            ..Qualifiers::default()
        },
    }
}
