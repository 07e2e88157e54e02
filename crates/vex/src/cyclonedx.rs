//! CycloneDX with `vulnerabilities`, whether of its own or inside a bill of materials.

use std::collections::HashMap;

use serde_json::Value;

use crate::{Component, Document, Identifier, Product, Statement, Status, items, string};

/// Deepest nesting of components that is followed.
const MAX_DEPTH: usize = 64;

pub(crate) fn read(value: &Value) -> Result<Document, String> {
    if !string(value, "bomFormat").eq_ignore_ascii_case("cyclonedx") {
        return Err("its `bomFormat` is not CycloneDX".into());
    }
    let metadata = value.get("metadata");
    let subject = metadata.and_then(|metadata| metadata.get("component"));
    let mut known = HashMap::new();
    for component in subject.into_iter().chain(items(value, "components")) {
        collect(component, &mut known, 0);
    }
    let issued = metadata.map(|m| string(m, "timestamp")).unwrap_or_default();
    let statements = (1..)
        .zip(items(value, "vulnerabilities"))
        .filter_map(|(number, v)| read_vulnerability(number, v, subject, &known, &issued))
        .collect();
    let author = metadata.and_then(|m| {
        items(m, "authors")
            .chain(m.get("supplier"))
            .map(|author| string(author, "name"))
            .find(|name| !name.is_empty())
    });
    Ok(Document {
        id: string(value, "serialNumber"),
        author: author.unwrap_or_default(),
        format: "cyclonedx",
        statements,
        ..Document::default()
    })
}

fn collect<'a>(component: &'a Value, known: &mut HashMap<&'a str, Component>, depth: usize) {
    if let Some(reference) = component.get("bom-ref").and_then(Value::as_str) {
        known.insert(reference, identified(component));
    }
    if depth < MAX_DEPTH {
        for inner in items(component, "components") {
            collect(inner, known, depth + 1);
        }
    }
}

fn identified(value: &Value) -> Component {
    let mut component = Component::default();
    let text = |key| value.get(key).and_then(Value::as_str);
    // Version 1.7: a component that stands for every version of a range.
    component
        .versions
        .extend(text("versionRange").map(str::to_owned));
    component.add(text("purl").and_then(Identifier::of_text));
    component.add(text("cpe").map(|cpe| Identifier::Cpe(cpe.to_owned())));
    component.add(text("bom-ref").map(|r| Identifier::Reference(r.to_owned())));
    for hash in items(value, "hashes") {
        component.add(Identifier::of_hash(
            &string(hash, "alg"),
            &string(hash, "content"),
        ));
    }
    component
}

/// `None` where nothing is stated: a vulnerability without an analysis.
fn read_vulnerability(
    number: usize,
    value: &Value,
    subject: Option<&Value>,
    known: &HashMap<&str, Component>,
    issued: &str,
) -> Option<Statement> {
    let analysis = value.get("analysis")?;
    let status = match string(analysis, "state").as_str() {
        "resolved" | "resolved_with_pedigree" => Status::Fixed,
        "exploitable" => Status::Affected,
        "in_triage" => Status::UnderInvestigation,
        "false_positive" | "not_affected" => Status::NotAffected,
        _ => return None,
    };
    let mut vulnerabilities = vec![string(value, "id")];
    vulnerabilities.extend(items(value, "references").map(|r| string(r, "id")));
    vulnerabilities.retain(|id| !id.is_empty());
    let mut products: Vec<Product> = items(value, "affects")
        .map(|affected| Product {
            component: affected_component(affected, known),
            parts: Vec::new(),
        })
        .collect();
    if products.is_empty() {
        products.extend(subject.map(|subject| Product {
            component: identified(subject),
            parts: Vec::new(),
        }));
    }
    let time = ["lastUpdated", "firstIssued"]
        .into_iter()
        .map(|key| string(analysis, key))
        .chain(std::iter::once(string(value, "updated")))
        .find(|time| !time.is_empty());
    Some(Statement {
        number,
        vulnerabilities,
        products,
        status,
        justification: string(analysis, "justification"),
        detail: string(analysis, "detail"),
        timestamp: time.unwrap_or_else(|| issued.to_owned()),
    })
}

/// What a `ref` means: an element of this document, or a BOM-Link
/// (`urn:cdx:serial/version#ref`) to one of another.
fn affected_component(affected: &Value, known: &HashMap<&str, Component>) -> Component {
    let reference = string(affected, "ref");
    let inner = match reference.strip_prefix("urn:cdx:") {
        Some(link) => link.split_once('#').map_or("", |(_, inner)| inner),
        None => reference.as_str(),
    };
    let mut component = known.get(inner).cloned().unwrap_or_else(|| {
        let mut component = Component::default();
        let decoded = percent_decoded(inner);
        component.add(Identifier::of_text(inner));
        component.add(Identifier::of_text(&decoded));
        component.add(Some(Identifier::Reference(decoded)));
        component
    });
    let listed: Vec<String> = items(affected, "versions")
        .filter(|version| string(version, "status") != "unaffected")
        .map(|version| {
            let one = string(version, "version");
            if one.is_empty() {
                string(version, "range")
            } else {
                one
            }
        })
        .filter(|version| !version.is_empty())
        .collect();
    if !listed.is_empty() {
        component.versions = listed;
    }
    component
}

fn percent_decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|hex| str::from_utf8(hex).ok());
        let value = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match value {
            Some(value) if byte == b'%' => {
                out.push(value);
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => {
                out.push(byte);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
