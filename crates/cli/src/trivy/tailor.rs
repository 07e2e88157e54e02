//! What Trivy leaves out of its reports.

use std::collections::BTreeSet;

use lazaret_model::{GapKind, Package, Report, Suppression};

use super::translate::number;
use super::words::Values;
use crate::errors;

/// Statuses by Trivy's names, which are ours but for one.
const STATUSES: [(&str, &str); 8] = [
    ("unknown", "undecided"),
    ("not_affected", "not_affected"),
    ("affected", "affected"),
    ("fixed", "fixed"),
    ("under_investigation", "under_investigation"),
    ("will_not_fix", "will_not_fix"),
    ("fix_deferred", "fix_deferred"),
    ("end_of_life", "end_of_life"),
];

/// Changes to a report before it is judged and written.
#[derive(Debug, Default)]
pub(super) struct Tailor {
    name: String,
    with_system: bool,
    with_libraries: bool,
    with_development: bool,
    statuses: Vec<&'static str>,
    code: u8,
    seen: bool,
}

impl Tailor {
    /// What these values ask for.
    ///
    /// # Errors
    /// When a type or status is unknown.
    pub(super) fn of(values: &Values, name: &str) -> anyhow::Result<Self> {
        let types = [values.all("pkg-types"), values.all("vuln-type")].concat();
        if let Some(wrong) = types.iter().find(|t| *t != "os" && *t != "library") {
            return Err(errors::refused(
                format!("`{wrong}` is no type of packages"),
                "--pkg-types os,library",
            ));
        }
        let mut statuses = Vec::new();
        for status in values.all("ignore-status") {
            let found = STATUSES.iter().find(|(theirs, _)| theirs == status);
            let (_, ours) = found.ok_or_else(|| {
                let known: Vec<&str> = STATUSES.iter().map(|(theirs, _)| *theirs).collect();
                errors::refused(
                    format!("`{status}` is no status"),
                    format!("--ignore-status {}", known.join(",")),
                )
            })?;
            statuses.push(*ours);
        }
        let wants = |of: &str| types.is_empty() || types.iter().any(|t| t == of);
        Ok(Self {
            name: name.to_owned(),
            with_system: wants("os"),
            with_libraries: wants("library"),
            with_development: values.is_on("include-dev-deps"),
            statuses,
            code: number(values, "exit-on-eol")?,
            seen: false,
        })
    }

    /// Leaves out what was not asked for.
    pub(super) fn apply(&mut self, report: &mut Report) {
        self.name.clone_into(&mut report.target.name);
        self.seen |= report.gaps.iter().any(|g| g.kind == GapKind::EndOfLife);
        report.packages = self.packages(std::mem::take(&mut report.packages));
        let kept = report.packages.iter().map(|p| p.purl.to_string());
        let kept: BTreeSet<String> = kept.collect();
        report.findings.retain(|f| kept.contains(&f.package.purl));
        for finding in &mut report.findings {
            if finding.suppressed.is_none() && self.statuses.contains(&finding.status.name()) {
                finding.suppressed = Some(Suppression {
                    by: "ignore-status".to_owned(),
                    reason: "a status that was to be ignored".to_owned(),
                    rule: None,
                });
            }
        }
    }

    /// The packages that were asked for.
    pub(super) fn packages(&self, mut all: Vec<Package>) -> Vec<Package> {
        let wanted = |kind: &str| match is_system(kind) {
            true => self.with_system,
            false => self.with_libraries,
        };
        // A package that is needed for building and for running is kept.
        let kept: BTreeSet<String> = all
            .iter()
            .filter(|p| wanted(p.kind()) && (self.with_development || !p.development))
            .map(|p| p.purl.to_string())
            .collect();
        all.retain(|p| kept.contains(&p.purl.to_string()));
        all
    }

    /// The exit code for a distribution that is past its end of life.
    pub(super) fn end_of_life(&self) -> u8 {
        if self.seen { self.code } else { 0 }
    }
}

/// Whether packages of that purl type belong to an operating system.
fn is_system(kind: &str) -> bool {
    matches!(kind, "deb" | "rpm" | "apk" | "alpm" | "ebuild" | "qpkg")
}
