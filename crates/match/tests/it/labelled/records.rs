//! Records of Grype's matcher fixtures, in the envelope of the collector that wrote them, as
//! our feeds read them.

use lazaret_advisory::Db;
use lazaret_advisory::build::{BuildOptions, Builder};
use lazaret_advisory::feed::{self, FeedFile, Sink};
use lazaret_model::{Advisory, Affected, FeedItem, FixStatus, KeyKind, Qualifiers};
use lazaret_testkit::shared;
use lazaret_version::{Bound, Interval, Range, Scheme};
use serde_json::{Value, json};

/// The database of one fixture. `None` where the collected files are not here.
pub(super) fn database(fixture: &str) -> Option<Db> {
    let files = shared::files("grype-dbtest", &format!("/testdata/{fixture}/"))?;
    let mut builder = Builder::new();
    for (path, bytes) in files.iter().filter(|(path, _)| path.contains("/results/")) {
        let record: Value = serde_json::from_slice(bytes).expect("JSON");
        for (feed, item) in items(&record["item"]) {
            builder
                .item(feed, item)
                .unwrap_or_else(|e| panic!("{path}: {e}"));
        }
    }
    let encoded = builder
        .finish(BuildOptions::default().level, false)
        .expect("a database");
    Some(Db::from_bytes(encoded.bytes).expect("a good database"))
}

fn items(item: &Value) -> Vec<(&'static str, FeedItem)> {
    if item.get("cve").is_some() {
        return read("nvd", &json!({"vulnerabilities": [item]}));
    }
    if item.get("affected").is_some() {
        return read("osv", item);
    }
    if let Some(advisory) = item.get("Advisory") {
        return read("osv", &reviewed(advisory));
    }
    match item.get("Vulnerability") {
        Some(vulnerability) => vec![("osv", distribution(vulnerability))],
        // Ends of support, and statements for the command's `--vex`.
        None => Vec::new(),
    }
}

fn read(name: &'static str, value: &Value) -> Vec<(&'static str, FeedItem)> {
    let feed = feed::by_name(name).expect("the feed exists");
    let bytes = serde_json::to_vec(value).expect("JSON");
    let (mut items, mut bad) = (Vec::new(), Vec::new());
    let file = FeedFile {
        path: "record.json",
        bytes: &bytes,
    };
    (feed.read)(file, &mut Sink::new(&mut items, &mut bad)).expect("a readable record");
    items.into_iter().map(|item| (name, item)).collect()
}

/// A record of GitHub's database as OSV.
fn reviewed(advisory: &Value) -> Value {
    let affected: Vec<Value> = advisory["FixedIn"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|entry| {
            let ecosystem = match entry["ecosystem"].as_str().unwrap_or_default() {
                "go" => "Go",
                "java" => "Maven",
                "python" => "PyPI",
                "gem" => "RubyGems",
                other => other,
            };
            let range = entry["range"].as_str().unwrap_or_default();
            json!({
                "package": {"ecosystem": ecosystem, "name": entry["name"]},
                "ranges": [{"type": "ECOSYSTEM", "events": events(range)}],
            })
        })
        .collect();
    let withdrawn = advisory["withdrawn"].as_str().filter(|w| !w.is_empty());
    json!({
        "id": advisory["ghsaId"],
        "modified": "2026-01-01T00:00:00Z",
        "withdrawn": withdrawn,
        "aliases": advisory["CVE"],
        "affected": affected,
    })
}

/// `>= 9.5.1, < 9.5.5` and `>= 1.4.198 < 2.2.220` as events.
fn events(range: &str) -> Vec<Value> {
    let words: Vec<&str> = range
        .split([' ', ','])
        .filter(|word| !word.is_empty())
        .collect();
    let mut events: Vec<Value> = words
        .chunks_exact(2)
        .map(|pair| match pair[0] {
            ">=" => json!({"introduced": pair[1]}),
            "<=" => json!({"last_affected": pair[1]}),
            "=" => json!({"introduced": pair[1], "last_affected": pair[1]}),
            _ => json!({"fixed": pair[1]}),
        })
        .collect();
    if !range.contains(">=") {
        events.insert(0, json!({"introduced": "0"}));
    }
    events
}

