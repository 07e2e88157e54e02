//! Vulnerabilities of Kubernetes' own components, by component.
//!
//! Source: stackrox/k8s-cves, one YAML file for each CVE id.

use serde::Deserialize;

use lazaret_model::{Advisory, Affected, FeedItem, FixStatus, KeyKind, Qualifiers, Rating};
use lazaret_version::Range;
use lazaret_version::constraint::{Dialect, parse};

use super::osv::first_line;
use super::{Feed, FeedError, FeedFile, Sink, space};

pub(super) static FEED: Feed = Feed {
    name: "kubernetes",
    title: "Kubernetes components",
    upstream: "https://github.com/stackrox/k8s-cves",
    downloads: &[],
    about: "Vulnerabilities of kubelet, kube-apiserver, kubectl and the other components.",
    wants: |path| (path.ends_with(".yaml") || path.ends_with(".yml")) && path.contains("CVE-"),
    read,
    finish: None,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    cve: String,
    #[serde(default)]
    published: Option<String>,
    #[serde(default)]
    description: String,
    #[serde(default)]
    issue_url: Option<String>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    components: Vec<String>,
    #[serde(default)]
    cvss: Scores,
    #[serde(default)]
    affected: Vec<Line>,
}

#[derive(Deserialize, Default)]
struct Scores {
    #[serde(default)]
    kubernetes: Option<Score>,
    #[serde(default)]
    nvd: Option<Score>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Score {
    #[serde(default)]
    vector_v3: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    range: String,
    #[serde(default)]
    fixed_by: Option<String>,
}

fn read(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let text = str::from_utf8(file.bytes).map_err(|e| FeedError::new(e.to_string()))?;
    let record: Record = serde_saphyr::from_str(text).map_err(|e| FeedError::new(e.to_string()))?;
    let affected = statements(&record, out);
    let vectors = [
        ("kubernetes", record.cvss.kubernetes),
        ("nvd", record.cvss.nvd),
    ];
    out.item(FeedItem::Advisory(Box::new(Advisory {
        id: record.cve,
        feed: "kubernetes".into(),
        summary: first_line(&record.description),
        published: record.published.map(with_seconds).unwrap_or_default(),
        ratings: vectors
            .into_iter()
            .filter_map(|(source, score)| {
                Some(Rating {
                    source: source.into(),
                    severity: None,
                    vector: Some(score?.vector_v3?),
                })
            })
            .collect(),
        references: [record.issue_url, record.url]
            .into_iter()
            .flatten()
            .collect(),
        affected,
        ..Advisory::default()
    })));
    Ok(())
}

fn statements(record: &Record, out: &mut Sink<'_>) -> Vec<Affected> {
    let Some(space) = space::of_osv("kubernetes") else {
        return Vec::new();
    };
    let mut range = Range::nothing();
    let mut fixed = Vec::new();
    for line in &record.affected {
        match parse(Dialect::Generic, space.scheme, &line.range) {
            Ok(part) => {
                range = range.union(part);
                fixed.extend(line.fixed_by.clone().filter(|v| !v.is_empty()));
            }
            Err(error) => {
                out.bad(&record.cve, error.to_string());
                range = range.union(Range::not_understood(&line.range));
            }
        }
    }
    let whole = ["kubernetes".to_owned()];
    let names = match record.components.as_slice() {
        [] => &whole[..],
        names => names,
    };
    let statements = names.iter().map(|name| Affected {
        space: space.name.clone(),
        name: name.clone(),
        key: KeyKind::Binary,
        scheme: space.scheme,
        range: range.clone(),
        status: match fixed.is_empty() {
            true => FixStatus::Affected,
            false => FixStatus::Fixed,
        },
        raw_status: None,
        fixed: fixed.clone(),
        severity: None,
        qualifiers: Qualifiers::default(),
    });
    statements.collect()
}

/// `2021-03-10T00:00Z` has no seconds.
fn with_seconds(time: String) -> String {
    match time.strip_suffix('Z') {
        Some(rest) if rest.len() == "2021-03-10T00:00".len() => format!("{rest}:00Z"),
        _ => time,
    }
}
