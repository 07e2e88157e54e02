//! Feeds in JSON and CSV.

use std::collections::BTreeMap;
use std::io;

use serde_json::{Map, Value, json};

use super::{Output, World, field};

/// OSV records of five ecosystems, a file each in one archive.
pub(super) fn osv(world: &mut World, count: u64, out: &mut Output) -> io::Result<()> {
    for n in 0..count {
        let ecosystem = ["npm", "PyPI", "Maven", "Go", "RubyGems"][(n % 5) as usize];
        let id = format!("GHSA-{:04x}-{:04x}-{:04x}", n >> 16, n & 0xffff, n % 0xfff1);
        let affected: Vec<Value> = (0..=world.below(3))
            .map(|_| {
                let name = match ecosystem {
                    "Maven" => format!("org.{0}:{0}", world.name()),
                    "Go" => format!("example.org/{}", world.name()),
                    _ => world.name(),
                };
                json!({
                    "package": {"ecosystem": ecosystem, "name": name},
                    "ranges": [{"type": "ECOSYSTEM", "events": [
                        {"introduced": "0"}, {"fixed": world.version()}]}],
                })
            })
            .collect();
        let date = world.date();
        let record = json!({
            "schema_version": "1.6.0",
            "id": id,
            "modified": format!("{date}T00:00:00Z"),
            "published": format!("{date}T00:00:00Z"),
            "aliases": [World::cve(n)],
            "summary": world.sentence(),
            "details": world.sentence(),
            "severity": [{"type": "CVSS_V3", "score": world.vector()}],
            "affected": affected,
            "references": [{"type": "WEB", "url": format!("https://example.org/{id}")}],
            "database_specific": {"cwe_ids": [format!("CWE-{}", world.below(900))]},
        });
        out.member(&format!("{id}.json"), &record)?;
    }
    out.end_of_archive()
}

/// The tracker's one document: packages, their vulnerabilities, releases.
pub(super) fn debian(world: &mut World, count: u64, out: &mut Output) -> io::Result<()> {
    // One advisory is one vulnerability, of one or two source packages.
    let mut packages: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for n in 0..count {
        for _ in 0..=world.below(2) {
            let mut releases = Map::new();
            for (release, number) in [("bullseye", 11), ("bookworm", 12), ("trixie", 13)] {
                let fixed = world.below(3) > 0;
                let mut told = json!({
                    "status": if fixed { "resolved" } else { "open" },
                    "repositories": {release: format!("{}-1", world.version())},
                    "urgency": "not yet assigned",
                });
                if fixed {
                    told["fixed_version"] = json!(format!("{}-1+deb{number}u1", world.version()));
                }
                releases.insert(release.to_owned(), told);
            }
            let record =
                json!({"description": world.sentence(), "scope": "remote", "releases": releases});
            let package = packages.entry(world.name()).or_default();
            package.insert(World::cve(n * 2), record);
        }
    }
    out.text("{")?;
    for (n, (name, vulnerabilities)) in packages.into_iter().enumerate() {
        out.text(if n == 0 { "" } else { "," })?;
        out.text(&field(&name, &Value::Object(vulnerabilities)))?;
    }
    out.text("}")
}

/// One branch of secdb.
pub(super) fn alpine(world: &mut World, count: u64, out: &mut Output) -> io::Result<()> {
    let mut packages: BTreeMap<String, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    for n in 0..count {
        let fixes = packages.entry(world.name()).or_default();
        let version = format!("{}-r{}", world.version(), world.below(9));
        fixes.entry(version).or_default().push(World::cve(n * 3));
    }
    let packages: Vec<Value> = packages
        .into_iter()
        .map(|(name, secfixes)| json!({"pkg": {"name": name, "secfixes": secfixes}}))
        .collect();
    let file = json!({
        "apkurl": "{{urlprefix}}/{{distroversion}}/{{reponame}}/{{arch}}/{{pkg.name}}-{{pkg.ver}}.apk",
        "archs": ["x86_64"], "reponame": "main", "distroversion": "v3.20",
        "urlprefix": "https://dl-cdn.alpinelinux.org/alpine", "packages": packages,
    });
    out.text(&file.to_string())
}

