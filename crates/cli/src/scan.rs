//! `scan` and `sbom`.

use std::fs::File;
use std::io::{BufWriter, ErrorKind, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use lazaret_advisory::Db;
use lazaret_image::Platforms;
use lazaret_match::MatchOptions;
use lazaret_model::{Inventory, Outcome, Report};
use lazaret_policy::{FailOn, Gate, IgnoreRules, Owner, Unused, hide_known};
use lazaret_report::Options;
use lazaret_report::format::Format;
use lazaret_report::sbom::{self, SbomFormat};
use lazaret_scan::{Forbidden, Look, add_licenses, inventory_report};

use crate::Verdict;
use crate::args::{GateArgs, MatchArgs, OutputArgs, SbomArgs, ScanArgs, Scanner, TargetArgs};
use crate::policy::{self, Judge};
use crate::signing::Trust;
use crate::targets::Wants;
use crate::{
    age, base, check, console, database, diff, errors, pipeline, platforms, rebase, targets, vex,
};
use lazaret_model::nearest;

/// Ignore files that are read from the working directory by themselves.
const IGNORE_FILES: [&str; 3] = [".trivyignore", ".trivyignore.yaml", ".grype.yaml"];

pub(crate) fn scan(args: &ScanArgs) -> anyhow::Result<Verdict> {
    scan_with(args, &mut |_| {})
}

/// The same with every report changed by `tailor` before it is judged.
pub(crate) fn scan_with(
    args: &ScanArgs,
    tailor: &mut dyn FnMut(&mut Report),
) -> anyhow::Result<Verdict> {
    // What can be wrong with the arguments is told before minutes of work.
    let judge = Judge::of(&args.policy, gate(&args.gate)?)?;
    let outputs = outputs(&args.output)?;
    pipeline::check(&args.output)?;
    let today = today();
    let rules = ignore_rules(&args.gate.counts.ignore_file)?;
    let baseline = match &args.gate.baseline {
        Some(path) => Some((diff::read_report(path)?, path.display().to_string())),
        None => None,
    };
    let all = args.target.platform == Some(Platforms::All);
    for (format, path) in outputs.iter().filter(|_| all) {
        platforms::check(format.name, path.as_deref())?;
    }
    let database = match args.gate.scanners.contains(&Scanner::Vuln) {
        true => Some(database::open(args.matching.database.db.as_deref())?),
        false => None,
    };
    if args.rebase.rebase_on.is_some() && database.is_none() {
        let what = "--rebase-on compares vulnerabilities, and they are not looked for";
        return Err(errors::refused(what, "--scanners vuln"));
    }
    let mut reports = Vec::new();
    let mut unused: Option<Vec<Unused>> = None;
    let mut uses = Vec::new();
    let look = look(&args.gate.scanners);
    let forbidden = Forbidden::read(&args.gate.license_forbid);
    let target = TargetArgs {
        signing: Trust::of(&args.signatures, judge.signers())?,
        ..args.target.clone()
    };
    let wants = vex::wants(&args.matching.vex, look);
    let mut inventories = targets::inventories(&target, wants)?;
    base::attribute(&args.base, &args.target, &mut inventories)?;
    base::warn(&args.gate, &inventories)?;
    for mut inventory in inventories {
        let texts = std::mem::take(&mut inventory.license_texts);
        let image = args.rebase.rebase_on.as_ref().map(|_| inventory.clone());
        let mut report = match &database {
            Some(database) => examine(inventory, database, &args.matching, &today)?,
            None => inventory_report(inventory),
        };
        if look.licenses {
            add_licenses(&mut report, texts, &forbidden);
        }
        if args.gate.scanners.contains(&Scanner::Misconfig) {
            check::directory(&args.target.target, &mut report)?;
        }
        let idle = rules.apply(&mut report, &today);
        // A rule that one platform needs is not unused.
        match &mut unused {
            Some(unused) => unused.retain(|rule| idle.contains(rule)),
            None => unused = Some(idle),
        }
        if let Some((baseline, name)) = &baseline {
            hide_known(&mut report, baseline, name);
        }
        if let (Some(name), Some(image), Some(database)) =
            (&args.rebase.rebase_on, &image, &database)
        {
            let rules = rebase::Rules {
                database,
                today: &today,
                ignore: &rules,
                baseline: baseline.as_ref(),
            };
            report.rebase = Some(rebase::on(name, args, image, &report, &rules)?);
        }
        tailor(&mut report);
        uses.push(judge.judge(&mut report));
        reports.push(report);
    }
    let of: Vec<_> = reports.iter().map(|r| r.target.platform.clone()).collect();
    for (format, path) in &outputs {
        let mut write = |number: usize, path: Option<&Path>| {
            write_report(&reports[number], format, path, &args.output)
        };
        let written = match all {
            true => platforms::each(format.name, path.as_deref(), &of, &mut write),
            false => write(0, path.as_deref()),
        };
        // The other outputs are written, and the gate decides, whoever reads this one.
        errors::unless_gone(written)?;
    }
    policy::warn_of(&uses)?;
    if !console::is_quiet() {
        let mut err = anstream::stderr();
        for rule in unused.into_iter().flatten() {
            writeln!(
                err,
                "warning: {} ignores {}, but {}",
                rule.place, rule.rule, rule.why
            )?;
        }
    }
    let verdicts: Vec<Verdict> = reports.iter().map(verdict).collect();
    Ok([Verdict::Refused, Verdict::Incomplete]
        .into_iter()
        .find(|worst| verdicts.contains(worst))
        .unwrap_or(Verdict::Allowed))
}

pub(crate) fn verdict(report: &Report) -> Verdict {
    let decision = &report.decision;
    if decision.outcome <= Outcome::Warn {
        return Verdict::Allowed;
    }
    let stops = decision
        .reasons
        .iter()
        .filter(|r| r.outcome > Outcome::Warn);
    // What only gaps speak against is incomplete, not bad.
    match stops.clone().count() > 0 && stops.into_iter().all(|r| r.about == "gap") {
        true => Verdict::Incomplete,
        false => Verdict::Refused,
    }
}

/// What is looked for while layers stream by.
fn look(scanners: &[Scanner]) -> Look {
    Look {
        secrets: scanners.contains(&Scanner::Secret),
        licenses: scanners.contains(&Scanner::License),
        signs: scanners.contains(&Scanner::Tampering),
        misconfigurations: scanners.contains(&Scanner::Misconfig),
        // Statements are no scanner of their own: `--vex inside` asks for them.
        statements: false,
    }
}

/// The conditions of --fail-on.
pub(crate) fn conditions(texts: &[String]) -> anyhow::Result<Vec<FailOn>> {
    let named = texts.iter().filter(|text| *text != "none");
    let conditions: Result<_, _> = named.map(|text| text.parse()).collect();
    conditions.context("--fail-on")
}

fn gate(args: &GateArgs) -> anyhow::Result<Gate> {
    let fail_on = conditions(&args.fail_on)?;
    Ok(Gate {
        fail_on,
        fail_on_gaps: args.counts.fail_on_gaps,
        severities: args.counts.severity.clone(),
        ignore_unfixed: args.ignore_unfixed,
        only: match (args.ignore_base, args.only_base) {
            (true, true) => {
                let what = "--ignore-base and --only-base together leave nothing";
                return Err(errors::refused(what, "one of them"));
            }
            (true, false) => Some(Owner::App),
            (false, true) => Some(Owner::Base),
            (false, false) => None,
        },
    })
}

/// The report of a target, before any rule of people is applied.
pub(crate) fn report(
    target: &TargetArgs,
    matching: &MatchArgs,
    today: &str,
) -> anyhow::Result<Report> {
    let database = database::open(matching.database.db.as_deref())?;
    let wants = vex::wants(&matching.vex, Look::default());
    let inventory = targets::inventory(target, wants)?;
    examine(inventory, &database, matching, today)
}

/// How the arguments want matching done.
pub(crate) fn options(matching: &MatchArgs, today: &str) -> MatchOptions {
    MatchOptions {
        today: Some(today.to_owned()),
        strict: matching.strict,
        as_of: matching.db_as_of.clone(),
    }
}

pub(crate) fn examine(
    mut inventory: Inventory,
    database: &Db,
    matching: &MatchArgs,
    today: &str,
) -> anyhow::Result<Report> {
    let options = options(matching, today);
    let carried = std::mem::take(&mut inventory.vex);
    let mut report = lazaret_scan::examine(inventory, database, &options)?;
    if let Some(gap) = age::gap(database.info(), &matching.age.max_db_age) {
        report.gaps.push(gap);
        report.gaps.sort();
    }
    let mut documents = vex::documents(&matching.vex, &report)?;
    documents.extend(vex::carried(&matching.vex, &carried, &mut report));
    lazaret_vex::apply(&mut report, &documents);
    Ok(report)
}

/// Today's date in UTC, `YYYY-MM-DD`.
pub(crate) fn today() -> String {
    now().strftime("%Y-%m-%d").to_string()
}

/// The time; `SOURCE_DATE_EPOCH` stands in for the clock where it is set.
pub(crate) fn now() -> jiff::Timestamp {
    let fixed = std::env::var("SOURCE_DATE_EPOCH")
        .ok()
        .and_then(|t| t.parse::<i64>().ok());
    fixed
        .and_then(|t| jiff::Timestamp::from_second(t).ok())
        .unwrap_or_else(jiff::Timestamp::now)
}

pub(crate) fn ignore_rules(named: &[PathBuf]) -> anyhow::Result<IgnoreRules> {
    let mut rules = IgnoreRules::default();
    let found = IGNORE_FILES
        .iter()
        .map(PathBuf::from)
        .filter(|p| named.is_empty() && p.is_file());
    for path in named.iter().cloned().chain(found) {
        console::detail(format_args!("ignore file: {}", path.display()));
        let bytes = std::fs::read(&path).with_context(|| errors::read(&path))?;
        let name = path
            .file_name()
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default();
        rules.add(&name, &bytes).with_context(|| {
            errors::doing(
                format!("understand the ignore file {}", path.display()),
                match name.ends_with("yaml") {
                    true => "an entry such as - id: CVE-2024-1234",
                    false => "a line such as CVE-2024-1234 exp:2026-12-31",
                },
            )
        })?;
    }
    Ok(rules)
}

fn format_named(name: &str) -> anyhow::Result<&'static Format> {
    lazaret_report::by_name(name).with_context(|| {
        let known: Vec<&str> = lazaret_report::ALL.iter().map(|f| f.name).collect();
        format!("`{name}` is no format; known are {}", known.join(", "))
    })
}

