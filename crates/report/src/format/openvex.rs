//! OpenVEX 0.2.0: what is said about each vulnerability that was found.
//!
//! A scanner knows that a vulnerable version is there, not whether it can be exploited, so
//! what is found is `under_investigation`; only what a statement given with `--vex` has
//! cleared is `not_affected` or `fixed`, in that statement's words. Whoever judges writes a
//! document with `lazaret vex init`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use lazaret_model::{Finding, Report};
use serde_json::{Value, json};

use super::{Format, RenderError};
use crate::{Options, document, view};

pub(super) static FORMAT: Format = Format {
    name: "openvex",
    title: "OpenVEX",
    about: "OpenVEX 0.2.0: the findings as statements under investigation",
    file_extension: "json",
    media_type: "application/json",
    render,
};

/// What findings are gathered under: id, status, words.
type Key<'a> = (&'a str, &'static str, String);

fn render(report: &Report, options: &Options, out: &mut dyn Write) -> Result<(), RenderError> {
    let mut groups: BTreeMap<Key<'_>, Vec<&Finding>> = BTreeMap::new();
    for finding in &report.findings {
        let (status, words) = status(finding, report);
        if status != "under_investigation"
            || finding.suppressed.is_none()
            || options.show_suppressed
        {
            let key = (finding.id.as_str(), status, words);
            groups.entry(key).or_default().push(finding);
        }
    }
    let product = report.target.purl().map(|p| p.to_string());
    let statements: Vec<Value> = groups
        .iter()
        .map(|(key, findings)| statement(key, findings, product.as_deref()))
        .collect();
    let mut document = json!({
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "",
        "author": "lazaret",
        "timestamp": document::time_needed(options, Some(report)),
        "version": 1,
        "tooling": tooling(report, options),
        "statements": statements,
    });
    let id = document::uuid_of(&(&report.target.name, &document))?;
    document["@id"] = format!("urn:uuid:{id}").into();
    Ok(document::write_json(&document, out)?)
}

fn status(finding: &Finding, report: &Report) -> (&'static str, String) {
    let Some(suppression) = &finding.suppressed else {
        return ("under_investigation", view::remedy(finding));
    };
    if suppression.by != "vex" {
        let words = format!("suppressed by {}: {}", suppression.by, suppression.reason);
        return ("under_investigation", words);
    }
    let mut uses = report
        .vex
        .iter()
        .filter(|v| v.findings.contains(&finding.key));
    match uses.any(|v| v.status == "fixed") {
        true => ("fixed", suppression.reason.clone()),
        false => ("not_affected", suppression.reason.clone()),
    }
}

fn statement((id, status, words): &Key<'_>, of: &[&Finding], product: Option<&str>) -> Value {
    let component = |purl: &str| json!({ "@id": purl, "identifiers": { "purl": purl } });
    let purls: BTreeSet<&str> = of.iter().map(|f| f.package.purl.as_str()).collect();
    let parts: Vec<Value> = purls.into_iter().map(component).collect();
    let products = match product {
        Some(purl) => {
            let mut product = component(purl);
            product["subcomponents"] = parts.into();
            vec![product]
        }
        None => parts,
    };
    let aliases: BTreeSet<&str> = of
        .iter()
        .flat_map(|f| f.aliases.iter().map(String::as_str))
        .collect();
    let mut vulnerability = json!({ "name": id });
    if !aliases.is_empty() {
        vulnerability["aliases"] = json!(aliases);
    }
    let mut statement = json!({
        "vulnerability": vulnerability,
        "products": products,
        "status": status,
    });
    let field = match *status {
        "not_affected" => "impact_statement",
        _ => "status_notes",
    };
    if !words.is_empty() || *status == "not_affected" {
        let words = if words.is_empty() {
            "no reason is given"
        } else {
            words
        };
        statement[field] = words.into();
    }
    statement
}

/// The format's free text about how the document was made: the only place for gaps.
fn tooling(report: &Report, options: &Options) -> String {
    let mut text = format!("lazaret {}", report.scanner.version);
    if let Some(warning) = view::starter_warning(report) {
        text.push_str(&format!("; {warning}"));
    }
    for gap in &report.gaps {
        text.push_str(&format!("; not examined: {gap}"));
    }
    let hidden = report.findings.len() - view::shown(report, options).count();
    if hidden > 0 {
        text.push_str(&format!("; {hidden} findings are suppressed"));
    }
    text
}