/// A VEX document for each vulnerability, in one archive.
pub(super) fn red_hat(world: &mut World, count: u64, out: &mut Output) -> io::Result<()> {
    for n in 0..count {
        let cve = World::cve(n * 4);
        let (mut relations, mut fixed, mut open) = (Vec::new(), Vec::new(), Vec::new());
        for release in ["8", "9"] {
            for _ in 0..=world.below(4) {
                let name = world.name();
                if world.below(4) == 0 {
                    open.push(format!("red_hat_enterprise_linux_{release}:{name}"));
                    continue;
                }
                let file = format!(
                    "{name}-0:{}-{}.el{release}.x86_64",
                    world.version(),
                    world.below(40)
                );
                let product = format!("AppStream-{release}:{file}");
                relations.push(json!({
                    "category": "default_component_of",
                    "full_product_name": {"name": product, "product_id": product},
                    "product_reference": file,
                    "relates_to_product_reference": format!("AppStream-{release}"),
                }));
                fixed.push(product);
            }
        }
        let helper = |id: String, cpe: String| {
            json!({"category": "product_name", "product": {"name": id, "product_id": id,
                "product_identification_helper": {"cpe": cpe}}})
        };
        let products: Vec<Value> = ["8", "9"]
            .iter()
            .flat_map(|r| {
                [
                    helper(
                        format!("AppStream-{r}"),
                        format!("cpe:/a:redhat:enterprise_linux:{r}::appstream"),
                    ),
                    helper(
                        format!("red_hat_enterprise_linux_{r}"),
                        format!("cpe:/o:redhat:enterprise_linux:{r}"),
                    ),
                ]
            })
            .collect();
        let date = world.date();
        let document = json!({
            "document": {
                "category": "csaf_vex", "csaf_version": "2.0", "title": world.sentence(),
                "aggregate_severity": {"text": world.severity()},
                "tracking": {"id": cve, "initial_release_date": format!("{date}T00:00:00+00:00"),
                    "current_release_date": format!("{date}T00:00:00+00:00")},
            },
            "product_tree": {"branches": [{"category": "vendor", "branches": products}],
                "relationships": relations},
            "vulnerabilities": [{
                "cve": cve,
                "product_status": {"fixed": fixed, "known_affected": open},
                "scores": [{"cvss_v3": {"vectorString": world.vector()}, "products": []}],
            }],
        });
        out.member(&format!("{}.json", cve.to_lowercase()), &document)?;
    }
    out.end_of_archive()
}

/// Pages of two thousand answers, in one archive.
pub(super) fn nvd(world: &mut World, count: u64, out: &mut Output) -> io::Result<()> {
    let all: Vec<u64> = (0..count).collect();
    for (page, numbers) in all.chunks(2_000).enumerate() {
        let vulnerabilities: Vec<Value> = numbers.iter().map(|n| answer(world, *n)).collect();
        let value =
            json!({"format": "NVD_CVE", "version": "2.0", "vulnerabilities": vulnerabilities});
        out.member(&format!("page-{page:05}.json"), &value)?;
    }
    out.end_of_archive()
}

fn answer(world: &mut World, n: u64) -> Value {
    let (maker, date) = (world.name(), world.date());
    let matches: Vec<Value> = (0..=world.below(3))
        .map(|_| {
            json!({"vulnerable": true, "versionEndExcluding": world.version(),
                "criteria": format!("cpe:2.3:a:{maker}:{}:*:*:*:*:*:*:*:*", world.name())})
        })
        .collect();
    json!({"cve": {
        "id": World::cve(n), "vulnStatus": "Analyzed",
        "published": format!("{date}T00:00:00.000"), "lastModified": format!("{date}T00:00:00.000"),
        "descriptions": [{"lang": "en", "value": world.sentence()}],
        "metrics": {"cvssMetricV31": [{"source": "nvd@nist.gov", "type": "Primary",
            "cvssData": {"version": "3.1", "vectorString": world.vector()}}]},
        "weaknesses": [{"source": "nvd@nist.gov", "type": "Primary",
            "description": [{"lang": "en", "value": format!("CWE-{}", world.below(900))}]}],
        "configurations": [{"nodes": [{"operator": "OR", "negate": false, "cpeMatch": matches}]}],
        "references": [{"url": format!("https://example.org/{n}"), "source": "example"}],
    }})
}

/// A score for every id.
pub(super) fn epss(world: &mut World, count: u64, out: &mut Output) -> io::Result<()> {
    out.text(
        "#model_version:v2025.03.14,score_date:2026-01-01T00:00:00+0000\ncve,epss,percentile\n",
    )?;
    for n in 0..count {
        let (score, percentile) = (world.below(100_000), world.below(100_000));
        out.text(&format!(
            "{},0.{score:05},0.{percentile:05}\n",
            World::cve(n)
        ))?;
    }
    Ok(())
}

/// The catalogue of what is exploited.
pub(super) fn kev(world: &mut World, count: u64, out: &mut Output) -> io::Result<()> {
    let entries: Vec<Value> = (0..count)
        .map(|_| {
            json!({"cveID": world.some_cve(), "vendorProject": world.name(), "product": world.name(),
                "vulnerabilityName": world.sentence(), "dateAdded": world.date(),
                "shortDescription": world.sentence(), "requiredAction": "Apply updates.",
                "dueDate": world.date(), "knownRansomwareCampaignUse": "Unknown"})
        })
        .collect();
    let catalogue = json!({"title": "made up", "count": count, "vulnerabilities": entries});
    out.text(&catalogue.to_string())
}
