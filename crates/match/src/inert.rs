//! Findings on packages of which nothing can run.
//!
//! An advisory about a source package holds for everything that was built from it, headers,
//! documentation and data included. There the flaw is present and inert: the finding stays,
//! with every source's rating, and its severity is the least.

use lazaret_model::{Finding, Package, Severity};

/// Demotes a finding on a package that holds nothing that can run.
pub(crate) fn demote(finding: &mut Finding, package: &Package) {
    let Some(holds) = package.inert() else {
        return;
    };
    let reason = format!("present but inert: the package holds {holds}, nothing that can run");
    finding.severity_source = match finding.severity {
        Severity::Unknown => format!("{reason}; nobody has rated it"),
        rated => format!("{reason}; {rated} by {}", finding.severity_source),
    };
    finding.severity = Severity::Negligible;
    finding.risk.score = 0.0;
    finding.risk.why.push(reason);
}
