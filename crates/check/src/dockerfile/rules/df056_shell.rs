use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-056",
    title: "Shell text that does not do what it seems to",
    severity: Severity::Negligible,
    fix: FixKind::Suggested,
    peers: &[
        "SC2086", "SC2046", "SC2006", "SC2002", "SC2164", "SC2035", "SC2115", "SC3001", "SC3010",
        "SC3011", "SC3014", "SC3020", "SC3024", "SC3030", "SC3044", "SC3046",
    ],
    about: "A few classes of ShellCheck that matter in builds. Variables and substitutions \
            without quotes are split at blanks and taken for patterns; `rm -rf $X/*` with an \
            empty X removes everything. What only bash knows fails, or does something else, \
            where RUN is read by /bin/sh of Debian or Alpine: name bash with SHELL.",
    good: "FROM debian:12\nARG DIR=/srv\nRUN rm -rf \"${DIR:?}\"/cache\n",
    bad: "FROM debian:12\nARG DIR=/srv\nRUN rm -rf $DIR/*\n",
};

/// What is said: bytes, message, remedy, severity, ShellCheck's id.
struct Told {
    span: std::ops::Range<usize>,
    message: String,
    remedy: &'static str,
    severity: Severity,
    alias: &'static [&'static str],
}

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for run in runs(file).filter(|run| run.json.is_none()) {
        for command in &run.script.commands {
            let mut told = Vec::new();
            quoting(file, command, &mut told);
            habits(command, &mut told);
            if run.shell.bourne {
                bashisms(command, &mut told);
            }
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

/// What bash knows and sh does not.
fn bashisms(command: &Command, told: &mut Vec<Told>) {
    let remedy = "name bash with SHELL, or write it as sh has it";
    let mut say = |span: std::ops::Range<usize>, what: &str, alias: &'static [&'static str]| {
        told.push(Told {
            span,
            message: format!("{what} is bash's, and this is read by sh"),
            remedy,
            severity: Severity::Low,
            alias,
        });
    };
    let name = command
        .words
        .first()
        .map_or(command.span.clone(), |w| w.span.clone());
    match command.name() {
        "[[" => say(name, "[[", &["SC3010"]),
        "source" => say(name, "source", &["SC3046"]),
        "pushd" | "popd" | "dirs" | "declare" | "typeset" | "shopt" | "disown" => {
            let what = command.name().to_owned();
            say(name, &what, &["SC3044"]);
        }
        "[" | "test" => {
            if let Some(word) = command.args().iter().find(|w| w.raw == "==") {
                say(word.span.clone(), "== in [", &["SC3014"]);
            }
        }
        _ => {}
    }
    for redirect in &command.redirects {
        match redirect.operator.as_str() {
            "&>" | "&>>" => say(
                redirect.target.span.clone(),
                &redirect.operator,
                &["SC3020"],
            ),
            "<<<" => say(redirect.target.span.clone(), "<<<", &["SC3011"]),
            _ => {}
        }
    }
    for word in &command.assignments {
        let (left, right) = word.raw.split_once('=').unwrap_or((&word.raw, ""));
        if left.ends_with('+') {
            say(word.span.clone(), "+=", &["SC3024"]);
        } else if right.starts_with('(') {
            say(word.span.clone(), "an array", &["SC3030"]);
        }
    }
    let process = |w: &&ShellWord| w.raw.starts_with("<(") || w.raw.starts_with(">(");
    if let Some(word) = command.args().iter().find(process) {
        say(word.span.clone(), "process substitution", &["SC3001"]);
    }
}
