//! Writes CycloneDX 1.6 JSON.
//!
//! Specification: CycloneDX v1.6 (ECMA-424). Everything that the format has no field for
//! stands in properties whose names begin with `lazaret:`.

use std::collections::{HashMap, HashSet};
use std::io;

use lazaret_model::{Distro, Finding, Inventory, Report, Severity, Target, TargetKind};
use serde_json::{Map, Value, json};

use super::{Content, fields};
use crate::{Options, document, view};

/// The reference of the target itself.
const ROOT: &str = "lazaret:target";

/// The bill of materials alone.
pub(crate) fn of_inventory(inventory: &Inventory, options: &Options) -> io::Result<Value> {
    of_content(Content::of_inventory(inventory), options)
}

/// The bill of materials with vulnerabilities.
pub(crate) fn of_report(report: &Report, options: &Options) -> io::Result<Value> {
    of_content(Content::of_report(report), options)
}

fn of_content(content: Content<'_>, options: &Options) -> io::Result<Value> {
    let references = references(content);
    let mut components = Vec::with_capacity(content.packages.len() + 1);
    components.extend(content.target.distro.as_ref().map(operating_system));
    for (package, reference) in content.packages.iter().zip(&references) {
        components.push(component(package, reference)?);
    }
    let mut metadata = json!({
        "tools": { "components": [ tool(content) ] },
        "component": root(content.target),
        "properties": properties(content, options)?,
    });
    if let (Some(time), Some(map)) = (document::time_given(options), metadata.as_object_mut()) {
        map.insert("timestamp".into(), time.into());
    }
    let mut bom = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": format!("urn:uuid:{}", content.uuid("cyclonedx")?),
        "version": 1,
        "metadata": metadata,
        "components": components,
    });
    if let (Some(report), Some(map)) = (content.report, bom.as_object_mut()) {
        map.insert(
            "vulnerabilities".into(),
            vulnerabilities(report, &references, options).into(),
        );
    }
    Ok(bom)
}

/// A unique reference per package: its own, its purl, or its purl and a number.
fn references(content: Content<'_>) -> Vec<String> {
    let mut used: HashSet<String> = HashSet::with_capacity(content.packages.len());
    used.insert(ROOT.to_owned());
    used.insert(OPERATING_SYSTEM.to_owned());
    let mut out = Vec::with_capacity(content.packages.len());
    for (at, package) in content.packages.iter().enumerate() {
        let own = package
            .reference
            .clone()
            .filter(|r| !r.is_empty() && !used.contains(r));
        let reference = own.unwrap_or_else(|| {
            let purl = package.purl.to_string();
            if used.contains(&purl) {
                format!("{purl}#{at}")
            } else {
                purl
            }
        });
        let mut unique = reference;
        while !used.insert(unique.clone()) {
            unique.push('+');
        }
        out.push(unique);
    }
    out
}

const OPERATING_SYSTEM: &str = "lazaret:operating-system";

fn tool(content: Content<'_>) -> Value {
    let version = content
        .report
        .map_or(env!("CARGO_PKG_VERSION"), |r| &r.scanner.version);
    json!({ "type": "application", "name": "lazaret", "version": version })
}

fn root(target: &Target) -> Value {
    let kind = match target.kind {
        TargetKind::Image => "container",
        TargetKind::Filesystem => "application",
        TargetKind::Sbom | TargetKind::Purls => "data",
    };
    let mut map = Map::new();
    map.insert("type".into(), kind.into());
    map.insert("bom-ref".into(), ROOT.into());
    map.insert("name".into(), target.name.as_str().into());
    if let Some(digest) = &target.digest {
        map.insert("version".into(), digest.to_string().into());
        let algorithm = if digest.hex().len() == 64 {
            "SHA-256"
        } else {
            "SHA-512"
        };
        map.insert(
            "hashes".into(),
            json!([{ "alg": algorithm, "content": digest.hex() }]),
        );
    }
    let layers: Vec<Value> = target
        .layers
        .iter()
        .map(|layer| json!({ "name": "lazaret:layer", "value": layer.diff_id.to_string() }))
        .collect();
    if !layers.is_empty() {
        map.insert("properties".into(), layers.into());
    }
    Value::Object(map)
}

