//! Secrets and licences as Trivy's results of class `secret` and `license`.

use std::collections::BTreeMap;

use lazaret_model::{License, LicenseCategory, Report, Secret, SecretPlace};
use serde_json::{Value, json};

use super::level;
use crate::Options;

/// One result for each file with secrets, and one for the licences of all packages.
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
    let licenses: Vec<Value> = report.licenses.iter().map(of_license).collect();
    if !licenses.is_empty() {
        all.push(json!({ "Target": "Packages", "Class": "license", "Licenses": licenses }));
    }
    all
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

fn of_license(license: &License) -> Value {
    let category = match license.category {
        _ if license.forbidden => "forbidden",
        LicenseCategory::NetworkCopyleft | LicenseCategory::Proprietary => "forbidden",
        LicenseCategory::StrongCopyleft => "restricted",
        LicenseCategory::WeakCopyleft => "reciprocal",
        LicenseCategory::Permissive => "notice",
        LicenseCategory::PublicDomain => "unencumbered",
        LicenseCategory::Unknown => "unknown",
    };
    let name = license.package.as_deref().unwrap_or_default();
    let confidence = match license.confidence {
        lazaret_model::Confidence::High => 1.0,
        lazaret_model::Confidence::Medium => 0.8,
        lazaret_model::Confidence::Low => 0.5,
    };
    json!({
        "Severity": level(license.severity),
        "Category": category,
        "PkgName": name,
        "FilePath": license.path,
        "Name": license.license,
        "Confidence": confidence,
        "Link": "",
    })
}
