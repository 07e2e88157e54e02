//! The `ignore:` list of `.grype.yaml`.

use serde::Deserialize;

use super::rule::Rule;
use crate::pattern::{self, Name};

/// The rest of the file configures Grype itself.
#[derive(Deserialize)]
struct File {
    #[serde(default)]
    ignore: Option<Vec<Entry>>,
}

/// A misspelt condition would make a rule hide more than its author meant, so an unknown
/// one is refused.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Entry {
    #[serde(default)]
    vulnerability: Option<String>,
    /// Aliases are always included here: the same vulnerability may go by another id.
    #[serde(default, rename = "include-aliases")]
    _include_aliases: Option<bool>,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    namespace: Option<String>,
    #[serde(default)]
    fix_state: Option<String>,
    #[serde(default)]
    package: Option<Package>,
    #[serde(default)]
    vex_status: Option<String>,
    #[serde(default)]
    vex_justification: Option<String>,
    #[serde(default)]
    match_type: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Package {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    language: Option<String>,
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    location: Option<String>,
    #[serde(default)]
    upstream_name: Option<String>,
}

/// What the purl types are called as languages and as types of packages in Grype.
const NAMES: [(&str, &str, &str); 19] = [
    ("apk", "", "apk"),
    ("alpm", "", "alpm"),
    ("bitnami", "", "bitnami"),
    ("cargo", "rust", "rust-crate"),
    ("cocoapods", "swift", "pod"),
    ("composer", "php", "php-composer"),
    ("conan", "c++", "conan"),
    ("cran", "R", "R-package"),
    ("deb", "", "deb"),
    ("gem", "ruby", "gem"),
    ("golang", "go", "go-module"),
    ("hackage", "haskell", "hackage"),
    ("hex", "elixir", "hex"),
    ("maven", "java", "java-archive"),
    ("npm", "javascript", "npm"),
    ("nuget", "dotnet", "dotnet"),
    ("pub", "dart", "dart-pub"),
    ("pypi", "python", "python"),
    ("rpm", "", "rpm"),
];

/// The purl type that a language or a type of packages stands for.
fn kind(name: &str) -> String {
    let meant = NAMES.iter().find(|(kind, language, package)| {
        [kind, language, package]
            .iter()
            .any(|n| n.eq_ignore_ascii_case(name))
    });
    meant.map_or_else(|| name.to_lowercase(), |(kind, ..)| (*kind).to_owned())
}

pub(super) fn rules(name: &str, text: &str) -> Result<Vec<Rule>, String> {
    let file: File = serde_saphyr::from_str(text).map_err(|e| e.to_string())?;
    let entries = file.ignore.into_iter().flatten().enumerate();
    entries
        .map(|(index, entry)| rule(format!("{name}#{}", index + 1), entry))
        .collect()
}

fn rule(place: String, entry: Entry) -> Result<Rule, String> {
    let at = |why: String| format!("{place}: {why}");
    if let Some(state) = &entry.fix_state
        && !["fixed", "not-fixed", "wont-fix", "unknown"].contains(&state.as_str())
    {
        return Err(at(format!(
            "`fix-state: {state}` is none of fixed, not-fixed, wont-fix, unknown"
        )));
    }
    let package = entry.package.unwrap_or_default();
    let location = package.location.map(|text| pattern::glob(&text));
    let is_vex = entry.vex_status.is_some() || entry.vex_justification.is_some();
    Ok(Rule {
        id: entry.vulnerability,
        paths: location.into_iter().collect::<Result<_, _>>().map_err(at)?,
        package: package.name.map(Name::new),
        upstream: package.upstream_name.map(Name::new),
        package_version: package.version,
        kinds: [package.kind, package.language]
            .into_iter()
            .flatten()
            .map(|name| kind(&name))
            .collect(),
        fix_state: entry.fix_state,
        namespace: entry.namespace.map(|text| namespace(&text)),
        match_type: entry.match_type,
        reason: entry.reason,
        idle: is_vex.then_some("it is about exploitability statements; they count by --vex alone"),
        place,
        ..Rule::default()
    })
}

/// The space of the database that a namespace stands for: `debian:distro:debian:12` is
/// `debian:12`, `github:language:python` is `pypi`, `nvd:cpe` is `cpe`.
fn namespace(text: &str) -> String {
    let mut parts = text.splitn(3, ':');
    match (parts.next(), parts.next(), parts.next()) {
        (_, Some("distro"), Some(release)) => release.to_owned(),
        (_, Some("language"), Some(language)) => kind(language),
        (Some("nvd"), Some("cpe"), None) => "cpe".to_owned(),
        _ => text.to_owned(),
    }
}
