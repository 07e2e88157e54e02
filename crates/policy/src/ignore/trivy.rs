//! Trivy's `.trivyignore.yaml`.

use serde::Deserialize;

use super::is_date;
use super::rule::Rule;
use crate::pattern;

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    vulnerabilities: Option<Vec<Entry>>,
}

/// A misspelt condition would make a rule hide more than its author meant, so an unknown
/// one is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    #[serde(default)]
    paths: Option<Vec<String>>,
    #[serde(default)]
    purls: Option<Vec<String>>,
    #[serde(default)]
    expired_at: Option<String>,
    #[serde(default)]
    statement: Option<String>,
}

pub(super) fn rules(name: &str, text: &str) -> Result<Vec<Rule>, String> {
    let file: File = serde_saphyr::from_str(text).map_err(|e| e.to_string())?;
    let entries = file.vulnerabilities.into_iter().flatten().enumerate();
    entries
        .map(|(index, entry)| rule(format!("{name}#{}", index + 1), entry))
        .collect()
}

fn rule(place: String, entry: Entry) -> Result<Rule, String> {
    let at = |why: String| format!("{} ({place}): {why}", entry.id);
    let expires: Option<String> = entry.expired_at.map(|date| date.chars().take(10).collect());
    if let Some(date) = expires.as_deref().filter(|date| !is_date(date)) {
        return Err(at(format!(
            "`expired_at: {date}` is no date such as 2026-12-31"
        )));
    }
    let paths = entry.paths.into_iter().flatten();
    let paths = paths.map(|path| pattern::glob(&path));
    let purls = entry.purls.into_iter().flatten().map(|purl| {
        purl.parse()
            .map_err(|_| format!("`{purl}` is no package URL"))
    });
    Ok(Rule {
        paths: paths.collect::<Result<_, _>>().map_err(at)?,
        purls: purls.collect::<Result<_, _>>().map_err(at)?,
        expires,
        reason: entry.statement,
        id: Some(entry.id.clone()),
        place,
        ..Rule::default()
    })
}
