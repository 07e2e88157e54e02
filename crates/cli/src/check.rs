//! `check`: configuration files, judged before anything runs.

use std::fs::File;
use std::io::{BufWriter, Read as _, Write};
use std::path::Path;

use anyhow::{Context as _, bail};

use lazaret_check::walk::Gathered;
use lazaret_check::{Check, Settings};
use lazaret_image::TargetRef;
use lazaret_model::{
    Decision, Gap, Misconfiguration, REPORT_SCHEMA, Report, Scanner, Target, TargetKind,
};
use lazaret_policy::Gate;
use lazaret_report::{Options, misconfiguration};

use crate::Verdict;
use crate::args::{CheckArgs, Listed};
use crate::bases::Bases;
use crate::policy::{self, Judge};
use crate::{console, credential, exposure, helm, scan};

pub(crate) fn run(args: &CheckArgs) -> anyhow::Result<Verdict> {
    run_with(args, &mut |_| {})
}

/// The same with the report changed by `tailor` before it is written.
pub(crate) fn run_with(
    args: &CheckArgs,
    tailor: &mut dyn FnMut(&mut Report),
) -> anyhow::Result<Verdict> {
    match args.list {
        Some(Listed::Checks) => return list(),
        Some(Listed::Secrets) => return credential::list(),
        None => {}
    }
    if let Some(id) = &args.explain {
        return explain(id);
    }
    let gate = Gate {
        fail_on: scan::conditions(&args.fail_on)?,
        fail_on_gaps: args.counts.fail_on_gaps,
        severities: args.counts.severity.clone(),
        ignore_unfixed: false,
        only: None,
    };
    let mut judge = Judge::of(&args.policy, gate)?;
    let settings = settings(args)?;
    let rules = scan::ignore_rules(&args.counts.ignore_file)?;
    let mut gathered = Gathered::default();
    for path in &args.paths {
        gather(path, &mut gathered)?;
    }
    if !args.no_helm {
        helm::render(&mut gathered);
    }
    if args.show_exposure {
        return exposure::run(args, &gathered);
    }
    judge = judge.with_workloads(&gathered.sources);
    let mut answers = lazaret_check::answers(&gathered.sources, &settings);
    answers.gaps.append(&mut gathered.gaps);
    answers.gaps.sort();
    let mut bases = Bases::default();
    if args.bases.base_images {
        judge = judge.with_policy();
        bases = Bases::examine(&gathered.sources, &settings, args, &judge)?;
        judge = judge.with_bases(bases.images());
    }
    let names: Vec<_> = args.paths.iter().map(|p| p.display().to_string()).collect();
    let name = names.join(" ");
    let mut report = Report {
        schema: REPORT_SCHEMA.into(),
        scanner: Scanner {
            name: "lazaret".into(),
            version: env!("CARGO_PKG_VERSION").into(),
        },
        target: Target {
            input: name.clone(),
            kind: TargetKind::Filesystem,
            name,
            ..Target::default()
        },
        database: None,
        packages: Vec::new(),
        findings: Vec::new(),
        misconfigurations: answers.misconfigurations,
        secrets: Vec::new(),
        licenses: Vec::new(),
        signs: Vec::new(),
        vex: Vec::new(),
        rebase: None,
        gaps: answers.gaps,
        decision: Decision::default(),
    };
    // A rule about something that is no misconfiguration is for other commands.
    rules.apply(&mut report, &scan::today());
    let uses = judge.excuse(&mut report);
    let decision = judge.decision(&report);
    // The policy has rules about base images; the gate sees what they say.
    if settings.wants(&lazaret_check::BASE_IMAGE) {
        bases.answer(&judge, args.show_passed, &mut report);
    }
    rules.apply(&mut report, &scan::today());
    judge.finish(&mut report, decision);
    tailor(&mut report);
    write(&report, &bases, args)?;
    policy::warn_of(&[uses])?;
    Ok(scan::verdict(&report))
}

fn settings(args: &CheckArgs) -> anyhow::Result<Settings> {
    for id in args.only.iter().chain(&args.skip) {
        if lazaret_check::check(id).is_empty() {
            bail!("`{id}` is no check; `lazaret check --list` lists them");
        }
    }
    let pair = |text: &String| {
        let (name, value) = text
            .split_once('=')
            .with_context(|| format!("`{text}` is no build argument; write NAME=VALUE"))?;
        anyhow::Ok((name.to_owned(), value.to_owned()))
    };
    Ok(Settings {
        today: Some(scan::today()),
        only: args.only.clone(),
        skip: args.skip.clone(),
        with_passed: args.show_passed,
        registries: args.allow_registry.clone(),
        denied: args.deny_image.clone(),
        build_args: args.build_arg.iter().map(pair).collect::<Result<_, _>>()?,
    })
}

