//! The findings of an image, and of which side they are.

use std::cmp::Reverse;
use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use lazaret_model::{Digest, Finding, Severity};
use serde::Deserialize;

use super::layers::{of_packages, side};
use super::{Cut, Head, Shown};
use crate::App;
use crate::auth::Viewer;
use crate::console::frame::{Frame, Section, Trip, show};
use crate::console::parts::{self, Part};
use crate::http::{ApiResult, Ask, At};

struct Row {
    severity: Part,
    id: String,
    link: String,
    title: String,
    kev: bool,
    epss: String,
    score: String,
    package: String,
    version: String,
    fixed: String,
    status: String,
    side: &'static str,
    layer: Option<usize>,
    suppressed: String,
}

#[derive(Template)]
#[template(path = "findings.html")]
struct Page {
    f: Frame,
    head: Head,
    ways: Ways,
    rows: Vec<Row>,
    shown: usize,
    total: usize,
    next: String,
    first: String,
    is_looked_at: bool,
}

#[derive(Deserialize, Default)]
pub(super) struct Ways {
    environment: Option<String>,
    #[serde(default)]
    severity: String,
    #[serde(default)]
    fix: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    all: String,
    after: Option<String>,
}

impl Ways {
    fn wants(&self, finding: &Finding) -> bool {
        let least = self.severity.parse::<Severity>().ok();
        let text = self.q.trim().to_lowercase();
        let has = |part: &str| part.to_lowercase().contains(&text);
        (!self.all.is_empty() || finding.suppressed.is_none())
            && least.is_none_or(|least| finding.severity >= least)
            && (self.fix.is_empty() || !finding.fixed_versions.is_empty())
            && (self.from.is_empty() || side(finding.from_base) == self.from)
            && (text.is_empty()
                || has(&finding.id)
                || has(&finding.package.name)
                || finding.aliases.iter().any(|alias| has(alias)))
    }
}

/// The most urgent first: bad, known to be used, likely to be used.
pub(super) fn urgency(finding: &Finding) -> impl Ord + use<> {
    let epss = finding.epss.map_or(0.0, |epss| epss.score);
    // Thousandths, so that there is an order.
    let epss = (epss * 1000.0).round() as i64;
    (
        finding.suppressed.is_some(),
        Reverse((finding.severity, finding.kev, epss)),
    )
}

pub(super) async fn page(
    Viewer(actor): Viewer,
    trip: Trip,
    State(app): State<App>,
    At(digest): At<String>,
    Ask(ways): Ask<Ways>,
) -> ApiResult<Response> {
    let shown = Shown::read(&app, &digest, ways.environment.as_deref()).await?;
    let title = format!("Findings · {}", shown.name());
    let f = trip.frame(&app, &actor, title, Section::Images).await?;
    let report = shown.report.as_deref();
    let all = report
        .map(|report| report.findings.as_slice())
        .unwrap_or_default();
    let mut wanted: Vec<&Finding> = all.iter().filter(|f| ways.wants(f)).collect();
    wanted.sort_by_key(|finding| urgency(finding));
    let cut = Cut::of(&wanted, ways.after.as_deref(), |finding| {
        finding.key.clone()
    });
    let layers = report.map(of_packages).unwrap_or_default();
    let numbers: HashMap<&Digest, usize> = report
        .map(|report| report.target.layers.iter().enumerate())
        .into_iter()
        .flatten()
        .map(|(place, layer)| (&layer.diff_id, place + 1))
        .collect();
    let rows = wanted[cut.from..cut.to].iter().map(|finding| {
        let layer = layers.get(&finding.package.purl);
        row(
            &shown,
            finding,
            layer.and_then(|layer| numbers.get(*layer)).copied(),
        )
    });
    let last = wanted
        .get(cut.to.wrapping_sub(1))
        .map(|finding| finding.key.clone());
    let again = |after: &str| {
        let query = [
            ("severity", ways.severity.as_str()),
            ("fix", &ways.fix),
            ("from", &ways.from),
            ("q", &ways.q),
            ("all", &ways.all),
            ("after", after),
        ];
        shown.address("/findings", &query)
    };
    show(&Page {
        head: shown.head("/findings"),
        rows: rows.collect(),
        shown: cut.total,
        total: all.len(),
        next: match (cut.has_more(), &last) {
            (true, Some(last)) => again(last),
            _ => String::new(),
        },
        first: if cut.from > 0 {
            again("")
        } else {
            String::new()
        },
        is_looked_at: report.is_some(),
        f,
        ways,
    })
}

fn row(shown: &Shown, finding: &Finding, layer: Option<usize>) -> Row {
    let best = finding.cvss.iter().filter_map(|cvss| cvss.score);
    let best = best.fold(None, |best: Option<f64>, score| {
        Some(best.map_or(score, |b| b.max(score)))
    });
    Row {
        severity: parts::chip(finding.severity.name()),
        id: finding.id.clone(),
        link: shown.address("/finding", &[("key", &finding.key)]),
        title: finding.title.clone(),
        kev: finding.kev,
        epss: finding
            .epss
            .map(|e| format!("{:.1}%", e.score * 100.0))
            .unwrap_or_default(),
        score: best.map(|score| format!("{score:.1}")).unwrap_or_default(),
        package: finding.package.name.clone(),
        version: finding.package.version.clone(),
        fixed: finding.fixed_versions.join(", "),
        status: finding.status.name().replace('_', " "),
        side: side(finding.from_base),
        layer,
        suppressed: match &finding.suppressed {
            Some(why) => format!("{}: {}", why.by, why.reason),
            None => String::new(),
        },
    }
}
