//! The `lazaret` command: arguments, settings, calls, exit code.
//!
//! Reports go to standard output, everything else to standard error. Exit codes: 0 done
//! and allowed, 1 done and refused, 2 could not be done, 3 done but incomplete where
//! gaps are forbidden.

mod advice;
mod age;
mod args;
mod attached;
mod audit;
mod base;
mod bases;
mod check;
mod config;
mod console;
mod credential;
mod database;
mod debug;
mod delta;
mod demo;
mod deployed;
mod diff;
mod doctor;
mod documents;
mod edge;
mod errors;
mod explain;
mod exposure;
mod fix;
mod gate;
mod helm;
mod journal;
mod pipeline;
mod platforms;
mod policy;
mod progress;
mod rebase;
mod reference;
mod rematch;
mod sample;
mod scan;
mod serve;
mod settings;
mod signing;
mod single;
mod stated;
mod targets;
mod trivy;
mod unlooked;
mod update;
mod vex;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{CommandFactory as _, FromArgMatches as _};

use args::{Args, AuditCommand, Command, VexCommand};

/// What a command ends with when nothing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Done and allowed.
    Allowed,
    /// Done, and the policy says no.
    Refused,
    /// Done, but incomplete where that is forbidden.
    Incomplete,
    /// Done, with the exit code that somebody asked for.
    Code(u8),
}

fn main() -> ExitCode {
    let words = trivy::spelt_out(std::env::args_os().collect());
    let outcome = match parse(&words) {
        Ok(Ok(args)) => run(args),
        Ok(Err(code)) => return code,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(Verdict::Allowed) => ExitCode::SUCCESS,
        Ok(Verdict::Refused) => ExitCode::from(1),
        Ok(Verdict::Incomplete) => ExitCode::from(3),
        Ok(Verdict::Code(code)) => ExitCode::from(code),
        // Whoever read our output has gone; that is no failure of ours.
        Err(error) if errors::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            errors::show(&error);
            ExitCode::from(2)
        }
    }
}

/// From words to arguments, with the settings of the environment and of the file. Help,
/// the version and words that make no sense are answered here; then there is a code.
pub(crate) fn parse(words: &[OsString]) -> anyhow::Result<Result<Args, ExitCode>> {
    let command = Args::command();
    let file = settings::find(words, &command)?;
    let with_settings = settings::apply(command.clone(), file.as_ref());
    let parsed = with_settings
        .try_get_matches_from(words)
        .and_then(|matches| Args::from_arg_matches(&matches));
    // What is behind `trivy` says how much is said.
    if let Ok(args) = &parsed
        && !matches!(args.command, Command::Trivy { .. })
    {
        console::set(&args.console);
        match &file {
            Some(file) => console::detail(format_args!("settings: {}", file.path().display())),
            None => console::detail(format_args!("settings: no lazaret.yaml")),
        }
    }
    Ok(parsed.map_err(|error| {
        let _ = error.print();
        if let Some(origin) = settings::culprit(&error, words, &command, file.as_ref()) {
            let _ = writeln!(anstream::stderr(), "\nThe value is from {origin}.");
        }
        ExitCode::from(if error.use_stderr() { 2 } else { 0 })
    }))
}

fn run(args: Args) -> anyhow::Result<Verdict> {
    match args.command {
        Command::Scan(scan) => scan::scan(&scan),
        Command::Sbom(sbom) => scan::sbom(&sbom),
        Command::Check(args) => check::run(&args),
        Command::Fix(args) => fix::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Explain(explain) => explain::run(&explain),
        Command::Db(db) => database::run(db.command),
        Command::Verify(args) => signing::run(&args),
        Command::Policy(args) => policy::run(&args.command),
        Command::Vex(vex) => match vex.command {
            VexCommand::Init(init) => vex::init(&init),
        },
        Command::Audit(audit) => match audit.command {
            AuditCommand::Verify(args) => audit::verify(&args),
        },
        Command::Serve(serve) => serve::run(&serve, &args.console),
        Command::Demo(demo) => demo::run(&demo, &args.console),
        Command::Debug(debug) => debug::run(debug.command),
        Command::Edge(edge) => edge::run(&edge, &args.console),
        Command::Gate(gate) => gate::run(&gate, &args.console),
        Command::Config(shown) => config::run(&shown),
        Command::Doctor(doctor) => doctor::run(&doctor),
        Command::Completion { shell } => {
            let mut out = anstream::stdout();
            clap_complete::generate(shell, &mut Args::command(), "lazaret", &mut out);
            Ok(Verdict::Allowed)
        }
        Command::Man { out: None } => {
            clap_mangen::Man::new(Args::command()).render(&mut anstream::stdout())?;
            Ok(Verdict::Allowed)
        }
        Command::Man { out: Some(dir) } => {
            let doing = || {
                errors::doing(
                    format!("write the manual pages to {}", dir.display()),
                    "lazaret man --out man",
                )
            };
            std::fs::create_dir_all(&dir)
                .and_then(|()| clap_mangen::generate_to(Args::command(), &dir))
                .with_context(doing)?;
            Ok(Verdict::Allowed)
        }
        Command::Trivy { words } => trivy::run(&words, &args.console),
        Command::Version => {
            writeln!(anstream::stdout(), "lazaret {}", env!("CARGO_PKG_VERSION"))?;
            Ok(Verdict::Allowed)
        }
    }
}