/// Formats and where they go; `None` is standard output.
fn outputs(args: &OutputArgs) -> anyhow::Result<Vec<(&'static Format, Option<PathBuf>)>> {
    let mut outputs = Vec::new();
    let mut bare = false;
    for output in &args.output {
        match output
            .split_once('=')
            .filter(|(name, _)| lazaret_report::by_name(name).is_some())
        {
            Some((name, file)) => outputs.push((format_named(name)?, Some(PathBuf::from(file)))),
            None => {
                misspelt(output)?;
                bare = true;
                let name = args.format.as_deref().unwrap_or("json");
                outputs.push((format_named(name)?, Some(PathBuf::from(output))));
            }
        }
    }
    for path in outputs.iter().filter_map(|(_, path)| path.as_deref()) {
        writable(path)?;
    }
    // A file without a format takes the place of standard output.
    if !bare {
        outputs.push((
            format_named(args.format.as_deref().unwrap_or("table"))?,
            None,
        ));
    }
    Ok(outputs)
}

/// Refuses `josn=FILE`, which nobody means as the name of a file.
fn misspelt(output: &str) -> anyhow::Result<()> {
    let Some((name, file)) = output.split_once('=') else {
        return Ok(());
    };
    match nearest(name, lazaret_report::ALL.iter().map(|format| format.name)) {
        Some(near) => Err(errors::refused(
            format!("`{name}` is no format; `{near}` is"),
            format!("-o {near}={file}, or -o ./{output} for a file of that name"),
        )),
        None => Ok(()),
    }
}

