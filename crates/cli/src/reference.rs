//! The page about every command and option, written from the commands themselves.

use std::fmt::Write as _;

use clap::{Arg, Command, CommandFactory as _};

use crate::args::Args;

/// The page in Markdown.
pub(crate) fn page() -> String {
    let mut out = String::from(
        "# The command line\n\nWritten by `lazaret debug reference` from the commands themselves; \
         a test compares. Where values are from: [settings](settings.md).\n",
    );
    let mut root = Args::command();
    root.build();
    command(&root, "lazaret", &mut out);
    out
}

fn command(shown: &Command, name: &str, out: &mut String) {
    let about = shown.get_about().map(ToString::to_string);
    let _ = write!(out, "\n## {name}\n\n{}\n", about.unwrap_or_default());
    for arg in shown.get_positionals() {
        let _ = write!(out, "\n- `{arg}`: {}", help(arg));
    }
    let own = |arg: &&Arg| arg.get_env().is_some() && (name == "lazaret" || !arg.is_global_set());
    let options: Vec<&Arg> = shown.get_opts().chain(flags(shown)).filter(own).collect();
    if shown.get_positionals().next().is_some() {
        out.push('\n');
    }
    if !options.is_empty() {
        out.push_str("\n| option | variable | what |\n|---|---|---|\n");
    }
    let mut seen = Vec::new();
    for arg in options {
        if seen.contains(&arg.get_id()) {
            continue;
        }
        seen.push(arg.get_id());
        let variable = arg.get_env().unwrap_or_default().to_string_lossy();
        let short = arg
            .get_short()
            .map(|s| format!("-{s}, "))
            .unwrap_or_default();
        let option = arg.to_string().replace('|', "\\|");
        let _ = writeln!(out, "| `{short}{option}` | `{variable}` | {} |", help(arg));
    }
    if let Some(more) = shown.get_after_help() {
        let _ = write!(out, "\n```text\n{more}\n```\n");
    }
    for inner in shown.get_subcommands() {
        if !inner.is_hide_set() && inner.get_name() != "help" {
            command(inner, &format!("{name} {}", inner.get_name()), out);
        }
    }
}

fn flags(shown: &Command) -> impl Iterator<Item = &Arg> {
    shown.get_arguments().filter(|arg| !arg.is_positional())
}

/// What an option does, with its default, in one line.
fn help(arg: &Arg) -> String {
    let mut text = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let defaults: Vec<_> = arg
        .get_default_values()
        .iter()
        .map(|v| v.to_string_lossy())
        .collect();
    if !defaults.is_empty() && arg.get_action().takes_values() {
        let _ = write!(text, " Default: `{}`.", defaults.join(","));
    }
    text.replace('|', "\\|").replace('\n', " ")
}
