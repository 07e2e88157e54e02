//! The layer map: which step of the build brought what, and whether the base did.

use std::collections::HashMap;

use lazaret_model::{Digest, Report, Severity};
use lazaret_wire::api::SeverityCounts;

use crate::console::chart;
use crate::console::parts::{self, Part};

/// A layer, and what it brought.
pub(super) struct Layer {
    pub(super) number: usize,
    /// `base`, `app`, or empty where it is not known.
    pub(super) side: &'static str,
    pub(super) step: String,
    pub(super) digest: Part,
    pub(super) packages: usize,
    pub(super) counts: Part,
    pub(super) share: Part,
    pub(super) has_findings: bool,
}

/// What the base and what the application brought.
pub(super) struct Side {
    pub(super) name: &'static str,
    pub(super) layers: usize,
    pub(super) packages: usize,
    pub(super) counts: Part,
    pub(super) fixable: usize,
}

/// The layer that each package is in.
pub(super) fn of_packages(report: &Report) -> HashMap<String, &Digest> {
    let places = report.packages.iter().filter_map(|package| {
        let layer = package.locations.first()?.layer.as_ref()?;
        Some((package.purl.to_string(), layer))
    });
    places.collect()
}

pub(super) fn count(counts: &mut SeverityCounts, severity: Severity) {
    let count = match severity {
        Severity::Critical => &mut counts.critical,
        Severity::High => &mut counts.high,
        Severity::Medium => &mut counts.medium,
        Severity::Low | Severity::Negligible => &mut counts.low,
        Severity::Unknown => &mut counts.unknown,
    };
    *count = count.saturating_add(1);
}

fn total(counts: &SeverityCounts) -> u64 {
    [
        counts.critical,
        counts.high,
        counts.medium,
        counts.low,
        counts.unknown,
    ]
    .into_iter()
    .map(u64::from)
    .sum()
}

/// Layers from the bottom up.
pub(super) fn map(report: &Report) -> Vec<Layer> {
    let of = of_packages(report);
    let mut packages: HashMap<&Digest, usize> = HashMap::new();
    for layer in of.values() {
        *packages.entry(layer).or_default() += 1;
    }
    let mut counts: HashMap<&Digest, SeverityCounts> = HashMap::new();
    for finding in report.findings.iter().filter(|f| f.suppressed.is_none()) {
        if let Some(layer) = of.get(&finding.package.purl) {
            count(counts.entry(layer).or_default(), finding.severity);
        }
    }
    let most = counts.values().map(total).max().unwrap_or(0);
    let layers = report.target.layers.iter().enumerate();
    layers
        .map(|(place, layer)| {
            let mine = counts.remove(&layer.diff_id).unwrap_or_default();
            let rest = most.saturating_sub(total(&mine));
            Layer {
                number: place + 1,
                side: side(layer.base),
                step: layer.created_by.as_deref().map(step).unwrap_or_default(),
                digest: parts::digest(&layer.diff_id.to_string()),
                packages: packages.remove(&layer.diff_id).unwrap_or(0),
                has_findings: total(&mine) > 0,
                share: share(&mine, rest),
                counts: parts::counts(&mine),
            }
        })
        .collect()
}

/// Layers of an image that are told without folding any away.
const FEW: usize = 12;

/// The layers that are told, and those of many that brought nothing.
pub(super) fn told(layers: Vec<Layer>) -> (Vec<Layer>, Vec<Layer>) {
    match layers.len() > FEW {
        true => layers
            .into_iter()
            .partition(|layer| layer.packages > 0 || layer.has_findings),
        false => (layers, Vec::new()),
    }
}

pub(super) fn side(base: Option<bool>) -> &'static str {
    match base {
        Some(true) => "base",
        Some(false) => "app",
        None => "",
    }
}

fn share(counts: &SeverityCounts, rest: u64) -> Part {
    let parts = [
        ("critical", u64::from(counts.critical)),
        ("high", u64::from(counts.high)),
        ("medium", u64::from(counts.medium)),
        ("low", u64::from(counts.low)),
        ("unknown", u64::from(counts.unknown)),
        ("void", rest),
    ];
    chart::divided(&parts, &format!("{} findings", total(counts)))
}

/// A build step without what every builder writes around it.
fn step(text: &str) -> String {
    let text = text.trim();
    let text = text.strip_prefix("/bin/sh -c #(nop)").unwrap_or(text);
    let text = text.strip_prefix("/bin/sh -c").unwrap_or(text);
    let text = text.strip_suffix("# buildkit").unwrap_or(text).trim();
    match text.char_indices().nth(400) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}

/// The base and the application side by side; nothing where the base is not known.
pub(super) fn sides(report: &Report) -> Vec<Side> {
    let one = |name: &'static str, base: bool| {
        let mut counts = SeverityCounts::default();
        let mut fixable = 0;
        let mine = |of: Option<bool>| of == Some(base);
        let open = report.findings.iter().filter(|f| f.suppressed.is_none());
        for finding in open.filter(|f| mine(f.from_base)) {
            count(&mut counts, finding.severity);
            fixable += usize::from(!finding.fixed_versions.is_empty());
        }
        Side {
            name,
            layers: report.target.layers.iter().filter(|l| mine(l.base)).count(),
            packages: report.packages.iter().filter(|p| mine(p.from_base)).count(),
            counts: parts::counts(&counts),
            fixable,
        }
    };
    match report
        .target
        .layers
        .iter()
        .any(|layer| layer.base.is_some())
    {
        true => vec![one("base", true), one("app", false)],
        false => Vec::new(),
    }
}