fn operating_system(distro: &Distro) -> Value {
    let mut map = Map::new();
    map.insert("type".into(), "operating-system".into());
    map.insert("bom-ref".into(), OPERATING_SYSTEM.into());
    map.insert("name".into(), distro.id.as_str().into());
    if !distro.version.is_empty() {
        map.insert("version".into(), distro.version.as_str().into());
    }
    if let Some(name) = &distro.pretty_name {
        map.insert("description".into(), name.as_str().into());
    }
    Value::Object(map)
}

fn properties(content: Content<'_>, options: &Options) -> io::Result<Vec<Value>> {
    let property = |name: &str, value: String| json!({ "name": name, "value": value });
    let mut out = vec![property(
        "lazaret:target",
        serde_json::to_string(content.target)?,
    )];
    for gap in content.gaps {
        out.push(property("lazaret:gap", serde_json::to_string(gap)?));
    }
    let Some(report) = content.report else {
        return Ok(out);
    };
    if let Some(database) = &report.database {
        out.push(property("lazaret:database", database.digest.to_string()));
        out.push(property(
            "lazaret:database:built_at",
            database.built_at.clone(),
        ));
    }
    if let Some(warning) = view::starter_warning(report) {
        out.push(property("lazaret:warning", warning.to_owned()));
    }
    let hidden = report.findings.len() - view::shown(report, options).count();
    out.push(property("lazaret:suppressed_not_shown", hidden.to_string()));
    let outcome = view::outcome(report.decision.outcome);
    out.push(property("lazaret:decision", outcome.to_owned()));
    Ok(out)
}

fn component(package: &lazaret_model::Package, reference: &str) -> io::Result<Value> {
    let extras = fields::of_package(package)?;
    let properties: Vec<Value> = extras
        .into_iter()
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect();
    let mut map = Map::new();
    map.insert("type".into(), "library".into());
    map.insert("bom-ref".into(), reference.into());
    let purl = &package.purl;
    let splits = !view::is_system(&purl.kind) && purl.ecosystem_name() == package.name;
    match &purl.namespace {
        Some(namespace) if splits => {
            map.insert("group".into(), namespace.as_str().into());
            map.insert("name".into(), purl.name.as_str().into());
        }
        _ => {
            map.insert("name".into(), package.name.as_str().into());
        }
    }
    if !package.version.is_empty() {
        map.insert("version".into(), package.version.as_str().into());
    }
    map.insert("purl".into(), purl.to_string().into());
    let licenses: Vec<Value> = package
        .licenses
        .iter()
        .filter(|l| !l.is_empty())
        .map(|l| json!({ "license": { "name": l } }))
        .collect();
    if !licenses.is_empty() {
        map.insert("licenses".into(), licenses.into());
    }
    map.insert("properties".into(), properties.into());
    Ok(Value::Object(map))
}

fn vulnerabilities(report: &Report, references: &[String], options: &Options) -> Vec<Value> {
    let mut by_purl: HashMap<String, Vec<usize>> = HashMap::with_capacity(report.packages.len());
    for (at, package) in report.packages.iter().enumerate() {
        by_purl
            .entry(package.purl.to_string())
            .or_default()
            .push(at);
    }
    view::shown(report, options)
        .enumerate()
        .map(|(at, finding)| {
            let candidates = by_purl
                .get(&finding.package.purl)
                .map_or(&[][..], Vec::as_slice);
            let affects = affected(report, finding, candidates, references);
            vulnerability(finding, at, &affects)
        })
        .collect()
}

/// The components that a finding is about: those of its purl, narrowed by place.
fn affected<'a>(
    report: &Report,
    finding: &Finding,
    candidates: &[usize],
    references: &'a [String],
) -> Vec<&'a str> {
    let here = |at: &&usize| {
        report.packages.get(**at).is_some_and(|package| {
            package.reference == finding.package.reference
                && package
                    .locations
                    .iter()
                    .any(|l| finding.evidence.locations.contains(&l.path))
        })
    };
    let narrowed: Vec<usize> = candidates.iter().filter(here).copied().collect();
    let chosen = if narrowed.is_empty() {
        candidates
    } else {
        &narrowed
    };
    let found: Vec<&str> = chosen
        .iter()
        .filter_map(|at| references.get(*at))
        .map(String::as_str)
        .collect();
    if found.is_empty() { vec![ROOT] } else { found }
}

