//! Trivy's JSON report, schema version 2, so that tools that read it read this.
//!
//! The shape is Trivy's `types.Report`; what it has no field for is left out, except gaps,
//! which stand in `Gaps` beside `Results` (readers of the schema ignore what they do not
//! know).

use std::collections::{BTreeMap, HashMap};
use std::io::Write;

use lazaret_model::{Finding, FixStatus, Package, Report, Severity, TargetKind};
use serde_json::{Map, Value, json};

use super::{Format, RenderError};
use crate::{Options, document, view};

mod configuration;
mod section;

pub(super) static FORMAT: Format = Format {
    name: "trivy",
    title: "Trivy JSON",
    about: "Trivy's JSON schema 2, for tools that read it",
    file_extension: "json",
    media_type: "application/json",
    render,
};

/// What findings and packages are gathered under: target, class, type.
type Key = (bool, String, String);

#[derive(Default)]
struct Section<'a> {
    packages: Vec<&'a Package>,
    findings: Vec<(&'a Finding, Option<&'a Package>)>,
}

fn render(report: &Report, options: &Options, out: &mut dyn Write) -> Result<(), RenderError> {
    let mut results: Vec<Value> = sections(report, options)
        .into_iter()
        .map(|(key, section)| result(key, &section))
        .collect();
    results.extend(configuration::results(report));
    results.extend(section::results(report, options));
    let mut map = Map::new();
    map.insert("SchemaVersion".into(), 2.into());
    if let Some(time) = document::time_given(options) {
        map.insert("CreatedAt".into(), time.into());
    }
    map.insert("ArtifactName".into(), report.target.name.as_str().into());
    let kind = match report.target.kind {
        TargetKind::Image => "container_image",
        TargetKind::Filesystem => "filesystem",
        TargetKind::Sbom | TargetKind::Purls => "cyclonedx",
    };
    map.insert("ArtifactType".into(), kind.into());
    map.insert("Metadata".into(), metadata(report));
    map.insert("Results".into(), results.into());
    let gaps: Vec<Value> = report
        .gaps
        .iter()
        .map(|g| json!({ "Kind": g.kind.name(), "Subject": g.subject, "Detail": g.detail }))
        .collect();
    map.insert("Gaps".into(), gaps.into());
    if let Some(warning) = view::starter_warning(report) {
        map.insert("Warning".into(), warning.into());
    }
    let hidden = report.findings.len() - view::shown(report, options).count();
    let hidden = match options.show_suppressed {
        true => hidden,
        false => hidden + crate::section::suppressed(report),
    };
    map.insert("SuppressedNotShown".into(), hidden.into());
    Ok(document::write_json(&Value::Object(map), out)?)
}

fn metadata(report: &Report) -> Value {
    let mut map = Map::new();
    let target = &report.target;
    if let Some(distro) = &target.distro {
        let mut os = Map::new();
        os.insert("Family".into(), family(&distro.id).into());
        os.insert("Name".into(), distro.version.as_str().into());
        if view::end_of_life(report).next().is_some() {
            os.insert("EOSL".into(), true.into());
        }
        map.insert("OS".into(), os.into());
    }
    if target.kind == TargetKind::Image {
        let ids: Vec<String> = target
            .layers
            .iter()
            .map(|l| l.diff_id.to_string())
            .collect();
        map.insert("DiffIDs".into(), ids.clone().into());
        map.insert("RepoTags".into(), json!([target.name]));
        if let Some(digest) = &target.digest {
            map.insert(
                "RepoDigests".into(),
                json!([format!("{}@{digest}", repository(&target.name))]),
            );
        }
        let mut config = json!({ "rootfs": { "type": "layers", "diff_ids": ids } });
        if let (Some(platform), Some(map)) = (&target.platform, config.as_object_mut()) {
            map.insert("architecture".into(), platform.architecture.as_str().into());
            map.insert("os".into(), platform.os.as_str().into());
        }
        map.insert("ImageConfig".into(), config);
    }
    Value::Object(map)
}

/// The reference without tag and digest.
fn repository(name: &str) -> &str {
    let name = name.split('@').next().unwrap_or(name);
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => repository,
        _ => name,
    }
}

/// Trivy's name of a distribution.
fn family(id: &str) -> &str {
    match id {
        "rhel" => "redhat",
        "amzn" => "amazon",
        "almalinux" => "alma",
        "ol" => "oracle",
        "opensuse-leap" => "opensuse.leap",
        "opensuse-tumbleweed" => "opensuse.tumbleweed",
        "sles" => "suse linux enterprise server",
        "mariner" => "cbl-mariner",
        other => other,
    }
}

