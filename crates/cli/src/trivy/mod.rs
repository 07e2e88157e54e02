//! `trivy`: takes what pipelines pass to Trivy.
//!
//! The words, the variables and `trivy.yaml` become words of lazaret's own commands, which
//! then run as if a person had typed them. What Trivy would do and lazaret does not is said.

mod flags;
mod tailor;
mod translate;
mod words;

use std::ffi::OsString;
use std::io::Write as _;

use anyhow::Context as _;
use lazaret_model::nearest;

use crate::args::{Args, Command, ConsoleArgs};
use crate::{Verdict, check, console, errors, scan, update};

use tailor::Tailor;
use translate::{Kind, Plan};
use words::Values;

/// What is looked at, by Trivy's name of the command.
const COMMANDS: [(&str, Kind); 10] = [
    ("image", Kind::Image),
    ("i", Kind::Image),
    ("filesystem", Kind::Tree),
    ("fs", Kind::Tree),
    ("repository", Kind::Tree),
    ("repo", Kind::Tree),
    ("rootfs", Kind::RootFs),
    ("config", Kind::Config),
    ("conf", Kind::Config),
    ("sbom", Kind::Sbom),
];

/// Commands of Trivy's that do not exist here, each with what does.
const ABSENT: [(&str, &str); 11] = [
    ("aws", "lazaret check PATH, for what is in files"),
    ("client", "lazaret trivy image NAME: it scans by itself"),
    ("convert", "the scan again, with the other --format"),
    ("k8s", "lazaret check PATH, for manifests"),
    ("kubernetes", "lazaret check PATH, for manifests"),
    ("module", "lazaret trivy image NAME: there are no modules"),
    ("plugin", "lazaret trivy image NAME: there are no plugins"),
    ("registry", "docker login HOST, which is heard"),
    ("server", "lazaret --help, for its own services"),
    ("vex", "lazaret scan TARGET --vex FILE"),
    (
        "vm",
        "lazaret trivy rootfs PATH, with the disk mounted there",
    ),
];

/// The words with `trivy` in its place where the program itself is called so.
pub(crate) fn spelt_out(mut words: Vec<OsString>) -> Vec<OsString> {
    let called = words.first().map(std::path::PathBuf::from);
    let stem = called.as_deref().and_then(|path| path.file_stem());
    if stem.is_some_and(|stem| stem == "trivy") {
        words[0] = "lazaret".into();
        words.insert(1, "trivy".into());
    }
    words
}

/// Runs what was typed behind `trivy`.
///
/// # Errors
/// When a word makes no sense, asks for what does not exist, or the scan fails.
pub(crate) fn run(words: &[OsString], outer: &ConsoleArgs) -> anyhow::Result<Verdict> {
    let mut typed: Vec<String> = Vec::new();
    for word in words {
        let text = word
            .to_str()
            .context("a word on the command line is not UTF-8")?;
        typed.push(text.to_owned());
    }
    for (asked, word) in [(outer.quiet, "--quiet"), (outer.verbose, "--debug")] {
        if asked {
            typed.insert(0, word.to_owned());
        }
    }
    if typed.is_empty()
        || typed
            .iter()
            .any(|w| w == "--help" || w == "-h" || w == "help")
    {
        write!(anstream::stdout(), "{}", flags::help())?;
        return Ok(Verdict::Allowed);
    }
    if typed
        .iter()
        .any(|w| w == "--version" || w == "-v" || w == "version")
    {
        writeln!(
            anstream::stdout(),
            "Version: lazaret {}",
            env!("CARGO_PKG_VERSION")
        )?;
        return Ok(Verdict::Allowed);
    }
    let mut values = words::read(&typed)?;
    let variables = std::env::vars_os();
    let variables =
        variables.filter_map(|(n, v)| Some((n.into_string().ok()?, v.into_string().ok()?)));
    words::environment(&mut values, variables)?;
    words::file(&mut values)?;
    carry_out(&values)
}

