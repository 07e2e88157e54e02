//! `diff`: two targets or reports, what is new, what is gone, and why.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;

use lazaret_model::{REPORT_SCHEMA, Report};
use lazaret_policy::{Gate, decide, difference};
use lazaret_report::difference::table;

use crate::args::{DiffArgs, TargetArgs};
use crate::{Verdict, errors, scan};

pub(crate) fn run(args: &DiffArgs) -> anyhow::Result<Verdict> {
    let gate = Gate {
        fail_on: scan::conditions(&args.fail_on)?,
        ..Gate::default()
    };
    let before = side(args, &args.target.target)?;
    let mut after = side(args, &args.after)?;
    let difference = difference(&before, &after);
    let mut out = anstream::stdout().lock();
    if args.format == "json" {
        serde_json::to_writer_pretty(&mut out, &difference)?;
        writeln!(out)?;
    } else {
        table(&difference, scan::width(), &mut out)?;
    }
    after.findings = difference.new.into_iter().map(|one| one.finding).collect();
    after.gaps.clear();
    after.decision = decide(&after, &gate);
    Ok(scan::verdict(&after))
}

/// The report of one side: as it is in its file, or made now.
fn side(args: &DiffArgs, name: &str) -> anyhow::Result<Report> {
    let path = Path::new(name);
    if path.is_file()
        && let Some(report) = report_in(path)?
    {
        return Ok(report);
    }
    let target = TargetArgs {
        target: name.to_owned(),
        ..args.target.clone()
    };
    scan::report(&target, &args.matching, &scan::today())
}

/// The report in a file; `None` where the file is something else.
fn report_in(path: &Path) -> anyhow::Result<Option<Report>> {
    use std::io::Read as _;
    let told = || errors::read(path);
    // Archives are large, and a report begins with a brace.
    let mut first = [0; 1];
    let mut file = std::fs::File::open(path).with_context(told)?;
    if file.read(&mut first).with_context(told)? == 0 || first != *b"{" {
        return Ok(None);
    }
    let bytes = std::fs::read(path).with_context(told)?;
    let value: serde_json::Value = serde_json::from_slice(&bytes).with_context(told)?;
    if value.get("schema").and_then(|s| s.as_str()) != Some(REPORT_SCHEMA) {
        return Ok(None);
    }
    let report = serde_json::from_value(value)
        .with_context(|| format!("{} is a report that cannot be understood", path.display()))?;
    Ok(Some(report))
}

/// The report in a file that must be one.
pub(crate) fn read_report(path: &Path) -> anyhow::Result<Report> {
    let none = || anyhow::anyhow!("it has no schema {REPORT_SCHEMA}");
    report_in(path)?.ok_or_else(none).with_context(|| {
        errors::doing(
            format!("{} is no report of lazaret", path.display()),
            "lazaret scan TARGET -f json -o FILE, which makes one",
        )
    })
}