/// Adds what the files of a directory that is scanned say; nothing for other targets.
pub(crate) fn directory(target: &str, report: &mut Report) -> anyhow::Result<()> {
    if report.target.kind != TargetKind::Filesystem {
        return Ok(());
    }
    let path = match TargetRef::parse(target)? {
        TargetRef::Dir(path) | TargetRef::RootFs(path) | TargetRef::Path(path) => path,
        _ => return Ok(()),
    };
    let mut gathered = Gathered::default();
    gathered.add(&path)?;
    helm::render(&mut gathered);
    let settings = Settings {
        today: Some(scan::today()),
        ..Settings::default()
    };
    let mut answers = lazaret_check::answers(&gathered.sources, &settings);
    answers.gaps.append(&mut gathered.gaps);
    // Everything else in the report of a directory counts paths from it.
    count_from(&path, &mut answers.misconfigurations, &mut answers.gaps);
    report
        .misconfigurations
        .append(&mut answers.misconfigurations);
    report.gaps.append(&mut answers.gaps);
    report.gaps.sort();
    report.gaps.dedup();
    Ok(())
}

/// Tells every place below `root` by its path from there.
pub(crate) fn count_from(root: &Path, found: &mut [Misconfiguration], gaps: &mut [Gap]) {
    for one in found {
        one.target = inside(root, &one.target);
    }
    for gap in gaps {
        gap.subject = inside(root, &gap.subject);
    }
}

/// A path below `root`, counted from it; any other text as it is.
fn inside(root: &Path, text: &str) -> String {
    let below = Path::new(text).strip_prefix(root).ok();
    let below = below.map(|p| p.to_string_lossy()).filter(|p| !p.is_empty());
    below.map_or_else(|| text.to_owned(), |p| p.into_owned())
}

fn gather(path: &Path, gathered: &mut Gathered) -> anyhow::Result<()> {
    if path.as_os_str() != "-" {
        return Ok(gathered.add(path)?);
    }
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .take(lazaret_check::walk::MAX_FILE + 1)
        .read_to_end(&mut bytes)
        .context("read standard input")?;
    if bytes.len() as u64 > lazaret_check::walk::MAX_FILE {
        bail!(
            "standard input is larger than {} bytes",
            lazaret_check::walk::MAX_FILE
        );
    }
    gathered.text("-", bytes);
    Ok(())
}

fn write(report: &Report, bases: &Bases, args: &CheckArgs) -> anyhow::Result<()> {
    let fallback = if args.output.is_some() {
        "json"
    } else {
        "table"
    };
    let name = args.format.as_deref().unwrap_or(fallback);
    let options = Options {
        width: if args.output.is_some() {
            80
        } else {
            scan::width()
        },
        color: args.output.is_none() && console::colors_report(),
        show_suppressed: args.show_suppressed,
        ..Options::default()
    };
    let render = |out: &mut dyn Write| match name {
        "table" => {
            misconfiguration::text(report, &options, out)?;
            Ok(bases.write(out)?)
        }
        name => match lazaret_report::by_name(name) {
            Some(format) => (format.render)(report, &options, out),
            None => Ok(()),
        },
    };
    match &args.output {
        None => {
            let mut out = BufWriter::new(std::io::stdout().lock());
            render(&mut out)?;
            out.flush()?;
        }
        Some(path) => {
            let doing = || format!("write {}", path.display());
            let mut out = BufWriter::new(File::create(path).with_context(doing)?);
            render(&mut out)?;
            out.flush().with_context(doing)?;
        }
    }
    Ok(())
}

fn list() -> anyhow::Result<Verdict> {
    let mut out = anstream::stdout();
    for check in lazaret_check::checks() {
        writeln!(
            out,
            "{}  {:10}  {:9}  {}",
            check.id,
            check.severity.name(),
            check.fix.name(),
            check.title
        )?;
    }
    Ok(Verdict::Allowed)
}

fn explain(id: &str) -> anyhow::Result<Verdict> {
    let found = lazaret_check::check(id);
    if found.is_empty() {
        if let Some(rule) = credential::rule(id) {
            return credential::explain(rule);
        }
        bail!(
            "`{id}` is no check and no rule for secrets; `lazaret check --list` and \
             `--list=secrets` list them"
        );
    }
    let mut out = anstream::stdout();
    for (at, check) in found.into_iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        tell(check, &mut out)?;
    }
    Ok(Verdict::Allowed)
}

fn tell(check: &Check, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "{}: {}", check.id, check.title)?;
    writeln!(out, "severity {}, fix {}", check.severity, check.fix)?;
    if !check.peers.is_empty() {
        writeln!(out, "also known as {}", check.peers.join(", "))?;
    }
    writeln!(out)?;
    for line in wrapped(check.about, scan::width().clamp(40, 100)) {
        writeln!(out, "{line}")?;
    }
    for (word, example) in [("Wrong:", check.bad), ("Right:", check.good)] {
        writeln!(out, "\n{word}\n")?;
        for line in example.lines() {
            writeln!(out, "    {line}")?;
        }
    }
    Ok(())
}

/// Text of ours in lines of at most `width` characters.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines
            .last_mut()
            .filter(|l| l.len() + 1 + word.len() <= width || l.is_empty());
        match last {
            Some(line) => {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}
