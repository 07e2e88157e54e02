//! Decisions in parts are those by the inventories: a made fleet, newer databases, policies
//! that can be divided and one that cannot, on both engines.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use lazaret_advisory::build::{BuildOptions, build_to};
use lazaret_testkit::image::Numbers;
use lazaret_testkit::postgres::Postgres;
use reqwest::Method;
use serde_json::{Value, json};

use crate::centre::{Centre, settings};
use crate::fleet::made;

const IMAGES: usize = 200;

/// Packages that a made fleet has.
const PACKAGES: [(&str, &str); 8] = [
    ("npm", "lodash"),
    ("npm", "express"),
    ("npm", "axios"),
    ("npm", "left-pad-9"),
    ("Debian:12", "openssl"),
    ("Debian:12", "zlib"),
    ("Debian:12", "tar"),
    ("Debian:12", "lib20"),
];

const VECTORS: [&str; 4] = [
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
    "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N",
    "",
];

/// Exceptions, undecided facts, dates, environments.
const DIVISIBLE: &str = r#"
apiVersion: lazaret.dev/v1
name: of parts
environments: {prod: {mode: enforce}, stage: {mode: warn}, dev: {mode: observe}}
rules:
  - {name: scored, each: finding, when: finding.cvss >= 9.0, action: block}
  - {name: young, each: finding, when: 'finding.age < duration("2400h") && finding.severity >= "high"', action: hold}
  - {name: base, each: finding, when: finding.from_base, action: warn}
  - {name: likely, each: finding, when: finding.epss > 0.5, action: warn}
  - {name: odd, when: image.os != "debian", action: warn}
exceptions:
  - {name: borne, reason: r, owner: o, expires: 2100-01-01, packages: [{purl: pkg:npm/lodash, versions: "*"}]}
  - {name: over, reason: r, owner: o, expires: 2020-01-01, packages: [{purl: pkg:npm/express, versions: "*"}]}
  - {name: until, reason: r, owner: o, expires: 2100-01-01, ids: [CVE-2026-0003], until: [fix-available]}
"#;

/// Looks across findings.
const WHOLE: &str = r#"
apiVersion: lazaret.dev/v1
name: of the whole
environments: {prod: {mode: enforce}, stage: {mode: warn}, dev: {mode: observe}}
rules:
  - {name: many, when: findings.size() > 3, action: hold}
  - {name: scored, each: finding, when: finding.cvss >= 9.0, action: block}
"#;

/// What an advisory says.
#[derive(Clone, Copy)]
struct Said {
    package: usize,
    below: u64,
    vector: usize,
    /// Probability of exploitation, in tenths.
    epss: u64,
    kev: bool,
}

fn draw(numbers: &mut Numbers) -> Said {
    let small = |number: u64| usize::try_from(number).expect("small");
    Said {
        package: small(numbers.below(PACKAGES.len() as u64)),
        below: 10 + numbers.below(20),
        vector: small(numbers.below(4)),
        epss: numbers.below(10),
        kev: numbers.below(10) == 0,
    }
}

/// Writes what is known of ids beside advisories.
fn scores(folder: &Path, said: &BTreeMap<u64, Said>) {
    let rows = said.iter().map(|(number, said)| {
        let epss = said.epss;
        format!("CVE-2026-{number:04},0.{epss},0.{epss}\n")
    });
    let rows: String = rows.collect();
    let text = format!("cve,epss,percentile\n{rows}");
    std::fs::write(folder.join("epss.csv"), text).expect("written");
    let known = said.iter().filter(|(_, said)| said.kev);
    let known: Vec<Value> = known
        .map(|(number, _)| {
            json!({"cveID": format!("CVE-2026-{number:04}"), "vulnerabilityName": "known",
                "dateAdded": "2026-11-01", "dueDate": "2026-12-01",
                "knownRansomwareCampaignUse": "Unknown"})
        })
        .collect();
    let text = json!({ "vulnerabilities": known }).to_string();
    std::fs::write(folder.join("kev.json"), text).expect("written");
}

/// Writes a database with these advisories, as of that day.
fn database(file: &Path, said: &BTreeMap<u64, Said>, day: u32) {
    let feeds = tempfile::tempdir().expect("a directory");
    for (number, of) in said {
        let (below, vector) = (of.below, of.vector);
        let (ecosystem, name) = PACKAGES[of.package];
        let (kind, fixed) = match ecosystem {
            "npm" => ("SEMVER", format!("4.17.{below}")),
            _ => ("ECOSYSTEM", format!("1.{below}.2-2")),
        };
        let id = match ecosystem {
            "npm" => format!("GHSA-aaaa-bbbb-{number:04}"),
            _ => format!("DEBIAN-CVE-2026-{number:04}"),
        };
        let mut record = json!({
            "id": id,
            "aliases": [format!("CVE-2026-{number:04}")],
            "modified": format!("2026-11-{day:02}T00:00:00Z"),
            "published": format!("2026-{:02}-01T00:00:00Z", 1 + number % 11),
            "summary": format!("number {number}"),
            "affected": [{
                "package": {"ecosystem": ecosystem, "name": name},
                "ranges": [{"type": kind, "events": [{"introduced": "0"}, {"fixed": fixed}]}],
            }],
        });
        if !VECTORS[vector].is_empty() {
            record["severity"] = json!([{"type": "CVSS_V3", "score": VECTORS[vector]}]);
        }
        let path = feeds.path().join(format!("{number}.json"));
        std::fs::write(path, record.to_string()).expect("written");
    }
    let beside = tempfile::tempdir().expect("a directory");
    scores(beside.path(), said);
    let place = |feed: &str, path: &Path| format!("{feed}={}", path.display());
    let sources = [
        place("osv", feeds.path()),
        place("epss", &beside.path().join("epss.csv")),
        place("kev", &beside.path().join("kev.json")),
    ];
    let sources = sources.map(|source| source.parse().expect("a source"));
    build_to(file, &sources, &BuildOptions::default(), &mut |_| {}).expect("a database");
}