/// Says before minutes of work that a report cannot be written.
fn writable(path: &Path) -> anyhow::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    let (kind, why) = match folder {
        _ if path.is_dir() => (ErrorKind::IsADirectory, "it is a directory"),
        Some(folder) if !folder.exists() => (ErrorKind::NotFound, "its directory is not there"),
        _ => return Ok(()),
    };
    Err(std::io::Error::new(kind, why)).with_context(|| errors::write(path))
}

/// Columns of a page that goes to no terminal.
const WIDTH: usize = 80;

/// Columns of standard output; `COLUMNS` stands in for the terminal's own.
pub(crate) fn width() -> usize {
    let stated = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let is_terminal = std::io::stdout().is_terminal();
    let measured = || is_terminal.then(terminal_size::terminal_size).flatten();
    stated
        .or_else(|| measured().map(|(width, _)| usize::from(width.0)))
        .unwrap_or(WIDTH)
}

fn write_report(
    report: &Report,
    format: &Format,
    path: Option<&Path>,
    args: &OutputArgs,
) -> anyhow::Result<()> {
    // A terminal's width says nothing about a file.
    let width = if path.is_some() { WIDTH } else { width() };
    let options = Options {
        width,
        color: path.is_none() && console::colors_report(),
        ..pipeline::options(format.name, args)?
    };
    match path {
        None => {
            let mut out = BufWriter::new(std::io::stdout().lock());
            (format.render)(report, &options, &mut out)?;
            out.flush()?;
        }
        Some(path) => {
            let file = File::create(path).with_context(|| errors::write(path))?;
            let mut out = BufWriter::new(file);
            (format.render)(report, &options, &mut out).with_context(|| errors::write(path))?;
            out.flush().with_context(|| errors::write(path))?;
        }
    }
    Ok(())
}