fn sections<'a>(report: &'a Report, options: &Options) -> BTreeMap<Key, Section<'a>> {
    let mut by_purl: HashMap<String, Vec<&Package>> = HashMap::new();
    let mut out: BTreeMap<Key, Section<'_>> = BTreeMap::new();
    for package in &report.packages {
        by_purl
            .entry(package.purl.to_string())
            .or_default()
            .push(package);
        let path = package
            .locations
            .first()
            .map(|l| l.path.as_str())
            .unwrap_or_default();
        let section = out.entry(key(package.kind(), path, report)).or_default();
        if options.list_all_packages {
            section.packages.push(package);
        }
    }
    for finding in view::shown(report, options) {
        let places = &finding.evidence.locations;
        let candidates = by_purl
            .get(&finding.package.purl)
            .map_or(&[][..], Vec::as_slice);
        let package = candidates
            .iter()
            .find(|p| p.locations.iter().any(|l| places.contains(&l.path)))
            .or_else(|| candidates.first())
            .copied();
        let path = places.first().map(String::as_str).unwrap_or_default();
        let section = out
            .entry(key(view::kind_of(finding), path, report))
            .or_default();
        section.findings.push((finding, package));
    }
    out.retain(|key, s| !key.0 || !s.findings.is_empty() || !s.packages.is_empty());
    out
}

/// The section of a package of purl type `kind` read from `path`.
fn key(kind: &str, path: &str, report: &Report) -> Key {
    if view::is_system(kind) {
        let (of, name) = match &report.target.distro {
            Some(d) => (
                family(&d.id).to_owned(),
                format!("{} ({} {})", report.target.name, family(&d.id), d.version),
            ),
            None => ("unknown".to_owned(), report.target.name.clone()),
        };
        return (false, name, of);
    }
    let file = path.rsplit(['/', '!']).next().unwrap_or_default();
    if let Some(lock) = lock_type(file) {
        return (true, path.to_owned(), lock.to_owned());
    }
    let (target, of) = match kind {
        "npm" => ("Node.js", "node-pkg"),
        "pypi" => ("Python", "python-pkg"),
        "gem" => ("Ruby", "gemspec"),
        "maven" => ("Java", "jar"),
        "golang" => (path, "gobinary"),
        "cargo" => (path, "rustbinary"),
        "composer" => (path, "composer-vendor"),
        "nuget" => (path, "dotnet-core"),
        "conda" => ("Conda", "conda-pkg"),
        other => (path, other),
    };
    (true, target.to_owned(), of.to_owned())
}

/// Trivy's type of a lock file, by its name.
fn lock_type(file: &str) -> Option<&'static str> {
    Some(match file {
        "package-lock.json" | "npm-shrinkwrap.json" => "npm",
        "yarn.lock" => "yarn",
        "pnpm-lock.yaml" => "pnpm",
        "bun.lock" => "bun",
        "requirements.txt" => "pip",
        "Pipfile.lock" => "pipenv",
        "poetry.lock" => "poetry",
        "uv.lock" => "uv",
        "Gemfile.lock" => "bundler",
        "pom.xml" => "pom",
        "gradle.lockfile" => "gradle",
        "build.sbt.lock" => "sbt",
        "go.mod" | "go.sum" => "gomod",
        "Cargo.lock" => "cargo",
        "composer.lock" => "composer",
        "packages.lock.json" => "nuget",
        "packages.config" => "packages-config",
        "conan.lock" => "conan",
        "mix.lock" => "hex",
        "pubspec.lock" => "pub",
        "Podfile.lock" => "cocoapods",
        "Package.resolved" => "swift",
        _ if file.ends_with(".deps.json") => "dotnet-core",
        _ => return None,
    })
}

fn result((language, target, of): Key, section: &Section<'_>) -> Value {
    let class = if language { "lang-pkgs" } else { "os-pkgs" };
    let mut map = Map::new();
    map.insert("Target".into(), target.into());
    map.insert("Class".into(), class.into());
    map.insert("Type".into(), of.into());
    if !section.packages.is_empty() {
        let packages: Vec<Value> = section.packages.iter().map(|p| package(p)).collect();
        map.insert("Packages".into(), packages.into());
    }
    if !section.findings.is_empty() {
        let found: Vec<Value> = section
            .findings
            .iter()
            .map(|(f, p)| vulnerability(f, *p))
            .collect();
        map.insert("Vulnerabilities".into(), found.into());
    }
    Value::Object(map)
}

fn id_of(name: &str, version: &str) -> String {
    format!("{name}@{version}")
}

fn layer(package: &Package) -> Value {
    let diff = package.locations.first().and_then(|l| l.layer.as_ref());
    match diff {
        Some(diff) => json!({ "DiffID": diff.to_string() }),
        None => json!({}),
    }
}

