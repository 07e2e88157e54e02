//! Another advisory database: only what it touches is decided on again, and everything is as
//! if all of it had been. Vulnerabilities are told from their own side.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use lazaret_advisory::build::{BuildOptions, build_to};
use lazaret_testkit::image::Numbers;
use lazaret_testkit::registry::{LoopbackRegistry, Manners};
use reqwest::Method;
use serde_json::{Value, json};

use crate::centre::{Centre, settings};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const PACKAGES: u64 = 30;
const IMAGES: usize = 24;

/// What one advisory says: of which package, below which version, how bad it is.
type Said = (u64, u64, &'static str);

const VECTORS: [&str; 3] = [
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
    "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N",
];

fn draw(numbers: &mut Numbers) -> Said {
    let vector = VECTORS[usize::try_from(numbers.below(3)).expect("small")];
    (numbers.below(PACKAGES), numbers.below(12), vector)
}

/// Writes a database with these advisories, as of that day.
fn database(file: &Path, said: &BTreeMap<u64, Said>, day: u32) {
    let feeds = tempfile::tempdir().expect("a directory");
    for (number, (package, below, vector)) in said {
        let record = json!({
            "id": format!("GHSA-aaaa-bbbb-{number:04}"),
            "aliases": [format!("CVE-2026-{number:04}")],
            "modified": format!("2026-11-{day:02}T00:00:00Z"),
            "published": "2026-01-01T00:00:00Z",
            "summary": format!("number {number}"),
            "severity": [{"type": "CVSS_V3", "score": vector}],
            "affected": [{
                "package": {"ecosystem": "npm", "name": format!("package-{package}")},
                "ranges": [{"type": "SEMVER",
                    "events": [{"introduced": "0"}, {"fixed": format!("1.0.{below}")}]}],
            }],
        });
        let path = feeds.path().join(format!("{number}.json"));
        std::fs::write(path, record.to_string()).expect("written");
    }
    let source = format!("osv={}", feeds.path().display());
    let source = source.parse().expect("a source");
    build_to(file, &[source], &BuildOptions::default(), &mut |_| {}).expect("a database");
}

fn tar(files: &[(String, String)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (path, content) in files {
        let mut header = [0u8; 512];
        header[..path.len()].copy_from_slice(path.as_bytes());
        header[100..107].copy_from_slice(b"0000644");
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[136..147].copy_from_slice(b"00000000000");
        header[148..156].fill(b' ');
        header[156] = b'0';
        header[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = header.iter().map(|b| u32::from(*b)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        out.extend_from_slice(&header);
        out.extend_from_slice(content.as_bytes());
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

/// A layer with packages, at a place of its own.
fn layer(place: &str, packages: &[(u64, u64)], remark: &str) -> Vec<u8> {
    let mut files: Vec<(String, String)> = packages
        .iter()
        .map(|(name, version)| {
            let path = format!("{place}/node_modules/package-{name}/package.json");
            let told = json!({"name": format!("package-{name}"),
                "version": format!("1.0.{version}")});
            (path, told.to_string())
        })
        .collect();
    files.push((format!("{place}/remark"), remark.to_owned()));
    tar(&files)
}

fn push(registry: &LoopbackRegistry, tag: &str, layers: &[Vec<u8>]) -> String {
    let repository = "team/app";
    let digests: Vec<String> = layers
        .iter()
        .map(|layer| registry.blob(repository, layer))
        .collect();
    let config = json!({"os": "linux", "architecture": "amd64",
        "rootfs": {"type": "layers", "diff_ids": digests}});
    let config = config.to_string().into_bytes();
    let described: Vec<Value> = layers
        .iter()
        .zip(&digests)
        .map(|(layer, digest)| {
            json!({"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": digest,
                "size": layer.len()})
        })
        .collect();
    let manifest = json!({"schemaVersion": 2, "mediaType": MANIFEST,
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": registry.blob(repository, &config), "size": config.len()},
        "layers": described});
    registry.manifest(repository, tag, MANIFEST, manifest.to_string().as_bytes())
}

async fn fleet(centre: &Centre, registry: &LoopbackRegistry, numbers: &mut Numbers) -> Vec<String> {
    let mut some = |most: u64| -> Vec<(u64, u64)> {
        let count = 1 + numbers.below(most);
        (0..count)
            .map(|_| (numbers.below(PACKAGES), numbers.below(10)))
            .collect()
    };
    let bases: Vec<Vec<u8>> = (0..3)
        .map(|n| layer("usr/lib", &some(6), &n.to_string()))
        .collect();
    let mut digests = Vec::new();
    for number in 0..IMAGES {
        let packages = some(5);
        // The same content twice, under another digest: one class.
        for remark in ["one", "two"] {
            let app = layer("app", &packages, remark);
            let tag = format!("{number}-{remark}");
            digests.push(push(registry, &tag, &[bases[number % 3].clone(), app]));
        }
    }
    let new = json!({"name": "shop", "kind": "distribution", "environment": "prod",
        "url": format!("http://{}", registry.host())});
    let (status, made) = centre.post("/api/v1/registries", new).await;
    assert_eq!(status, 201, "{made}");
    let events: Vec<Value> = digests
        .iter()
        .map(|digest| {
            json!({"action": "push", "target": {"mediaType": MANIFEST,
            "digest": digest, "repository": "team/app"}})
        })
        .collect();
    let sent = centre
        .bare(Method::POST, made["events_path"].as_str().expect("a path"))
        .bearer_auth(made["events_secret"].as_str().expect("a secret"))
        .body(json!({"events": events}).to_string());
    assert_eq!(sent.send().await.expect("an answer").status(), 202);
    until("everything has a verdict", async || {
        let (_, jobs) = centre.get("/api/v1/jobs").await;
        jobs["items"] == json!([])
    })
    .await;
    digests
}

async fn until(what: &str, good: impl AsyncFn() -> bool) {
    let end = Instant::now() + Duration::from_secs(120);
    while !good().await {
        assert!(Instant::now() < end, "{what}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Every verdict is that of a report made now; what is told from the side of the
/// vulnerabilities is what the reports say.
async fn agree(centre: &Centre, digests: &[String]) {
    let mut by_id: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for digest in digests {
        let path = format!("/api/v1/images/{digest}");
        let (_, image) = centre.get(&path).await;
        let (status, report) = centre.get(&format!("{path}/report?environment=prod")).await;
        assert_eq!(status, 200, "{report}");
        let verdict = &image["verdicts"][0];
        assert_eq!(
            verdict["outcome"], report["decision"]["outcome"],
            "{digest}"
        );
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for finding in report["findings"].as_array().expect("findings") {
            if finding["suppressed"].is_null() {
                let severity = finding["severity"].as_str().expect("a severity");
                *counts.entry(severity.to_owned()).or_default() += 1;
                let id = finding["id"].as_str().expect("an id").to_owned();
                by_id.entry(id).or_default().insert(digest.clone());
            }
        }
        for (severity, count) in &counts {
            assert_eq!(verdict["findings"][severity], *count, "{digest} {verdict}");
        }
    }
    let told = async || {
        let (_, list) = centre.get("/api/v1/vulnerabilities?limit=500").await;
        let items = list["items"].as_array().cloned().unwrap_or_default();
        let numbers = items.iter().map(|item| {
            let id = item["id"].as_str().unwrap_or_default().to_owned();
            (id, item["images"].as_u64().unwrap_or_default())
        });
        numbers.collect::<BTreeMap<String, u64>>()
    };
    let expected: BTreeMap<String, u64> = by_id
        .iter()
        .map(|(id, images)| (id.clone(), images.len() as u64))
        .collect();
    let end = Instant::now() + Duration::from_secs(30);
    while told().await != expected {
        assert!(Instant::now() < end, "{:?}\n{expected:?}", told().await);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    for (id, images) in by_id.iter().take(5) {
        let path = format!("/api/v1/vulnerabilities/{id}/images?limit=500");
        let (status, page) = centre.get(&path).await;
        assert_eq!(status, 200, "{page}");
        let told: BTreeSet<String> = page["items"]
            .as_array()
            .expect("items")
            .iter()
            .filter_map(|image| Some(image["digest"].as_str()?.to_owned()))
            .collect();
        assert_eq!(&told, images, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delta_leaves_everything_as_if_all_had_been_matched_again() {
    let data = tempfile::tempdir().expect("a directory");
    let file = data.path().join("advisories.db");
    let mut numbers = Numbers::new(7);
    let mut said: BTreeMap<u64, Said> = (0..40).map(|n| (n, draw(&mut numbers))).collect();
    database(&file, &said, 1);
    let mut settings = settings(&data);
    settings.advisories = Some(file.clone());
    let mut centre = Centre::with(settings, data).await;
    centre.set_up().await;
    let registry = LoopbackRegistry::start(Manners::default()).expect("a registry");
    let digests = fleet(&centre, &registry, &mut numbers).await;
    agree(&centre, &digests).await;

    let metric = async |name: &str| -> f64 {
        let answer = centre.bare(Method::GET, "/metrics").send().await;
        let text = answer.expect("an answer").text().await.expect("a text");
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.map_or(0.0, |rest| rest.trim().parse().expect("a number"))
    };
    let pulls = registry.requests().len();
    for round in 1..=3_u32 {
        for _ in 0..4 {
            let number = numbers.below(45);
            match numbers.below(4) {
                0 => drop(said.remove(&number)),
                _ => drop(said.insert(number, draw(&mut numbers))),
            }
        }
        database(&file, &said, round + 1);
        until("the delta is decided on", async || {
            metric("lazaret_rematches_total ").await >= f64::from(round)
        })
        .await;
        agree(&centre, &digests).await;
    }
    let decided = metric("lazaret_rematched_images_total ").await;
    assert!(decided > 0.0, "something changed");
    assert!(
        decided < 3.0 * 2.0 * IMAGES as f64,
        "not everything: {decided}"
    );
    assert_eq!(registry.requests().len(), pulls, "no layer is read again");

    // One vulnerability, from its own side.
    let (_, list) = centre
        .get("/api/v1/vulnerabilities?fixable=true&environment=prod&running=false&limit=1")
        .await;
    let first = &list["items"][0];
    let id = first["id"].as_str().expect("an id");
    let (status, one) = centre.get(&format!("/api/v1/vulnerabilities/{id}")).await;
    assert_eq!(status, 200, "{one}");
    assert_eq!(one["environments"][0]["environment"], "prod");
    assert_eq!(one["environments"][0]["images"], first["images"]);
    assert_eq!(one["found_in"][0]["state"], "fixed");
    let name = one["found_in"][0]["name"].as_str().expect("a name");
    let (_, by_package) = centre
        .get(&format!(
            "/api/v1/vulnerabilities?package={name}&state=fixed&id={id}"
        ))
        .await;
    assert_eq!(by_package["items"][0]["id"], id);
    for nothing in [
        "environment=mars",
        "kev=true",
        "running=true",
        "package=none",
        "id=X-",
    ] {
        let (status, page) = centre
            .get(&format!("/api/v1/vulnerabilities?{nothing}"))
            .await;
        assert_eq!((status, &page["items"]), (200, &json!([])), "{nothing}");
    }
    assert_eq!(
        centre.get("/api/v1/vulnerabilities/CVE-1999-1").await.0,
        404
    );
}
