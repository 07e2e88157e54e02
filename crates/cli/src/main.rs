//! The `lazaret` command: arguments, settings, calls, exit code.
//!
//! Reports go to standard output, everything else to standard error. Exit codes: 0 done
//! and allowed, 1 done and refused, 2 could not be done, 3 done but incomplete where
//! gaps are forbidden.

mod args;
mod database;
mod debug;
mod delta;
mod doctor;
mod errors;
mod platforms;
mod progress;
mod sample;
mod scan;
mod targets;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Args, Command};

/// What a command ends with when nothing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Done and allowed.
    Allowed,
    /// Done, and the policy says no.
    Refused,
    /// Done, but incomplete where that is forbidden.
    Incomplete,
}

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    match run(args) {
        Ok(Verdict::Allowed) => ExitCode::SUCCESS,
        Ok(Verdict::Refused) => ExitCode::from(1),
        Ok(Verdict::Incomplete) => ExitCode::from(3),
        // Whoever read our output has gone; that is no failure of ours.
        Err(error) if errors::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            errors::show(&error);
            ExitCode::from(2)
        }
    }
}

fn run(args: Args) -> anyhow::Result<Verdict> {
    match args.command {
        Command::Scan(scan) => scan::scan(&scan),
        Command::Sbom(sbom) => scan::sbom(&sbom),
        Command::Explain(explain) => scan::explain(&explain),
        Command::Db(db) => database::run(db.command),
        Command::Debug(debug) => debug::run(debug.command),
        Command::Doctor(doctor) => doctor::run(&doctor),
        Command::Completion { shell } => {
            let mut out = anstream::stdout();
            clap_complete::generate(shell, &mut Args::command(), "lazaret", &mut out);
            Ok(Verdict::Allowed)
        }
        Command::Man => {
            clap_mangen::Man::new(Args::command()).render(&mut anstream::stdout())?;
            Ok(Verdict::Allowed)
        }
        Command::Version => {
            use std::io::Write as _;
            writeln!(anstream::stdout(), "lazaret {}", env!("CARGO_PKG_VERSION"))?;
            Ok(Verdict::Allowed)
        }
    }
}
