//! `explain`: why something is reported, and why it is not.

use std::io::Write;

use lazaret_match::{Absence, Considered, Nearness, absence};
use lazaret_model::{GapKind, Inventory, Report};
use lazaret_report::{Options, explain};

use crate::args::ExplainArgs;
use crate::{Verdict, database, scan};

/// Most records that are named one by one.
const MAX_NAMED: usize = 25;
/// Most gaps that are named.
const MAX_GAPS: usize = 20;

pub(crate) fn run(args: &ExplainArgs) -> anyhow::Result<Verdict> {
    let today = scan::today();
    let report = scan::report(&args.target, &args.matching, &today)?;
    let mut out = anstream::stdout().lock();
    let about = |f: &&_| is_about(f, &args.id);
    let mut found = report.findings.iter().filter(about).peekable();
    if found.peek().is_some() {
        for finding in found {
            writeln!(out, "{}", explain::finding(finding, &Options::default()))?;
        }
        return Ok(Verdict::Allowed);
    }
    let database = database::open(args.matching.database.db.as_deref())?;
    let options = scan::options(&args.matching, &today);
    let inventory = Inventory {
        target: report.target.clone(),
        packages: report.packages.clone(),
        ..Inventory::default()
    };
    let absence = absence(&inventory, &database, &options, &args.id)?;
    tell(&args.id, &report, &absence, &mut out)?;
    Ok(Verdict::Allowed)
}

fn is_about(finding: &lazaret_model::Finding, id: &str) -> bool {
    finding.id == id || finding.aliases.iter().any(|alias| alias == id)
}

/// Which records were considered, why each does not apply, and what could not be looked at.
fn tell(id: &str, report: &Report, absence: &Absence, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "{id} is not reported for {}.", report.target.name)?;
    if absence.is_known {
        records(absence, out)?;
    } else {
        writeln!(
            out,
            "It is not in this database, so nothing was compared. `lazaret db status` tells what \
             the database holds."
        )?;
    }
    gaps(report, out)
}

fn records(absence: &Absence, out: &mut impl Write) -> std::io::Result<()> {
    if absence.considered.is_empty() {
        return writeln!(
            out,
            "The database has facts about that id, and no record that names a package."
        );
    }
    for one in absence.considered.iter().take(MAX_NAMED) {
        let Considered {
            advisory,
            feed,
            reason,
            ..
        } = one;
        writeln!(out, "  {advisory} ({feed}): {reason}")?;
    }
    if let Some(more) = absence.considered.len().checked_sub(MAX_NAMED + 1) {
        writeln!(out, "  and {} more that are no nearer", more + 1)?;
    }
    let nearest = absence.considered.iter().map(|c| c.nearness).min();
    if nearest >= Some(Nearness::NotFound) {
        writeln!(out, "No package that those records name was found.")?;
    }
    Ok(())
}

/// What was not looked at, and might have held such a package.
fn gaps(report: &Report, out: &mut impl Write) -> std::io::Result<()> {
    let unseen = |kind: GapKind| !matches!(kind, GapKind::EndOfLife | GapKind::StaleDatabase);
    let mut gaps = report.gaps.iter().filter(|gap| unseen(gap.kind)).peekable();
    if gaps.peek().is_none() {
        return Ok(());
    }
    writeln!(out, "What could not be examined may hold it:")?;
    for gap in gaps.by_ref().take(MAX_GAPS) {
        writeln!(out, "  {gap}")?;
    }
    match gaps.count() {
        0 => Ok(()),
        more => writeln!(out, "  and {more} more; `lazaret scan` names all"),
    }
}
