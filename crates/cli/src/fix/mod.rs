//! `fix`: what can be mended is mended, and proven.

mod images;
mod message;
mod packages;
mod propose;
mod work;

use std::io::Write as _;

use lazaret_advisory::Db;
use lazaret_model::{Finding, Inventory, Report};
use lazaret_policy::IgnoreRules;

use crate::args::FixArgs;
use crate::{Verdict, console, database, diff, errors, scan};
use message::Message;
use work::Work;

/// What everything is matched with.
struct Knowledge<'a> {
    args: &'a FixArgs,
    database: Db,
    rules: IgnoreRules,
    today: String,
    /// The report that says what is to be mended, where one was given.
    report: Option<Report>,
}

impl Knowledge<'_> {
    /// What counts against an inventory.
    fn findings(&self, inventory: Inventory) -> anyhow::Result<Vec<Finding>> {
        let matching = &self.args.matching;
        let mut report = scan::examine(inventory, &self.database, matching, &self.today)?;
        self.rules.apply(&mut report, &self.today);
        report.findings.retain(|f| f.suppressed.is_none());
        Ok(report.findings)
    }
}

pub(crate) fn run(args: &FixArgs) -> anyhow::Result<Verdict> {
    let report = match &args.report {
        Some(path) => Some(diff::read_report(path)?),
        None => None,
    };
    let knowledge = Knowledge {
        args,
        database: database::open(args.matching.database.db.as_deref())?,
        rules: scan::ignore_rules(&args.ignore_file)?,
        today: scan::today(),
        report,
    };
    let mut work = Work::gather(&args.paths)?;
    let mut message = Message::default();
    images::plan(&knowledge, &mut work, &mut message)?;
    images::pin(&knowledge, &mut work, &mut message);
    packages::plan(&knowledge, &mut work, &mut message)?;
    checks(&knowledge, &mut work, &mut message);
    let mut proposed = None;
    if let Some(wanted) = &args.pull_request {
        proposed = propose::run(args, wanted, &work, &message)?;
    }
    if args.write {
        work.write()?;
    } else if args.pull_request.is_none() {
        let mut out = std::io::stdout().lock();
        out.write_all(work.patch()?.as_bytes())?;
        out.flush()?;
    }
    if !console::is_quiet() {
        let mut err = anstream::stderr();
        err.write_all(message.text(&work).as_bytes())?;
        if let Some(proposed) = proposed {
            let how = if proposed.created {
                "opened"
            } else {
                "renewed"
            };
            writeln!(err, "{how}: {}", errors::visible(&proposed.url))?;
        }
    }
    Ok(Verdict::Allowed)
}

/// Mends what checks know how to mend.
fn checks(knowledge: &Knowledge<'_>, work: &mut Work, message: &mut Message) {
    let settings = lazaret_check::Settings {
        today: Some(knowledge.today.clone()),
        ..lazaret_check::Settings::default()
    };
    for (name, file) in work.files() {
        let Ok(now) = file.with(&[]) else { continue };
        let mut source = lazaret_check::Source::new(name.as_str(), now);
        source.named = file.is_named();
        let is_wanted = |id: &str, line: u32| match &knowledge.report {
            None => true,
            Some(report) => report.misconfigurations.iter().any(|m| {
                let same = m.id == id && m.line == line && m.target.ends_with(name.as_str());
                same && m.counts()
            }),
        };
        let mending = lazaret_fix::mend(&source, &settings, &is_wanted);
        if let Err(error) = file.add_on_top(mending.edits) {
            message.left(format!("{name}: {error}"));
            continue;
        }
        for mended in mending.mended {
            message.mended(format!(
                "{name}:{}: {} {}",
                mended.line, mended.id, mended.message
            ));
        }
    }
}