fn vulnerability(finding: &Finding, at: usize, affects: &[&str]) -> Value {
    let mut map = Map::new();
    map.insert("bom-ref".into(), format!("lazaret:finding:{at}").into());
    map.insert("id".into(), finding.id.as_str().into());
    if !finding.evidence.feed.is_empty() {
        map.insert("source".into(), json!({ "name": finding.evidence.feed }));
    }
    map.insert("ratings".into(), ratings(finding).into());
    let cwes: Vec<u32> = finding
        .cwes
        .iter()
        .filter_map(|c| c.trim_start_matches("CWE-").parse().ok())
        .filter(|n| *n > 0)
        .collect();
    if !cwes.is_empty() {
        map.insert("cwes".into(), cwes.into());
    }
    if !finding.title.is_empty() {
        map.insert("description".into(), finding.title.as_str().into());
    }
    map.insert("recommendation".into(), view::remedy(finding).into());
    let advisories: Vec<Value> = finding
        .references
        .iter()
        .map(|url| json!({ "url": url }))
        .collect();
    if !advisories.is_empty() {
        map.insert("advisories".into(), advisories.into());
    }
    let other: Vec<Value> = finding
        .aliases
        .iter()
        .map(|id| json!({ "id": id, "source": { "name": finding.evidence.feed } }))
        .collect();
    if !other.is_empty() {
        map.insert("references".into(), other.into());
    }
    let affects: Vec<Value> = affects
        .iter()
        .map(|r| match finding.package.version.as_str() {
            "" => json!({ "ref": r }),
            version => {
                json!({ "ref": r, "versions": [{ "version": version, "status": "affected" }] })
            }
        })
        .collect();
    map.insert("affects".into(), affects.into());
    if let Some(suppression) = &finding.suppressed {
        let state = if suppression.by == "vex" {
            "not_affected"
        } else {
            "in_triage"
        };
        let detail = format!("suppressed by {}: {}", suppression.by, suppression.reason);
        map.insert(
            "analysis".into(),
            json!({ "state": state, "detail": detail }),
        );
    }
    map.insert("properties".into(), finding_properties(finding).into());
    Value::Object(map)
}

fn finding_properties(finding: &Finding) -> Vec<Value> {
    let mut out = vec![
        ("lazaret:key", finding.key.clone()),
        ("lazaret:status", finding.status.name().to_owned()),
        ("lazaret:risk", finding.risk.score.to_string()),
        ("lazaret:compared", finding.evidence.compared.clone()),
        ("lazaret:kev", finding.kev.to_string()),
    ];
    if let Some(epss) = finding.epss {
        out.push(("lazaret:epss", epss.score.to_string()));
    }
    if let Some(from_base) = finding.from_base {
        out.push(("lazaret:from_base", from_base.to_string()));
    }
    if !finding.fixed_versions.is_empty() {
        out.push(("lazaret:fixed_versions", finding.fixed_versions.join(", ")));
    }
    out.into_iter()
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect()
}

fn ratings(finding: &Finding) -> Vec<Value> {
    let word = |level: Severity| match level {
        Severity::Negligible => "info",
        other => other.name(),
    };
    let mut out = vec![json!({
        "severity": word(finding.severity),
        "method": "other",
        "source": { "name": "lazaret" },
        "justification": finding.severity_source,
    })];
    for cvss in &finding.cvss {
        let mut map = Map::new();
        map.insert("source".into(), json!({ "name": cvss.source }));
        map.insert("vector".into(), cvss.vector.as_str().into());
        if let Some(score) = cvss.score {
            map.insert("score".into(), score.into());
            map.insert("severity".into(), word(Severity::from_score(score)).into());
        }
        let method = match cvss.version.as_str() {
            "2.0" => "CVSSv2",
            "3.0" => "CVSSv3",
            "3.1" => "CVSSv31",
            "4.0" => "CVSSv4",
            _ => "other",
        };
        map.insert("method".into(), method.into());
        out.push(Value::Object(map));
    }
    out
}
