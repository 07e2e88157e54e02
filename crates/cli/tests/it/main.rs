//! The command as its users run it, and the arrows between crates.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that skips or counts says so to who runs it"
)]

mod age;
mod arrows;
mod base;
mod binaries;
mod carried;
mod check;
mod command;
mod corpus;
mod delta;
mod demo;
mod diff;
mod dist;
mod errors;
mod explain;
mod fix;
mod job;
mod manners;
mod pages;
mod peers;
mod pipeline;
mod platforms;
mod policy;
mod rebase;
mod reference;
mod secrets;
mod servers;
mod settings;
mod signatures;
mod signs;
mod single;
mod systems;
mod trivy;
mod update;
mod vex;

use std::path::Path;
use std::process::{Command, Output};

/// Runs the built command in a directory of its own, without a home or an environment.
fn lazaret(dir: &Path, args: &[&str]) -> Output {
    lazaret_in(dir, &[], args)
}

/// The same with these variables in the environment.
fn lazaret_in(dir: &Path, environment: &[(&str, &str)], args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lazaret"))
        .args(args)
        .current_dir(dir)
        .env_clear()
        .env("HOME", dir)
        .env("SOURCE_DATE_EPOCH", "1790000000")
        .envs(environment.iter().copied())
        .output()
        .expect("the command runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
