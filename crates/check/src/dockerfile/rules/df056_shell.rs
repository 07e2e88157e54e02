//! Shell text that does not do what it seems to.

use super::prelude::*;
use super::{shellisms, variables};

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-056",
    title: "Shell text that does not do what it seems to",
    severity: Severity::Negligible,
    fix: FixKind::Suggested,
    peers: &[
        "SC2086", "SC2046", "SC2006", "SC2002", "SC2164", "SC2035", "SC2115", "SC2154", "SC2153",
        "SC2155", "SC2015", "SC2028", "SC1068", "SC3001", "SC3003", "SC3009", "SC3010", "SC3011",
        "SC3014", "SC3015", "SC3016", "SC3020", "SC3024", "SC3028", "SC3030", "SC3037", "SC3039",
        "SC3040", "SC3044", "SC3046", "SC3053", "SC3054", "SC3057", "SC3059", "SC3060",
    ],
    about: "The classes of ShellCheck that matter in builds. Variables and substitutions \
            without quotes are split at blanks and taken for patterns; `rm -rf $X/*` with an \
            empty X removes everything; a variable that nothing sets is empty, and an ARG from \
            before FROM is not set in a stage. What only bash knows fails, or does something \
            else, where RUN is read by /bin/sh of Debian or Alpine: name bash with SHELL.",
    good: "FROM debian:12\nARG DIR=/srv\nRUN rm -rf \"${DIR:?}\"/cache\n",
    bad: "FROM debian:12\nARG DIR=/srv\nRUN rm -rf $DIR/*\n",
};

/// What is said: bytes, message, remedy, severity, ShellCheck's id.
pub(super) struct Told {
    pub(super) span: std::ops::Range<usize>,
    pub(super) message: String,
    pub(super) remedy: &'static str,
    pub(super) severity: Severity,
    pub(super) alias: &'static [&'static str],
}

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    let mut spent = 0;
    for run in runs(file).filter(|run| run.json.is_none()) {
        let mut told = Vec::new();
        for command in &run.script.commands {
            quoting(file, command, &mut told);
            habits(command, &mut told);
            shellisms::habits(command, &mut told);
            if run.shell.bourne {
                shellisms::bashisms(command, &mut told);
            }
        }
        shellisms::short_if(&run.script.commands, &mut told);
        variables::unset(file, run, &mut spent, &mut told);
        for one in told {
            findings.add(
                file.finding(&CHECK, run, one.span, one.message)
                    .severity(one.severity)
                    .remedy(one.remedy)
                    .aliases(one.alias),
            );
        }
    }
}

/// Words that the shell splits and takes for patterns.
fn quoting(file: &Dockerfile<'_>, command: &Command, told: &mut Vec<Told>) {
    // In `[[ … ]]` nothing is split, and what these set is not either.
    if ["[[", "export", "local", "readonly", "declare", "typeset"].contains(&command.name()) {
        return;
    }
    let text = |span: &std::ops::Range<usize>| file.source.text.get(span.clone()).unwrap_or("");
    let mut variable: Option<(std::ops::Range<usize>, String)> = None;
    let mut substitution: Option<std::ops::Range<usize>> = None;
    for bare in command
        .args()
        .iter()
        .take(1_000)
        .flat_map(|word| &word.bare)
    {
        let written = text(bare);
        if written.starts_with("$(") || written.starts_with('`') {
            substitution.get_or_insert(bare.clone());
        } else if !written.starts_with("$((") && !is_number(written) {
            variable.get_or_insert((bare.clone(), written.to_owned()));
        }
    }
    if let Some((span, written)) = variable {
        told.push(Told {
            message: format!("{written} is split at blanks and taken for patterns"),
            span,
            remedy: "put it in double quotes",
            severity: Severity::Negligible,
            alias: &["SC2086"],
        });
    }
    if let Some(span) = substitution {
        told.push(Told {
            span,
            message: "what the substitution writes is split at blanks and taken for patterns"
                .into(),
            remedy: "put it in double quotes, or read it line by line",
            severity: Severity::Negligible,
            alias: &["SC2046"],
        });
    }
}

/// Whether an expansion is a number, or a list that is meant to be split.
fn is_number(written: &str) -> bool {
    let name = written.trim_start_matches(['$', '{']);
    matches!(
        name.chars().next(),
        None | Some('#' | '?' | '$' | '!' | '-' | '*')
    )
}

fn habits(command: &Command, told: &mut Vec<Told>) {
    if let Some(word) = command
        .words
        .iter()
        .chain(&command.assignments)
        .find(|w| w.raw.contains('`'))
    {
        told.push(Told {
            span: word.span.clone(),
            message: "backticks cannot be nested, and hide what is escaped".into(),
            remedy: "write $(…)",
            severity: Severity::Negligible,
            alias: &["SC2006"],
        });
    }
    let reads_one = command.args().len() == 1
        && command
            .args()
            .iter()
            .all(|w| !w.value.starts_with('-') && !w.expands);
    if command.name() == "cat" && command.is_piped && reads_one && command.redirects.is_empty() {
        told.push(Told {
            span: command.span.clone(),
            message: "cat of one file into a pipe is not needed".into(),
            remedy: "redirect the file: < FILE",
            severity: Severity::Negligible,
            alias: &["SC2002"],
        });
    }
    if command.name() == "rm" && command.has_any_flag(&["r", "R", "recursive"]) {
        let empties = |w: &&ShellWord| {
            let rest = w.value.strip_prefix('$').map(|r| {
                r.trim_start_matches(|c: char| {
                    c.is_ascii_alphanumeric() || matches!(c, '_' | '{' | '}')
                })
            });
            rest.is_some_and(|r| r == "/" || r == "/*")
        };
        if let Some(word) = command.args().iter().find(empties) {
            told.push(Told {
                span: word.span.clone(),
                message: format!(
                    "{} is the whole root where the variable is empty",
                    word.value
                ),
                remedy: "write \"${NAME:?}\" for the variable",
                severity: Severity::Low,
                alias: &["SC2115"],
            });
        }
    }
    let starts_with_star = |w: &&ShellWord| w.raw.starts_with('*') && !w.quoted && w.raw.len() > 1;
    if ["rm", "chmod", "chown", "mv", "cp", "cat"].contains(&command.name())
        && let Some(word) = command.args().iter().find(starts_with_star)
    {
        told.push(Told {
            span: word.span.clone(),
            message: format!(
                "a file whose name begins with a hyphen is an option to {}",
                command.name()
            ),
            remedy: "write ./* instead",
            severity: Severity::Negligible,
            alias: &["SC2035"],
        });
    }
}
