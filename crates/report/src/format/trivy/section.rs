//! Secrets and licences as Trivy's results of class `secret` and `license`.

use std::collections::{BTreeMap, HashMap};

use lazaret_model::{License, LicenseCategory, Package, Report, Secret, SecretPlace};
use serde_json::{Value, json};

use super::{key, level};
use crate::{Options, view};

/// One result for each file with secrets, one for the licences of each kind of packages, and
/// one for texts of licences.
pub(super) fn results(report: &Report, options: &Options) -> Vec<Value> {
    let mut by_file: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for secret in &report.secrets {
        if options.show_suppressed || secret.suppressed.is_none() {
            let target = match secret.place {
                SecretPlace::File => secret.path.as_str(),
                _ => report.target.name.as_str(),
            };
            by_file.entry(target).or_default().push(of_secret(secret));
        }
    }
    let mut all: Vec<Value> = by_file
        .into_iter()
        .map(|(path, secrets)| json!({ "Target": path, "Class": "secret", "Secrets": secrets }))
        .collect();
    all.extend(licenses(report));
    all
}

/// By Trivy's names: the distribution's packages, each language, and files.
fn licenses(report: &Report) -> impl Iterator<Item = Value> {
    let packages = report.packages.iter();
    let packages: HashMap<String, &Package> = packages.map(|p| (p.purl.to_string(), p)).collect();
    let mut groups: BTreeMap<(&str, String), Vec<Value>> = BTreeMap::new();
    for license in &report.licenses {
        let package = license.package.as_ref().and_then(|purl| packages.get(purl));
        let group = match package {
            Some(package) if view::is_system(package.kind()) => {
                ("license", "OS Packages".to_owned())
            }
            Some(package) => ("license", key(package.kind(), &license.path, report).1),
            None => ("license-file", "Loose File License(s)".to_owned()),
        };
        let name = package.map_or("", |p| p.name.as_str());
        groups
            .entry(group)
            .or_default()
            .push(of_license(license, name));
    }
    groups.into_iter().map(|((class, target), licenses)| {
        json!({ "Target": target, "Class": class, "Licenses": licenses })
    })
}

fn of_secret(secret: &Secret) -> Value {
    let layer = match &secret.layer {
        Some(layer) => json!({ "DiffID": layer.to_string() }),
        None => json!({}),
    };
    json!({
        "RuleID": secret.rule,
        "Category": secret.rule.split('-').next().unwrap_or_default(),
        "Severity": level(secret.severity),
        "Title": secret.title,
        "StartLine": secret.line,
        "EndLine": secret.line,
        "Code": { "Lines": null },
        "Match": format!("{}: {}", secret.position(), secret.redacted),
        "Layer": layer,
    })
}

fn of_license(license: &License, name: &str) -> Value {
    let category = match license.category {
        _ if license.forbidden => "forbidden",
        LicenseCategory::NetworkCopyleft | LicenseCategory::Proprietary => "forbidden",
        LicenseCategory::StrongCopyleft => "restricted",
        LicenseCategory::WeakCopyleft => "reciprocal",
        LicenseCategory::Permissive => "notice",
        LicenseCategory::PublicDomain => "unencumbered",
        LicenseCategory::Unknown => "unknown",
    };
    // Trivy's severity is that of the category.
    let severity = match category {
        "forbidden" => "CRITICAL",
        "restricted" => "HIGH",
        "reciprocal" => "MEDIUM",
        "unknown" => "UNKNOWN",
        _ => "LOW",
    };
    let confidence = match license.confidence {
        lazaret_model::Confidence::High => 1.0,
        lazaret_model::Confidence::Medium => 0.8,
        lazaret_model::Confidence::Low => 0.5,
    };
    json!({
        "Severity": severity,
        "Category": category,
        "PkgName": name,
        "FilePath": license.path,
        "Name": license.license,
        "Confidence": confidence,
        "Link": "",
    })
}
