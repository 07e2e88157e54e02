//! From an inventory to a report.

use lazaret_advisory::db::{Db, DbError};
use lazaret_match::{MatchOptions, matched};
use lazaret_model::{Decision, Gap, Inventory, REPORT_SCHEMA, Report, Scanner};

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
    report.gaps.extend(result.gaps);
    report.gaps.sort();
    report.gaps.dedup_by(|a: &mut Gap, b: &mut Gap| a == b);
    Ok(report)
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
        secrets: inventory.secrets,
        licenses: Vec::new(),
        signs: inventory.signs,
        gaps: inventory.gaps,
        decision: Decision::default(),
    }
}
