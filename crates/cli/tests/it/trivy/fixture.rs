//! Trivy's fixture database in the native formats of the feeds.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

/// Ecosystems by the first word of the bucket.
const ECOSYSTEMS: [(&str, &str); 13] = [
    ("cargo", "crates.io"),
    ("cocoapods", "CocoaPods"),
    ("composer", "Packagist"),
    ("conan", "ConanCenter"),
    ("erlang", "Hex"),
    ("go", "Go"),
    ("maven", "Maven"),
    ("npm", "npm"),
    ("nuget", "NuGet"),
    ("pip", "PyPI"),
    ("pub", "Pub"),
    ("rubygems", "RubyGems"),
    ("swift", "SwiftURL"),
];

const LEVELS: [&str; 5] = ["UNKNOWN", "LOW", "MODERATE", "HIGH", "CRITICAL"];

/// The lines of a file of the corpus.
pub(super) fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).expect("the corpus has it");
    let parse = |line: &str| serde_json::from_str(line).expect("a line of JSON");
    text.lines().map(parse).collect()
}

/// Writes the feeds below `dir`, and gives the sources to build of.
pub(super) fn write(corpus: &Path, dir: &Path) -> Vec<String> {
    let known: BTreeMap<String, Value> = lines(&corpus.join("db_vulns.jsonl"))
        .into_iter()
        .map(|line| (text(&line["id"]), line["value"].clone()))
        .collect();
    let advisories = lines(&corpus.join("db_advisories.jsonl"));
    let osv = dir.join("osv");
    std::fs::create_dir_all(&osv).expect("made");
    let put = |path: &Path, value: &Value| {
        std::fs::write(path, value.to_string()).expect("written");
    };
    for (number, line) in advisories.iter().enumerate() {
        if let Some(record) = language(line, &known) {
            put(&osv.join(format!("{number}.json")), &record);
        }
    }
    put(&dir.join("debian.json"), &debian(&advisories));
    put(&dir.join("nvd.json"), &nvd(&known));
    ["osv=osv", "debian=debian.json", "nvd=nvd.json"]
        .map(|source| source.to_owned())
        .to_vec()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(text).collect()
}

/// An OSV record of an advisory about a language's package.
fn language(line: &Value, known: &BTreeMap<String, Value>) -> Option<Value> {
    let bucket = text(&line["bucket"]);
    let (kind, source) = bucket.split_once("::")?;
    let (_, ecosystem) = ECOSYSTEMS.iter().find(|(name, _)| *name == kind)?;
    let id = text(&line["id"]);
    let vulnerable = texts(&line["value"]["VulnerableVersions"]);
    let patched = texts(&line["value"]["PatchedVersions"]);
    let ranges: Vec<Value> = vulnerable
        .iter()
        .enumerate()
        .filter_map(|(at, words)| range(words, patched.get(at).or(patched.first())))
        .collect();
    if ranges.is_empty() {
        return None;
    }
    let about = known.get(&id).cloned().unwrap_or_default();
    let rated = about["VendorSeverity"][if source.contains("GitHub") {
        "ghsa"
    } else {
        "glad"
    }]
    .as_f64();
    let level = rated.and_then(|n| LEVELS.get(n as usize));
    // One record for each package and source: the fixture has ids and no records.
    let name = text(&line["package"]);
    let own = format!("FIXTURE-{}-{id}", name.replace(['/', ':', '@'], "-"));
    Some(json!({
        "id": if id.starts_with("CVE") { own } else { id.clone() },
        "aliases": [id],
        "modified": "2026-01-01T00:00:00Z",
        "summary": about["Title"],
        "database_specific": { "severity": level },
        "affected": [{ "package": { "ecosystem": ecosystem, "name": name }, "ranges": ranges }],
    }))
}

/// `>= 2.0.0, <= 2.9.10.3`, or `[2.9.0,2.9.10.7)`, as a range of OSV.
fn range(words: &str, patched: Option<&String>) -> Option<Value> {
    let mut events = Vec::new();
    let mut lower = "0".to_owned();
    let mut upper = None;
    let words = words
        .replace('[', ">=")
        .replace(')', "")
        .replace(",2.9.10.7", ", <2.9.10.7");
    for part in words.split(',') {
        let part = part.trim();
        if let Some(version) = part.strip_prefix(">=") {
            lower = version.trim().to_owned();
        } else if let Some(version) = part.strip_prefix("<=") {
            upper = Some(match patched {
                Some(fixed) => ("fixed", fixed.clone()),
                None => ("last_affected", version.trim().to_owned()),
            });
        } else if let Some(version) = part.strip_prefix('<') {
            upper = Some(("fixed", version.trim().to_owned()));
        } else {
            return None;
        }
    }
    let plain = |version: &str| version.trim_start_matches('v').to_owned();
    events.push(json!({ "introduced": plain(&lower) }));
    if let Some((kind, version)) = upper {
        events.push(json!({ kind: plain(&version) }));
    }
    Some(json!({ "type": "ECOSYSTEM", "events": events }))
}

/// The tracker's JSON.
fn debian(advisories: &[Value]) -> Value {
    let mut out: BTreeMap<String, BTreeMap<String, BTreeMap<String, Value>>> = BTreeMap::new();
    for line in advisories {
        let release = match line["bucket"].as_str() {
            Some("debian 9") => "stretch",
            Some("debian 10") => "buster",
            _ => continue,
        };
        let value = &line["value"];
        let urgency = match value["Severity"].as_f64() {
            Some(n) if n > 0.0 => "low",
            _ => "not yet assigned",
        };
        let status = match value["FixedVersion"].as_str() {
            Some(fixed) => {
                json!({ "status": "resolved", "fixed_version": fixed, "urgency": urgency })
            }
            None => json!({ "status": "open", "urgency": urgency }),
        };
        out.entry(text(&line["package"]))
            .or_default()
            .entry(text(&line["id"]))
            .or_default()
            .insert(release.to_owned(), status);
    }
    let wrap = |ids: BTreeMap<String, BTreeMap<String, Value>>| -> Value {
        ids.into_iter()
            .map(|(id, releases)| (id, json!({ "releases": releases })))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    out.into_iter()
        .map(|(package, ids)| (package, wrap(ids)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// NVD's rating of everything that it has rated.
fn nvd(known: &BTreeMap<String, Value>) -> Value {
    let rated = known.iter().filter_map(|(id, about)| {
        let vector = about["CVSS"]["nvd"]["V3Vector"].as_str()?;
        let score = about["CVSS"]["nvd"]["V3Score"].as_f64()?;
        let version = vector.strip_prefix("CVSS:")?.split('/').next()?;
        let level = LEVELS.get(about["VendorSeverity"]["nvd"].as_f64()? as usize)?;
        let key = format!("cvssMetricV{}", version.replace('.', ""));
        Some(json!({ "cve": {
            "id": id,
            "published": "2020-01-01T00:00:00.000",
            "lastModified": "2026-01-01T00:00:00.000",
            "vulnStatus": "Analyzed",
            "descriptions": [{ "lang": "en", "value": text(&about["Title"]) }],
            "metrics": { key: [{
                "source": "nvd@nist.gov",
                "type": "Primary",
                "cvssData": { "version": version, "vectorString": vector, "baseScore": score,
                              "baseSeverity": level.replace("MODERATE", "MEDIUM") },
            }] },
        } }))
    });
    json!({ "format": "NVD_CVE", "version": "2.0", "vulnerabilities": rated.collect::<Vec<_>>() })
}