fn package(package: &Package) -> Value {
    let mut map = Map::new();
    map.insert("ID".into(), id_of(&package.name, &package.version).into());
    map.insert("Name".into(), package.name.as_str().into());
    map.insert(
        "Identifier".into(),
        identifier(&package.purl.to_string(), package.reference.as_deref()),
    );
    map.insert("Version".into(), package.version.as_str().into());
    if let Some(architecture) = &package.architecture {
        map.insert("Arch".into(), architecture.as_str().into());
    }
    if let Some(source) = &package.source {
        map.insert("SrcName".into(), source.name.as_str().into());
        map.insert("SrcVersion".into(), source.version.as_str().into());
    }
    if !package.licenses.is_empty() {
        map.insert("Licenses".into(), package.licenses.clone().into());
    }
    if package.development {
        map.insert("Dev".into(), true.into());
    }
    map.insert("Layer".into(), layer(package));
    if let Some(location) = package
        .locations
        .first()
        .filter(|_| !view::is_system(package.kind()))
    {
        map.insert("FilePath".into(), location.path.as_str().into());
    }
    Value::Object(map)
}

fn identifier(purl: &str, reference: Option<&str>) -> Value {
    let mut map = Map::new();
    map.insert("PURL".into(), purl.into());
    if let Some(reference) = reference {
        map.insert("BOMRef".into(), reference.into());
    }
    Value::Object(map)
}

/// Trivy has no "negligible".
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "CRITICAL",
        Severity::High => "HIGH",
        Severity::Medium => "MEDIUM",
        Severity::Low | Severity::Negligible => "LOW",
        Severity::Unknown => "UNKNOWN",
    }
}

/// The number that Trivy writes for a level.
fn number(severity: Severity) -> u8 {
    match severity {
        Severity::Critical => 4,
        Severity::High => 3,
        Severity::Medium => 2,
        Severity::Low | Severity::Negligible => 1,
        Severity::Unknown => 0,
    }
}

fn vulnerability(finding: &Finding, installed: Option<&Package>) -> Value {
    let about = &finding.package;
    let mut map = Map::new();
    let mut put = |name: &str, value: Value| map.insert(name.to_owned(), value);
    put("VulnerabilityID", finding.id.as_str().into());
    put("PkgID", id_of(&about.name, &about.version).into());
    put("PkgName", about.name.as_str().into());
    if let Some(path) = finding
        .evidence
        .locations
        .first()
        .filter(|_| !view::is_system(view::kind_of(finding)))
    {
        put("PkgPath", path.as_str().into());
    }
    put(
        "PkgIdentifier",
        identifier(&about.purl, about.reference.as_deref()),
    );
    put("InstalledVersion", about.version.as_str().into());
    if !finding.fixed_versions.is_empty() {
        put("FixedVersion", finding.fixed_versions.join(", ").into());
    }
    let status = match finding.status {
        FixStatus::Undecided => "unknown",
        other => other.name(),
    };
    put("Status", status.into());
    put("Layer", installed.map_or_else(|| json!({}), layer));
    let source = finding
        .severity_source
        .split([' ', ',', ':'])
        .next()
        .unwrap_or_default();
    put("SeveritySource", source.into());
    if let Some(url) = finding.references.first() {
        put("PrimaryURL", url.as_str().into());
    }
    if !finding.evidence.feed.is_empty() {
        put(
            "DataSource",
            json!({ "ID": finding.evidence.feed, "Name": finding.evidence.feed }),
        );
    }
    if !finding.aliases.is_empty() {
        put("VendorIDs", finding.aliases.clone().into());
    }
    put("Title", finding.title.as_str().into());
    put("Description", finding.title.as_str().into());
    // Trivy keeps this member for whoever extends it.
    if let Some(from_base) = finding.from_base {
        put("Custom", json!({ "lazaret": { "from_base": from_base } }));
    }
    put("Severity", level(finding.severity).into());
    if !finding.cwes.is_empty() {
        put("CweIDs", finding.cwes.clone().into());
    }
    let vendors: BTreeMap<&str, u8> = finding
        .ratings
        .iter()
        .filter_map(|r| r.severity.map(|s| (r.source.as_str(), number(s))))
        .collect();
    if !vendors.is_empty() {
        put("VendorSeverity", json!(vendors));
    }
    if !finding.cvss.is_empty() {
        put("CVSS", cvss(finding));
    }
    put("References", finding.references.clone().into());
    if let Some(published) = &finding.published {
        put("PublishedDate", published.as_str().into());
    }
    Value::Object(map)
}

fn cvss(finding: &Finding) -> Value {
    let mut by_source: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for cvss in &finding.cvss {
        let prefix = match cvss.version.as_bytes().first() {
            Some(b'2') => "V2",
            Some(b'4') => "V40",
            _ => "V3",
        };
        let entry = by_source.entry(cvss.source.as_str()).or_default();
        entry.insert(format!("{prefix}Vector"), cvss.vector.as_str().into());
        if let Some(score) = cvss.score {
            entry.insert(format!("{prefix}Score"), score.into());
        }
    }
    json!(by_source)
}