pub(crate) async fn metric(centre: &Centre, name: &str) -> f64 {
    let answer = centre.bare(Method::GET, "/metrics").send().await;
    let text = answer.expect("an answer").text().await.expect("a text");
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.map_or(0.0, |rest| rest.trim().parse().expect("a number"))
}

pub(crate) async fn until(what: &str, good: impl AsyncFn() -> bool) {
    let end = Instant::now() + Duration::from_secs(120);
    while !good().await {
        assert!(Instant::now() < end, "{what}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// What is decided of every image, and how it stands with its names; without times and
/// generations.
pub(crate) async fn decided(centre: &Centre) -> BTreeMap<String, Value> {
    let (mut all, mut path) = (BTreeMap::new(), "/api/v1/images?limit=100".to_owned());
    loop {
        let (status, page) = centre.get(&path).await;
        assert_eq!(status, 200, "{page}");
        for item in page["items"].as_array().expect("items") {
            let digest = item["digest"].as_str().expect("a digest");
            let (_, image) = centre.get(&format!("/api/v1/images/{digest}")).await;
            let verdicts = image["verdicts"].as_array().expect("verdicts").iter();
            let mut told: Vec<Value> = verdicts
                .map(|v| json!([v["environment"], v["outcome"], v["findings"], v["reasons"]]))
                .collect();
            let (_, holds) = centre.get(&format!("/api/v1/holds?digest={digest}")).await;
            let holds = holds["items"].as_array().expect("holds").iter();
            told.extend(holds.map(|h| json!([h["repository"], h["state"]])));
            all.insert(digest.to_owned(), Value::Array(told));
        }
        let Some(next) = page["next"].as_str() else {
            return all;
        };
        path = format!("/api/v1/images?limit=100&cursor={next}");
    }
}

/// Sets a policy and waits until everything is decided on again, by the inventories.
async fn set(centre: &Centre, text: &str) {
    let body = json!({"text": text, "reason": "a test"});
    let (status, set) = centre.call(Method::PUT, "/api/v1/policy", Some(body)).await;
    assert!((200..300).contains(&status), "{set}");
    until("everything is decided on again", async || {
        let (_, jobs) = centre.get("/api/v1/jobs?kind=rematch").await;
        let items = jobs["items"].as_array().cloned().unwrap_or_default();
        !items.iter().any(|job| job["kind"] == "rematch")
    })
    .await;
}

async fn parts_are_the_whole(database_url: Option<String>, policies: &[(&str, bool)]) {
    let data = tempfile::tempdir().expect("a directory");
    let file = data.path().join("advisories.db");
    let mut numbers = Numbers::new(11);
    let mut said: BTreeMap<u64, Said> = (0..30).map(|n| (n, draw(&mut numbers))).collect();
    database(&file, &said, 1);
    let wanted = made::Wanted {
        data: data.path().to_owned(),
        images: IMAGES,
        advisories: Some(file.clone()),
        database: database_url.clone(),
        ..made::Wanted::default()
    };
    let made = made::fleet(&wanted, Timestamp::now()).await;
    made.expect("a fleet is made");
    let token = std::fs::read_to_string(data.path().join("token")).expect("a token");
    let mut settings = settings(&data);
    settings.advisories = Some(file.clone());
    settings.database = database_url;
    let mut centre = Centre::with(settings, data).await;
    centre.admin = token;

    let (mut day, mut rounds) = (1, 0.0);
    for (policy, is_divisible) in policies {
        set(&centre, policy).await;
        for _ in 0..2 {
            for _ in 0..4 {
                let number = numbers.below(35);
                match numbers.below(4) {
                    0 => drop(said.remove(&number)),
                    _ => drop(said.insert(number, draw(&mut numbers))),
                }
            }
            // Of some only a number, as it is every day.
            for (_, one) in said.iter_mut().skip(day as usize % 5).step_by(5) {
                one.epss = numbers.below(10);
            }
            let before = metric(&centre, "lazaret_rematched_whole_total ").await;
            day += 1;
            rounds += 1.0;
            database(&file, &said, day);
            until("the delta is decided on", async || {
                metric(&centre, "lazaret_rematches_total ").await >= rounds
            })
            .await;
            let whole = metric(&centre, "lazaret_rematched_whole_total ").await - before;
            assert_eq!(whole == 0.0, *is_divisible, "{whole} by their inventories");
            let in_parts = decided(&centre).await;
            assert_eq!(in_parts.len(), IMAGES);
            set(&centre, policy).await;
            let by_inventories = decided(&centre).await;
            for (digest, told) in &in_parts {
                assert_eq!(told, &by_inventories[digest], "{digest}, {policy}");
            }
        }
    }
    assert!(metric(&centre, "lazaret_rematched_images_total ").await > 0.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn images_in_parts_are_decided_on_as_by_their_inventories() {
    let policies = [
        (lazaret_policy::DEFAULT_POLICY, true),
        (DIVISIBLE, true),
        (WHOLE, false),
    ];
    parts_are_the_whole(None, &policies).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_on_postgresql() {
    let Some(server) = Postgres::start() else {
        return;
    };
    let Some(database) = server.database() else {
        return;
    };
    parts_are_the_whole(Some(database), &[(DIVISIBLE, true)]).await;
}
