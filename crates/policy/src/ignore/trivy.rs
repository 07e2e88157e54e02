//! Trivy's `.trivyignore.yaml`.

use serde::Deserialize;

use super::is_date;
use super::rule::{About, Rule};
use crate::pattern;

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    vulnerabilities: Option<Vec<Entry>>,
    #[serde(default)]
    secrets: Option<Vec<Entry>>,
    #[serde(default)]
    misconfigurations: Option<Vec<Entry>>,
    #[serde(default)]
    licenses: Option<Vec<Entry>>,
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
    let lists = [
        (About::Vulnerabilities, "", file.vulnerabilities),
        (About::Secrets, "secrets", file.secrets),
        (
            About::Misconfigurations,
            "misconfigurations",
            file.misconfigurations,
        ),
        (About::Licenses, "licenses", file.licenses),
    ];
    let mut rules = Vec::new();
    for (about, list, entries) in lists {
        for (index, entry) in entries.into_iter().flatten().enumerate() {
            let rule = rule(format!("{name}#{list}{}", index + 1), entry)?;
            rules.push(Rule { about, ..rule });
        }
    }
    Ok(rules)
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
