//! Writes SPDX 2.3 JSON.
//!
//! Specification: SPDX 2.3, chapters 6 (document), 7 (packages), 11 (relationships) and
//! 12 (annotations). The extras stand in annotations that begin with `lazaret:`.

use std::collections::HashMap;
use std::io;

use lazaret_model::{Inventory, Package, Report};
use serde_json::{Map, Value, json};

use super::{Content, fields};
use crate::{Options, document, view};

const ROOT: &str = "SPDXRef-Target";
const SYSTEM: &str = "SPDXRef-OperatingSystem";

/// The bill of materials alone.
pub(crate) fn of_inventory(inventory: &Inventory, options: &Options) -> io::Result<Value> {
    of_content(Content::of_inventory(inventory), options)
}

/// The bill of materials with findings as annotations.
pub(crate) fn of_report(report: &Report, options: &Options) -> io::Result<Value> {
    of_content(Content::of_report(report), options)
}

fn of_content(content: Content<'_>, options: &Options) -> io::Result<Value> {
    let date = document::time_needed(options, content.report);
    let version = content
        .report
        .map_or(env!("CARGO_PKG_VERSION"), |r| &r.scanner.version);
    let notes = Notes {
        date: &date,
        tool: format!("Tool: lazaret-{version}"),
    };
    let mut packages = vec![root(content)];
    let mut relationships = vec![relation("SPDXRef-DOCUMENT", "DESCRIBES", ROOT)];
    if let Some(distro) = &content.target.distro {
        let mut system = skeleton(SYSTEM, &distro.id, &distro.version);
        system.insert("primaryPackagePurpose".into(), "OPERATING-SYSTEM".into());
        packages.push(Value::Object(system));
        relationships.push(relation(ROOT, "CONTAINS", SYSTEM));
    }
    let findings = findings_by_purl(content, options);
    for (at, package) in content.packages.iter().enumerate() {
        let id = format!("SPDXRef-Package-{at}");
        relationships.push(relation(ROOT, "CONTAINS", &id));
        packages.push(of_package(package, &id, &findings, &notes)?);
    }
    let name = if content.target.name.is_empty() {
        "unnamed"
    } else {
        &content.target.name
    };
    Ok(json!({
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": name,
        "documentNamespace": format!("urn:uuid:{}", content.uuid("spdx")?),
        "creationInfo": { "created": date, "creators": [notes.tool.clone()] },
        "annotations": document_notes(content, options, &notes)?,
        "packages": packages,
        "relationships": relationships,
    }))
}

/// What every annotation repeats.
struct Notes<'a> {
    date: &'a str,
    tool: String,
}

impl Notes<'_> {
    fn note(&self, comment: String) -> Value {
        json!({
            "annotationDate": self.date,
            "annotationType": "OTHER",
            "annotator": self.tool,
            "comment": comment,
        })
    }
}

fn document_notes(
    content: Content<'_>,
    options: &Options,
    notes: &Notes<'_>,
) -> io::Result<Vec<Value>> {
    let target = serde_json::to_string(content.target)?;
    let mut out = vec![notes.note(format!("lazaret:target {target}"))];
    for gap in content.gaps {
        out.push(notes.note(format!("lazaret:gap {}", serde_json::to_string(gap)?)));
    }
    let Some(report) = content.report else {
        return Ok(out);
    };
    if let Some(warning) = view::starter_warning(report) {
        out.push(notes.note(warning.to_owned()));
    }
    let hidden = report.findings.len() - view::shown(report, options).count();
    let (word, meaning) = view::verdict(report);
    out.push(notes.note(format!(
        "decision {word}: {meaning}; {hidden} suppressed not shown"
    )));
    Ok(out)
}

fn relation(from: &str, kind: &str, to: &str) -> Value {
    json!({
        "spdxElementId": from,
        "relationshipType": kind,
        "relatedSpdxElement": to,
    })
}

fn skeleton(id: &str, name: &str, version: &str) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("SPDXID".into(), id.into());
    map.insert(
        "name".into(),
        if name.is_empty() { "unnamed" } else { name }.into(),
    );
    if !version.is_empty() {
        map.insert("versionInfo".into(), version.into());
    }
    map.insert("downloadLocation".into(), "NOASSERTION".into());
    map.insert("filesAnalyzed".into(), false.into());
    map.insert("licenseConcluded".into(), "NOASSERTION".into());
    map.insert("licenseDeclared".into(), "NOASSERTION".into());
    map.insert("copyrightText".into(), "NOASSERTION".into());
    map
}

fn root(content: Content<'_>) -> Value {
    let target = content.target;
    let version = target
        .digest
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let mut map = skeleton(ROOT, &target.name, &version);
    if let Some(digest) = &target.digest {
        let algorithm = if digest.hex().len() == 64 {
            "SHA256"
        } else {
            "SHA512"
        };
        let checksum = json!([{ "algorithm": algorithm, "checksumValue": digest.hex() }]);
        map.insert("checksums".into(), checksum);
        map.insert("primaryPackagePurpose".into(), "CONTAINER".into());
    } else {
        map.insert("primaryPackagePurpose".into(), "OTHER".into());
    }
    Value::Object(map)
}

fn of_package(
    package: &Package,
    id: &str,
    findings: &HashMap<&str, Vec<String>>,
    notes: &Notes<'_>,
) -> io::Result<Value> {
    let mut map = skeleton(id, &package.name, &package.version);
    let purl = package.purl.to_string();
    let extras: Map<String, Value> = fields::of_package(package)?
        .into_iter()
        .map(|(n, v)| (n, v.into()))
        .collect();
    let mut annotations = vec![notes.note(format!("lazaret:package {}", Value::Object(extras)))];
    for finding in findings
        .get(purl.as_str())
        .map(Vec::as_slice)
        .unwrap_or_default()
    {
        annotations.push(notes.note(finding.clone()));
    }
    if let Some(source) = &package.source {
        map.insert(
            "sourceInfo".into(),
            format!("built from {} {}", source.name, source.version).into(),
        );
    }
    if !package.licenses.is_empty() {
        let declared = package.licenses.join("; ");
        map.insert(
            "licenseComments".into(),
            format!("declared: {declared}").into(),
        );
    }
    let reference = json!([{
        "referenceCategory": "PACKAGE-MANAGER",
        "referenceType": "purl",
        "referenceLocator": purl,
    }]);
    map.insert("externalRefs".into(), reference);
    map.insert("annotations".into(), annotations.into());
    Ok(Value::Object(map))
}

fn findings_by_purl<'a>(content: Content<'a>, options: &Options) -> HashMap<&'a str, Vec<String>> {
    let mut out: HashMap<&str, Vec<String>> = HashMap::new();
    let Some(report) = content.report else {
        return out;
    };
    for finding in view::shown(report, options) {
        let mut text = format!(
            "finding {} ({}): {}",
            finding.id,
            finding.severity,
            view::remedy(finding)
        );
        for mark in view::marks(finding) {
            text.push_str(&format!(", {mark}"));
        }
        if let Some(suppression) = &finding.suppressed {
            text.push_str(&format!(", suppressed by {}", suppression.by));
        }
        out.entry(finding.package.purl.as_str())
            .or_default()
            .push(text);
    }
    out
}