fn carry_out(values: &Values) -> anyhow::Result<Verdict> {
    let idle = words::fates(values)?;
    if values.is_on("download-db-only") {
        return follow(
            &["lazaret".to_owned(), "db".to_owned(), "update".to_owned()],
            values,
            idle,
        );
    }
    let Some(named) = values.operands.first() else {
        return Err(errors::refused(
            "no command of Trivy's is named",
            "lazaret trivy image NAME, fs PATH, rootfs PATH, repo PATH, config PATH or sbom FILE",
        ));
    };
    let known = COMMANDS.iter().find(|(name, _)| name == named);
    let Some((_, kind)) = known else {
        return absent(named);
    };
    if values.is_on("download-java-db-only") {
        return Ok(Verdict::Allowed);
    }
    if let ("repo" | "repository", Some(place)) = (named.as_str(), values.operands.get(1))
        && !std::path::Path::new(place).exists()
        && place.contains('/')
    {
        return Err(errors::refused(
            format!("the repository {place} is not here, and lazaret does not clone"),
            format!("git clone {place} repository && lazaret trivy repo repository"),
        ));
    }
    let plan = translate::plan(*kind, values)?;
    let mut tailor = Tailor::of(values, &plan.name)?;
    tell(&plan, values, idle, |args| match args.command {
        Command::Scan(scan) => {
            let verdict = scan::scan_with(&scan, &mut |report| tailor.apply(report))?;
            Ok(code(verdict, plan.code, tailor.end_of_life()))
        }
        Command::Check(check) => {
            let root = std::path::Path::new(&plan.name);
            let verdict = check::run_with(&check, &mut |report| {
                check::count_from(root, &mut report.misconfigurations, &mut report.gaps);
            })?;
            Ok(code(verdict, plan.code, 0))
        }
        Command::Sbom(sbom) => scan::sbom_with(&sbom, &mut |inventory| {
            inventory.packages = tailor.packages(std::mem::take(&mut inventory.packages));
        }),
        _ => Ok(Verdict::Allowed),
    })
}

/// Trivy's exit code: that of `--exit-code` when something is reported, else 0.
fn code(verdict: Verdict, when_found: u8, end_of_life: u8) -> Verdict {
    match verdict {
        Verdict::Refused if when_found > 0 => Verdict::Code(when_found),
        _ => Verdict::Code(end_of_life),
    }
}

fn absent(named: &str) -> anyhow::Result<Verdict> {
    let known = ABSENT.iter().find(|(name, _)| *name == named);
    if let Some((_, instead)) = known {
        return Err(errors::refused(
            format!("Trivy's command {named} does not exist here"),
            *instead,
        ));
    }
    if named == "clean" {
        return Ok(Verdict::Allowed);
    }
    let names = COMMANDS
        .iter()
        .map(|(name, _)| *name)
        .filter(|n| n.len() > 1);
    Err(errors::refused(
        format!("`{named}` is no command of Trivy's that is known here"),
        match nearest(named, names) {
            Some(near) => format!("lazaret trivy {near}"),
            None => "lazaret trivy --help".to_owned(),
        },
    ))
}

fn follow(
    words: &[String],
    values: &Values,
    idle: Vec<(&'static str, &'static str)>,
) -> anyhow::Result<Verdict> {
    let plan = Plan {
        words: words.to_vec(),
        notes: Vec::new(),
        code: 0,
        name: String::new(),
    };
    tell(&plan, values, idle, |args| match args.command {
        Command::Db(db) => match db.command {
            crate::args::DbCommand::Update(args) => update::run(&args).map(|()| Verdict::Allowed),
            _ => Ok(Verdict::Allowed),
        },
        _ => Ok(Verdict::Allowed),
    })
}

/// Understands the words as lazaret's own, says what is not done, and goes on.
fn tell(
    plan: &Plan,
    values: &Values,
    idle: Vec<(&'static str, &'static str)>,
    then: impl FnOnce(Args) -> anyhow::Result<Verdict>,
) -> anyhow::Result<Verdict> {
    let words: Vec<OsString> = plan.words.iter().map(OsString::from).collect();
    let args = match crate::parse(&words)? {
        Ok(args) => args,
        Err(_) => return Ok(Verdict::Code(2)),
    };
    if !console::is_quiet() {
        let mut err = anstream::stderr();
        for note in &plan.notes {
            writeln!(err, "note: {note}")?;
        }
        for (name, why) in idle {
            writeln!(err, "note: --{name} does nothing here: {why}")?;
        }
        for stranger in &values.strangers {
            writeln!(err, "warning: nothing here reads {stranger}")?;
        }
    }
    then(args)
}
