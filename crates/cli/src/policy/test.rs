//! `policy test`: a policy, facts, and what it must decide.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;

use lazaret_policy::{CaseFacts, cases};

use super::read;
use crate::args::TestArgs;
use crate::{Verdict, console, diff, scan};

pub(crate) fn run(args: &TestArgs) -> anyhow::Result<Verdict> {
    let policy = read(&args.policy)?;
    let mut out = anstream::stdout();
    let (mut good, mut bad) = (0, 0);
    for path in &args.files {
        let doing = || format!("read the tests in {}", path.display());
        let bytes = std::fs::read(path).with_context(doing)?;
        let name = path.display().to_string();
        let cases = cases(&name, &bytes, scan::now()).map_err(anyhow::Error::msg);
        for case in cases.context("read the tests")? {
            let report = match &case.facts {
                CaseFacts::Own(report) => report.as_ref().clone(),
                CaseFacts::File(file) => {
                    let beside = path.parent().unwrap_or(Path::new("")).join(file);
                    diff::read_report(&beside)
                        .with_context(|| format!("{}: `{}`", case.place, case.name))?
                }
            };
            let differences = case.differences(&policy, report);
            if differences.is_empty() {
                good += 1;
                if !console::is_quiet() {
                    writeln!(out, "ok    {}", case.name)?;
                }
                continue;
            }
            bad += 1;
            writeln!(out, "FAIL  {} ({})", case.name, case.place)?;
            for difference in differences {
                writeln!(out, "        {difference}")?;
            }
        }
    }
    writeln!(out, "{good} as expected, {bad} not")?;
    Ok(match bad {
        0 => Verdict::Allowed,
        _ => Verdict::Refused,
    })
}
