//! `policy replay`: what a change of policy would have decided on stored reports.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use serde::Serialize;

use lazaret_model::{Decision, Outcome, Report};
use lazaret_policy::{Circumstances, Policy, outcome_name};

use super::explain::{counted, stops};
use super::{about, circumstances, policy, read};
use crate::Verdict;
use crate::args::ReplayArgs;
use crate::deployed::Deployed;
use crate::diff;

/// What became of one report.
#[derive(Serialize)]
struct Row {
    report: String,
    target: String,
    before: Outcome,
    after: Outcome,
    /// Rules that speak now and did not, did and do not, or ask for something else.
    rules: Vec<String>,
}

pub(crate) fn run(args: &ReplayArgs) -> anyhow::Result<Verdict> {
    let new = policy(&args.policy)?;
    let old = match args.against.is_empty() {
        true => None,
        false => Some(read(&args.against)?),
    };
    let circumstances = circumstances(&args.policy);
    let deployed = Deployed::read(&args.policy.exposure_from)?;
    let mut rows = Vec::new();
    for path in &args.reports {
        let report = diff::read_report(path)?;
        let about = about(&circumstances, &deployed, &report);
        rows.push(row(path, &report, &new, old.as_ref(), &about));
    }
    let mut out = anstream::stdout();
    if args.format == "json" {
        serde_json::to_writer_pretty(&mut out, &rows)?;
        writeln!(out)?;
    } else {
        out.write_all(table(&rows).as_bytes())?;
    }
    Ok(Verdict::Allowed)
}

fn row(
    path: &Path,
    report: &Report,
    new: &Policy,
    old: Option<&Policy>,
    circumstances: &Circumstances,
) -> Row {
    let decide = |policy: &Policy| {
        let mut report = report.clone();
        forget(&mut report);
        policy.excuse(&mut report, circumstances);
        policy.decide(&report, circumstances)
    };
    let before = old.map_or_else(|| report.decision.clone(), decide);
    let after = decide(new);
    Row {
        report: path.display().to_string(),
        target: report.target.name.clone(),
        rules: changes(&before, &after),
        before: before.outcome,
        after: after.outcome,
    }
}

/// Takes back what exceptions of an earlier policy hid: those of the policy that is tried
/// are the ones that count.
fn forget(report: &mut Report) {
    let by_exception = |suppression: &Option<lazaret_model::Suppression>| {
        suppression.as_ref().is_some_and(|s| s.by == "exception")
    };
    for one in &mut report.findings {
        if by_exception(&one.suppressed) {
            one.suppressed = None;
        }
    }
    for one in &mut report.misconfigurations {
        if by_exception(&one.suppressed) {
            one.suppressed = None;
        }
    }
    for one in &mut report.secrets {
        if by_exception(&one.suppressed) {
            one.suppressed = None;
        }
    }
    for one in &mut report.licenses {
        if by_exception(&one.suppressed) {
            one.suppressed = None;
        }
    }
    for one in &mut report.signs {
        if by_exception(&one.suppressed) {
            one.suppressed = None;
        }
    }
}

fn changes(before: &Decision, after: &Decision) -> Vec<String> {
    let rules = |decision: &Decision| -> BTreeMap<String, Outcome> {
        let mut rules = BTreeMap::new();
        for reason in &decision.reasons {
            let worst = rules.entry(reason.rule.clone()).or_insert(Outcome::Allow);
            *worst = reason.outcome.max(*worst);
        }
        rules
    };
    let (before, after) = (rules(before), rules(after));
    let mut told = Vec::new();
    for (rule, outcome) in &after {
        match before.get(rule) {
            None => told.push(format!("+{rule} ({})", outcome_name(*outcome))),
            Some(was) if was != outcome => told.push(format!(
                "{rule} ({} was {})",
                outcome_name(*outcome),
                outcome_name(*was)
            )),
            Some(_) => {}
        }
    }
    let gone = before.iter().filter(|(rule, _)| !after.contains_key(*rule));
    told.extend(gone.map(|(rule, outcome)| format!("-{rule} ({})", outcome_name(*outcome))));
    told
}

fn table(rows: &[Row]) -> String {
    let mut lines = vec![["REPORT", "WAS", "WOULD BE", "RULES"].map(str::to_owned)];
    for row in rows
        .iter()
        .filter(|row| row.before != row.after || !row.rules.is_empty())
    {
        lines.push([
            row.report.clone(),
            outcome_name(row.before).to_owned(),
            outcome_name(row.after).to_owned(),
            row.rules.join(", "),
        ]);
    }
    let mut out = String::new();
    if lines.len() > 1 {
        let width = |column: usize| lines.iter().map(|l| l[column].chars().count()).max();
        let widths: Vec<usize> = (0..3).map(|column| width(column).unwrap_or(0)).collect();
        for [report, was, is, rules] in &lines {
            let line = format!(
                "{report:0$}  {was:1$}  {is:2$}  {rules}",
                widths[0], widths[1], widths[2]
            );
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out.push('\n');
    }
    let count = |holds: fn(&Row) -> bool| rows.iter().filter(|row| holds(row)).count();
    out.push_str(&format!(
        "{}: {} would be stopped that were not, {} would pass that were stopped, {} change \
         otherwise, {} stay as they are\n",
        counted(rows.len(), "report"),
        count(|row| stops(row.after) && !stops(row.before)),
        count(|row| !stops(row.after) && stops(row.before)),
        count(|row| stops(row.after) == stops(row.before)
            && (row.before != row.after || !row.rules.is_empty())),
        count(|row| row.before == row.after && row.rules.is_empty()),
    ));
    out
}
