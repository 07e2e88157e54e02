//! One rule, whichever file it is from, and what it applies to.

use lazaret_model::{Finding, FixStatus, Purl, Suppression};
use regex::Regex;

use crate::pattern::Name;

/// Conditions that all have to hold; an absent one holds.
#[derive(Debug, Clone, Default)]
pub(super) struct Rule {
    /// File and line, or file and number of the entry.
    pub(super) place: String,
    /// What it is about.
    pub(super) about: About,
    /// Id of the vulnerability, or an alias of it; of the rule or licence.
    pub(super) id: Option<String>,
    /// Packages; one has to fit. A part that is not written holds.
    pub(super) purls: Vec<Purl>,
    /// Files that the package was read from; one has to fit.
    pub(super) paths: Vec<Regex>,
    /// Name of the package.
    pub(super) package: Option<Name>,
    /// Name of its source package.
    pub(super) upstream: Option<Name>,
    /// Version of the package.
    pub(super) package_version: Option<String>,
    /// Purl types; all have to be the package's.
    pub(super) kinds: Vec<String>,
    /// Grype's word for whether there is a fix.
    pub(super) fix_state: Option<String>,
    /// Space of the database that the record is from.
    pub(super) namespace: Option<String>,
    /// Grype's word for how the record was found.
    pub(super) match_type: Option<String>,
    /// First day on which the rule does not count any more, `YYYY-MM-DD`.
    pub(super) expires: Option<String>,
    /// Why, in the words of who wrote the rule.
    pub(super) reason: Option<String>,
    /// Why the rule can never hide anything, where it cannot.
    pub(super) idle: Option<&'static str>,
}

/// What rules are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum About {
    /// Vulnerabilities.
    #[default]
    Vulnerabilities,
    /// Credentials.
    Secrets,
    /// Licences.
    Licenses,
    /// Misconfigurations.
    Misconfigurations,
    /// Whatever has the id.
    Anything,
}

impl Rule {
    /// Whether it is about something that is no vulnerability, by its id and its path.
    pub(super) fn names(&self, about: About, id: &str, path: &str) -> bool {
        let path = path.trim_start_matches('/');
        (self.about == about || self.about == About::Anything)
            && self.idle.is_none()
            && self.id.as_deref() == Some(id)
            && (self.paths.is_empty() || self.paths.iter().any(|glob| glob.is_match(path)))
    }

    /// The last day of a rule is the day before its date, as Trivy has it.
    pub(super) fn expired(&self, today: &str) -> bool {
        self.expires.as_deref().is_some_and(|date| date <= today)
    }

    /// What is said of what the rule hides.
    pub(super) fn suppression(&self) -> Suppression {
        let reason = self.reason.clone();
        Suppression {
            by: "ignore-file".into(),
            reason: reason.unwrap_or_else(|| "ignored without a reason".into()),
            rule: Some(self.place.clone()),
        }
    }

    /// What the rule ignores, for people.
    pub(super) fn words(&self) -> String {
        let id = self.id.as_deref().unwrap_or("every vulnerability");
        match &self.package {
            Some(package) => format!("{id} of {}", package.text()),
            None => id.to_owned(),
        }
    }

    pub(super) fn matches(&self, finding: &Finding) -> bool {
        let package = &finding.package;
        let same = |want: &Option<String>, have: &str| want.as_ref().is_none_or(|w| w == have);
        let kind = package.purl.strip_prefix("pkg:").unwrap_or_default();
        let kind = kind.split('/').next().unwrap_or_default();
        let source = package
            .source
            .as_ref()
            .map_or("", |source| source.name.as_str());
        let space = finding.evidence.key.split(' ').next().unwrap_or_default();
        let located = |glob: &Regex| {
            let mut locations = finding.evidence.locations.iter();
            locations.any(|l| glob.is_match(l.trim_start_matches('/')))
        };
        matches!(self.about, About::Vulnerabilities | About::Anything)
            && self.says_something()
            && self
                .id
                .as_ref()
                .is_none_or(|id| finding.id == *id || finding.aliases.contains(id))
            && self
                .package
                .as_ref()
                .is_none_or(|n| n.is_match(&package.name))
            && self.upstream.as_ref().is_none_or(|n| n.is_match(source))
            && same(&self.package_version, &package.version)
            && self.kinds.iter().all(|k| k == kind)
            && same(&self.fix_state, fix_state(finding.status))
            && same(&self.namespace, space)
            && same(&self.match_type, match_type(finding))
            && (self.purls.is_empty() || self.purls.iter().any(|p| fits(p, &package.purl)))
            && (self.paths.is_empty() || self.paths.iter().any(located))
    }

    /// A rule without any condition would hide everything.
    fn says_something(&self) -> bool {
        self.idle.is_none()
            && (self.id.is_some()
                || self.package.is_some()
                || self.upstream.is_some()
                || self.package_version.is_some()
                || !self.kinds.is_empty()
                || self.fix_state.is_some()
                || self.namespace.is_some()
                || self.match_type.is_some()
                || !self.purls.is_empty()
                || !self.paths.is_empty())
    }
}

fn fix_state(status: FixStatus) -> &'static str {
    match status {
        FixStatus::Fixed => "fixed",
        FixStatus::WillNotFix | FixStatus::EndOfLife => "wont-fix",
        FixStatus::Affected | FixStatus::FixDeferred => "not-fixed",
        _ => "unknown",
    }
}

/// A record by CPE name, by the name of the source package, or by the package's own.
fn match_type(finding: &Finding) -> &'static str {
    let mut words = finding.evidence.key.split(' ');
    match (words.next(), words.next()) {
        (Some("cpe"), _) => "cpe-match",
        (_, Some("source")) => "exact-indirect-match",
        _ => "exact-direct-match",
    }
}

/// Whether a package is one of those that a purl names: type, namespace and name are the
/// same, and so are a version and qualifiers where the rule has them.
pub(crate) fn fits(rule: &Purl, package: &str) -> bool {
    let Ok(package) = package.parse::<Purl>() else {
        return false;
    };
    let qualified = |(key, value): (&String, &String)| package.qualifiers.get(key) == Some(value);
    rule.kind == package.kind
        && rule.namespace == package.namespace
        && rule.name == package.name
        && (rule.version.is_none() || rule.version == package.version)
        && rule.qualifiers.iter().all(qualified)
        && (rule.subpath.is_none() || rule.subpath == package.subpath)
}
