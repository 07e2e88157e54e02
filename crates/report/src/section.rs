//! What a report tells beside vulnerabilities and misconfigurations: secrets, licences and
//! signs of tampering, in one shape for the formats that show them as lists.

use std::collections::BTreeMap;

use lazaret_model::{
    Confidence, License, LicenseCategory, Report, Secret, Severity, Sign, Suppression,
};

use crate::{Options, view};

/// A list of one kind.
pub(crate) struct Section<'a> {
    /// Heading, with the number.
    pub(crate) title: String,
    /// Worst first.
    pub(crate) rows: Vec<Row<'a>>,
}

/// One entry of a list.
pub(crate) struct Row<'a> {
    /// `secret`, `license` or `sign`.
    pub(crate) kind: &'static str,
    /// Rule, licence or kind of sign.
    pub(crate) id: &'a str,
    /// What it is, without the place.
    pub(crate) title: &'a str,
    /// How bad.
    pub(crate) severity: Severity,
    /// How sure.
    pub(crate) confidence: Confidence,
    /// The path or package, with the line where there is one, for people.
    pub(crate) place: String,
    /// The path alone.
    pub(crate) path: &'a str,
    /// Line and column, from 1; 0 where there are none.
    pub(crate) position: (u32, u32),
    /// What was found, for people.
    pub(crate) text: String,
    /// Stable across runs.
    pub(crate) key: &'a str,
    /// Why it does not count.
    pub(crate) suppressed: Option<&'a Suppression>,
}

/// The lists that have something to show.
pub(crate) fn sections<'a>(report: &'a Report, options: &Options) -> Vec<Section<'a>> {
    let mut all = Vec::new();
    let mut add = |noun: &str, heading: &str, total: usize, mut rows: Vec<Row<'a>>| {
        let hidden = rows.iter().filter(|r| r.suppressed.is_some()).count();
        if !options.show_suppressed {
            rows.retain(|row| row.suppressed.is_none());
        }
        if total == 0 || rows.is_empty() && hidden == 0 {
            return;
        }
        rows.sort_by(|a, b| {
            let rank = |r: &Row<'_>| (r.suppressed.is_none(), r.severity, r.confidence);
            rank(b).cmp(&rank(a)).then_with(|| a.key.cmp(b.key))
        });
        let mut title = format!("{heading}: {}", view::plural(total - hidden, noun));
        if hidden > 0 {
            title.push_str(&format!(", {hidden} suppressed"));
        }
        all.push(Section { title, rows });
    };
    let secrets: Vec<Row<'_>> = report.secrets.iter().map(secret).collect();
    add("secret", "Secrets", secrets.len(), secrets);
    let signs: Vec<Row<'_>> = report.signs.iter().map(sign).collect();
    add("sign", "Tampering", signs.len(), signs);
    let bad = report.licenses.iter().filter(|l| l.forbidden);
    let bad: Vec<Row<'_>> = bad.map(license).collect();
    add("forbidden licence", "Licences", bad.len(), bad);
    all
}

/// Every row that formats for programs carry, the suppressed ones where they were asked for.
pub(crate) fn rows<'a>(report: &'a Report, options: &Options) -> Vec<Row<'a>> {
    let sections = sections(report, options).into_iter();
    sections.flat_map(|section| section.rows).collect()
}

/// How many entries of all lists do not count.
pub(crate) fn suppressed(report: &Report) -> usize {
    let secrets = report.secrets.iter().filter(|s| s.suppressed.is_some());
    let signs = report.signs.iter().filter(|s| s.suppressed.is_some());
    let licenses = report.licenses.iter();
    secrets.count() + signs.count() + licenses.filter(|l| l.suppressed.is_some()).count()
}

/// The licences of a report by category, for people: category, and each licence with the
/// number of packages and files under it.
pub(crate) fn licenses(report: &Report) -> Vec<(LicenseCategory, Vec<(&str, usize)>)> {
    let mut by: BTreeMap<LicenseCategory, BTreeMap<&str, usize>> = BTreeMap::new();
    for license in &report.licenses {
        let names = by.entry(license.category).or_default();
        *names.entry(license.license.as_str()).or_default() += 1;
    }
    // What asks for most comes first.
    let by = by.into_iter().rev();
    by.map(|(category, names)| (category, most_first(names)))
        .collect()
}

fn most_first(names: BTreeMap<&str, usize>) -> Vec<(&str, usize)> {
    let mut names: Vec<_> = names.into_iter().collect();
    names.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    names
}

fn secret(secret: &Secret) -> Row<'_> {
    Row {
        kind: "secret",
        id: &secret.rule,
        title: &secret.title,
        severity: secret.severity,
        confidence: secret.confidence,
        place: secret.position(),
        path: &secret.path,
        position: (secret.line, secret.column),
        text: secret.message(),
        key: &secret.key,
        suppressed: secret.suppressed.as_ref(),
    }
}

fn sign(sign: &Sign) -> Row<'_> {
    Row {
        kind: "sign",
        id: sign.kind.name(),
        title: &sign.message,
        severity: sign.severity,
        confidence: sign.confidence,
        place: match sign.path.as_str() {
            "" => sign.package.clone().unwrap_or_default(),
            path => path.to_owned(),
        },
        path: &sign.path,
        position: (0, 0),
        text: sign.message.clone(),
        key: &sign.key,
        suppressed: sign.suppressed.as_ref(),
    }
}

fn license(license: &License) -> Row<'_> {
    Row {
        kind: "license",
        id: &license.license,
        title: &license.license,
        severity: license.severity,
        confidence: license.confidence,
        place: license.subject().to_owned(),
        path: &license.path,
        position: (0, 0),
        text: format!("{} ({})", license.expression, license.category),
        key: &license.key,
        suppressed: license.suppressed.as_ref(),
    }
}
