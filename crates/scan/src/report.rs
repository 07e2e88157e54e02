//! From an inventory to a report.

use lazaret_advisory::db::{Db, DbError};
use lazaret_match::{MatchOptions, matched};
use lazaret_model::{
    Confidence, Decision, Finding, Gap, Inventory, REPORT_SCHEMA, Report, Scanner, Severity, Sign,
    SignKind,
};

/// Why an inventory could not be matched.
#[derive(Debug, thiserror::Error)]
#[error("match {name} against the advisory database")]
pub struct ExamineError {
    name: String,
    #[source]
    source: DbError,
}

/// What is known against `inventory`, without a decision.
///
/// Pure: the same inventory, database and options give the same report, whether the
/// inventory came from an image, from the cache or from a software bill of materials.
///
/// # Errors
/// When the database turns out to be damaged.
pub fn examine(
    inventory: Inventory,
    database: &Db,
    options: &MatchOptions,
) -> Result<Report, ExamineError> {
    let result = matched(&inventory, database, options).map_err(|source| ExamineError {
        name: inventory.target.name.clone(),
        source,
    })?;
    let mut report = inventory_report(inventory);
    report.database = Some(database.info().clone());
    report.findings = result.findings;
    report.signs.extend(malicious(&report.findings));
    report
        .signs
        .sort_by(|a, b| (&a.path, a.kind, &a.key).cmp(&(&b.path, b.kind, &b.key)));
    report.gaps.extend(result.gaps);
    report.gaps.sort();
    report.gaps.dedup_by(|a: &mut Gap, b: &mut Gap| a == b);
    Ok(report)
}

/// Packages that were published to do harm: findings, and signs of tampering as well,
/// since no update mends what they have done.
///
/// The OpenSSF's malicious packages have ids of their own, `MAL-…`.
fn malicious(findings: &[Finding]) -> impl Iterator<Item = Sign> + '_ {
    let is_malicious = |f: &&Finding| {
        let mut ids = std::iter::once(&f.id).chain(&f.aliases);
        ids.any(|id| id.starts_with("MAL-"))
    };
    findings.iter().filter(is_malicious).map(|finding| {
        let package = &finding.package;
        let path = finding.evidence.locations.first().cloned();
        Sign {
            key: format!("sign|malicious_package|{}|{}", package.purl, finding.id),
            kind: SignKind::MaliciousPackage,
            severity: Severity::Critical,
            confidence: Confidence::High,
            path: path.unwrap_or_default(),
            layer: None,
            package: Some(package.purl.clone()),
            message: format!(
                "{} {} is known to do harm ({}): treat what it ran on as taken over",
                package.name, package.version, finding.id
            ),
            suppressed: finding.suppressed.clone(),
        }
    })
}

/// A report that says what is there and judges nothing.
pub fn inventory_report(inventory: Inventory) -> Report {
    Report {
        schema: REPORT_SCHEMA.to_owned(),
        scanner: Scanner {
            name: "lazaret".into(),
            version: env!("CARGO_PKG_VERSION").into(),
        },
        target: inventory.target,
        database: None,
        packages: inventory.packages,
        findings: Vec::new(),
        misconfigurations: inventory.misconfigurations,
        vex: Vec::new(),
        rebase: None,
        secrets: inventory.secrets,
        licenses: Vec::new(),
        signs: inventory.signs,
        gaps: inventory.gaps,
        decision: Decision::default(),
    }
}