pub(crate) fn sbom(args: &SbomArgs) -> anyhow::Result<Verdict> {
    sbom_with(args, &mut |_| {})
}

/// The same with every inventory changed by `tailor` before it is written.
pub(crate) fn sbom_with(
    args: &SbomArgs,
    tailor: &mut dyn FnMut(&mut Inventory),
) -> anyhow::Result<Verdict> {
    let format = SbomFormat::ALL
        .into_iter()
        .find(|f| f.name() == args.format)
        .with_context(|| {
            let known: Vec<&str> = SbomFormat::ALL.into_iter().map(SbomFormat::name).collect();
            format!(
                "`{}` is no format of a bill of materials; known are {}",
                args.format,
                known.join(", ")
            )
        })?;
    let all = args.target.platform == Some(Platforms::All);
    if all {
        platforms::check(format.name(), args.output.as_deref())?;
    }
    let mut inventories = targets::inventories(&args.target, Wants::default())?;
    base::attribute(&args.base, &args.target, &mut inventories)?;
    inventories.iter_mut().for_each(tailor);
    let of: Vec<_> = inventories
        .iter()
        .map(|i| i.target.platform.clone())
        .collect();
    let mut write =
        |number: usize, path: Option<&Path>| write_sbom(&inventories[number], format, path);
    match all {
        true => platforms::each(format.name(), args.output.as_deref(), &of, &mut write)?,
        false => write(0, args.output.as_deref())?,
    }
    Ok(Verdict::Allowed)
}

fn write_sbom(
    inventory: &Inventory,
    format: SbomFormat,
    path: Option<&Path>,
) -> anyhow::Result<()> {
    let options = Options::default();
    match path {
        Some(path) => {
            let file = File::create(path).with_context(|| errors::write(path))?;
            let mut out = BufWriter::new(file);
            sbom::write(inventory, format, &options, &mut out)
                .with_context(|| errors::write(path))?;
            out.flush().with_context(|| errors::write(path))?;
        }
        None => {
            let mut out = BufWriter::new(std::io::stdout().lock());
            sbom::write(inventory, format, &options, &mut out)?;
            out.flush()?;
        }
    }
    Ok(())
}
