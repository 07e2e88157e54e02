//! Everything a report complains about, in one shape, for formats that know only one.

use lazaret_model::{
    CheckStatus, Finding, License, Misconfiguration, Report, Secret, Severity, Sign, Suppression,
};

use crate::{Options, owner, text, view};

/// One complaint.
pub(crate) struct Issue {
    /// `vulnerability`, `misconfiguration`, `secret`, `license` or `sign` (of tampering).
    pub(crate) kind: &'static str,
    /// Id of the vulnerability or rule.
    pub(crate) id: String,
    /// One line about it, without place.
    pub(crate) title: String,
    /// The level.
    pub(crate) severity: Severity,
    /// The file, or the target where there is none.
    pub(crate) path: String,
    /// The line, from 1.
    pub(crate) line: u64,
    /// Stable across runs.
    pub(crate) key: String,
    /// What it is about: package and version, or the file.
    pub(crate) subject: String,
    /// What can be done.
    pub(crate) remedy: String,
    /// Who brought it, in a few words; empty where that is not known.
    pub(crate) owner: &'static str,
    /// Why it does not count, where it does not.
    pub(crate) suppressed: Option<String>,
    /// It could not be decided whether it is so.
    pub(crate) undecided: bool,
}

impl Issue {
    /// Why it is no bad news that counts.
    pub(crate) fn excuse(&self) -> Option<String> {
        match &self.suppressed {
            Some(why) => Some(format!("suppressed by {why}")),
            None => self.undecided.then(|| self.title.clone()),
        }
    }
}

/// All complaints that `options` ask for: vulnerabilities in the report's order, then
/// misconfigurations, secrets, forbidden licences and signs.
pub(crate) fn issues(report: &Report, options: &Options) -> Vec<Issue> {
    let mut all: Vec<Issue> = view::shown(report, options)
        .map(|f| of_finding(f, report))
        .collect();
    let wanted = |issue: &Issue| options.show_suppressed || issue.suppressed.is_none();
    let checks = report.misconfigurations.iter();
    all.extend(checks.filter_map(of_check).filter(&wanted));
    all.extend(report.secrets.iter().map(of_secret).filter(&wanted));
    let licenses = report.licenses.iter().filter(|l| l.forbidden);
    all.extend(licenses.map(|l| of_license(l, report)).filter(&wanted));
    all.extend(report.signs.iter().map(of_sign).filter(&wanted));
    all
}

fn of_finding(finding: &Finding, report: &Report) -> Issue {
    let package = &finding.package;
    let place = finding.evidence.locations.first();
    Issue {
        kind: "vulnerability",
        id: finding.id.clone(),
        title: finding.title.clone(),
        severity: finding.severity,
        path: place.unwrap_or(&report.target.name).clone(),
        line: 1,
        key: finding.key.clone(),
        subject: format!("{} {}", package.name, package.version),
        remedy: view::remedy(finding),
        owner: owner::long(finding),
        suppressed: finding.suppressed.as_ref().map(told),
        undecided: false,
    }
}

/// A check of a configuration file; none where it passed.
fn of_check(check: &Misconfiguration) -> Option<Issue> {
    let message = match check.message.as_str() {
        "" => &check.title,
        message => message,
    };
    let title = match check.status {
        CheckStatus::Pass => return None,
        CheckStatus::Unknown => format!("could not be decided: {message}"),
        CheckStatus::Fail => message.to_owned(),
    };
    Some(Issue {
        kind: "misconfiguration",
        id: check.id.clone(),
        title,
        severity: check.severity,
        path: check.target.clone(),
        line: u64::from(check.line.max(1)),
        key: check.key(),
        subject: match check.resource.as_str() {
            "" => check.target.clone(),
            resource => resource.to_owned(),
        },
        remedy: check.remedy.clone(),
        owner: "",
        suppressed: check.suppressed.as_ref().map(told),
        undecided: check.status == CheckStatus::Unknown,
    })
}

fn of_secret(secret: &Secret) -> Issue {
    Issue {
        kind: "secret",
        id: secret.rule.clone(),
        title: secret.message(),
        severity: secret.severity,
        path: secret.path.clone(),
        line: u64::from(secret.line.max(1)),
        key: secret.key.clone(),
        subject: secret.path.clone(),
        remedy: "revoke it, then take it out".to_owned(),
        owner: "",
        suppressed: secret.suppressed.as_ref().map(told),
        undecided: false,
    }
}

fn of_license(license: &License, report: &Report) -> Issue {
    let path = match license.path.as_str() {
        "" => report.target.name.clone(),
        path => path.to_owned(),
    };
    Issue {
        kind: "license",
        id: license.license.clone(),
        title: format!("{} ({})", license.license, license.category),
        severity: license.severity,
        path,
        line: 1,
        key: license.key.clone(),
        subject: license.subject().to_owned(),
        remedy: "the policy forbids it".to_owned(),
        owner: "",
        suppressed: license.suppressed.as_ref().map(told),
        undecided: false,
    }
}

fn of_sign(sign: &Sign) -> Issue {
    Issue {
        kind: "sign",
        id: sign.kind.to_string(),
        title: sign.message.clone(),
        severity: sign.severity,
        path: sign.path.clone(),
        line: 1,
        key: sign.key.clone(),
        subject: sign.path.clone(),
        remedy: "find out where the file is from".to_owned(),
        owner: "",
        suppressed: sign.suppressed.as_ref().map(told),
        undecided: false,
    }
}

fn told(suppression: &Suppression) -> String {
    format!("{}: {}", suppression.by, suppression.reason)
}

/// How many complaints are not shown because something suppresses them.
pub(crate) fn hidden(report: &Report, options: &Options) -> usize {
    let all = Options {
        show_suppressed: true,
        ..options.clone()
    };
    issues(report, &all).len() - issues(report, options).len()
}

/// A relative path as other programs want it: no leading slash, never empty, no controls.
pub(crate) fn relative(path: &str) -> String {
    match text::clean(path.trim_start_matches(['/', '.'])) {
        clean if clean.is_empty() => "unnamed".to_owned(),
        // `./x` and `../x` name the same file below the root; a hidden file keeps its dot.
        clean if path.starts_with('.') && !path.starts_with("./") && !path.starts_with("../") => {
            format!(".{clean}")
        }
        clean => clean.into_owned(),
    }
}