fn distribution(record: &Value) -> FeedItem {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut advisory = Advisory {
        id: text(&record["Name"]),
        feed: "vunnel".to_owned(),
        ..Advisory::default()
    };
    // An erratum is about the vulnerabilities that it names.
    advisory.upstream = record["Metadata"]["CVE"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|cve| text(&cve["Name"]))
        .filter(|id| *id != advisory.id)
        .collect();
    let namespace = text(&record["NamespaceName"]);
    for entry in record["FixedIn"].as_array().into_iter().flatten() {
        advisory.affected.push(statement(&namespace, entry));
    }
    FeedItem::Advisory(Box::new(advisory))
}

fn statement(namespace: &str, entry: &Value) -> Affected {
    let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
    let (space, key, channel) = place(namespace);
    let version = text("Version");
    let (range, status, fixed) = match version.as_str() {
        "None" => (Range::everything(), FixStatus::Affected, Vec::new()),
        "0" => (Range::everything(), FixStatus::NotAffected, Vec::new()),
        fixed => {
            let written = entry["VulnerableRange"].as_str();
            let range = written.map_or_else(|| Range::from(Interval::below(fixed)), parts);
            (range, FixStatus::Fixed, vec![version.clone()])
        }
    };
    let architecture = Some(text("Arch")).filter(|arch| !arch.is_empty());
    Affected {
        name: text("Name"),
        key,
        scheme: match entry["VersionFormat"].as_str() {
            Some("dpkg") => Scheme::Deb,
            Some("apk") => Scheme::Apk,
            _ => Scheme::Rpm,
        },
        range,
        status,
        raw_status: None,
        fixed,
        severity: None,
        qualifiers: Qualifiers {
            // Red Hat's records tell of every entry whether it is of a module.
            module: space
                .starts_with("rhel:")
                .then(|| entry["Module"].as_str().unwrap_or_default().to_owned()),
            architectures: architecture.into_iter().collect(),
            channel,
            ..Qualifiers::default()
        },
        space,
    }
}

/// `rhel:9.4+eus`: Red Hat 9 in the channel `eus:9.4`.
fn place(namespace: &str) -> (String, KeyKind, Option<String>) {
    let (id, release) = namespace.split_once(':').unwrap_or((namespace, ""));
    let (release, extra) = release.split_once('+').unwrap_or((release, ""));
    let major = release.split('.').next().unwrap_or_default();
    match id {
        "ol" => (format!("oracle:{release}"), KeyKind::Binary, None),
        "sles" => (namespace.to_owned(), KeyKind::Binary, None),
        "wolfi" => ("wolfi".to_owned(), KeyKind::Source, None),
        "rhel" => {
            let channel = (extra == "eus").then(|| format!("eus:{release}"));
            (format!("rhel:{major}"), KeyKind::Source, channel)
        }
        _ => {
            let channel = (!extra.is_empty()).then(|| extra.to_owned());
            (format!("{id}:{release}"), KeyKind::Source, channel)
        }
    }
}

/// `< 0:3.9.18-3.el9_4.5 || >= 0:3.9.19, < 0:3.9.19-8.el9`
fn parts(text: &str) -> Range {
    let interval = |part: &str| {
        let mut interval = Interval::default();
        for word in part.split(',').map(str::trim) {
            if let Some(lower) = word.strip_prefix(">=") {
                interval.lower = Bound::Inclusive(lower.trim().to_owned());
            } else if let Some(upper) = word.strip_prefix('<') {
                interval.upper = Bound::Exclusive(upper.trim().to_owned());
            }
        }
        interval
    };
    Range {
        intervals: text.split("||").map(interval).collect(),
        ..Range::default()
    }
}
