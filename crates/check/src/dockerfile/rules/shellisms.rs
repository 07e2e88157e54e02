//! What only bash knows, and what hides failures: parts of the check of shell text.

use super::df056_shell::Told;
use super::prelude::*;
use super::variables;

/// What bash knows and sh does not.
pub(super) fn bashisms(command: &Command, told: &mut Vec<Told>) {
    let words = command.words.iter().chain(&command.assignments);
    let of_words = words.take(1_000).filter_map(|word| {
        let (what, alias) = of_word(&word.raw)?;
        Some((&word.span, what.to_owned(), alias))
    });
    let all = of_command(command)
        .into_iter()
        .chain(of_redirects(command))
        .chain(of_assignments(command))
        .chain(of_words);
    told.extend(all.map(|(span, what, alias)| Told {
        span: span.clone(),
        message: format!("{what} is bash's, and this is read by sh"),
        remedy: "name bash with SHELL, or write it as sh has it",
        severity: Severity::Low,
        alias,
    }));
}

/// Where it stands, what it is, ShellCheck's id.
type Bashism<'c> = (&'c std::ops::Range<usize>, String, &'static [&'static str]);

/// Commands of bash, and arguments that only bash's know.
fn of_command(command: &Command) -> Vec<Bashism<'_>> {
    let name = command.words.first().map_or(&command.span, |w| &w.span);
    let written = |raw: &str| command.args().iter().find(|word| word.raw == raw);
    let own = |what: &str, alias: &'static [&'static str]| vec![(name, what.to_owned(), alias)];
    match command.name() {
        "[[" => own("[[", &["SC3010"]),
        "source" => own("source", &["SC3046"]),
        "let" => own("let", &["SC3039"]),
        what @ ("pushd" | "popd" | "dirs" | "declare" | "typeset" | "shopt" | "disown") => {
            own(what, &["SC3044"])
        }
        "echo" => {
            let flags = ["-e", "-ne", "-en", "-E"];
            let first = command.args().first();
            let flag = first.filter(|word| flags.contains(&word.raw.as_str()));
            flag.map(|word| (&word.span, "a flag of echo".to_owned(), &["SC3037"][..]))
                .into_iter()
                .collect()
        }
        "set" => {
            let mut pairs = command.args().windows(2);
            let pipefail = pairs.find(|w| w[0].raw.ends_with('o') && w[1].raw == "pipefail");
            let what = "pipefail, before Debian 13,".to_owned();
            pipefail
                .map(|words| (&words[1].span, what, &["SC3040"][..]))
                .into_iter()
                .collect()
        }
        "[" | "test" => {
            let all: [(&str, &str, &'static [&'static str]); 3] = [
                ("==", "== in [", &["SC3014"]),
                ("=~", "=~", &["SC3015"]),
                ("-v", "-v of a test", &["SC3016"]),
            ];
            let found = all.into_iter().filter_map(|(raw, what, alias)| {
                Some((&written(raw)?.span, what.to_owned(), alias))
            });
            found.collect()
        }
        _ => Vec::new(),
    }
}

fn of_redirects(command: &Command) -> impl Iterator<Item = Bashism<'_>> {
    command.redirects.iter().filter_map(|redirect| {
        let alias: &'static [&'static str] = match redirect.operator.as_str() {
            "&>" | "&>>" => &["SC3020"],
            "<<<" => &["SC3011"],
            _ => return None,
        };
        Some((&redirect.target.span, redirect.operator.clone(), alias))
    })
}

fn of_assignments(command: &Command) -> impl Iterator<Item = Bashism<'_>> {
    let assigned = command.assignments.iter().filter_map(|word| {
        let (left, right) = word.raw.split_once('=').unwrap_or((&word.raw, ""));
        let (what, alias): (&str, &'static [&'static str]) = if left.ends_with('+') {
            ("+=", &["SC3024"])
        } else if right.starts_with('(') {
            ("an array", &["SC3030"])
        } else {
            return None;
        };
        Some((&word.span, what.to_owned(), alias))
    });
    let process = |w: &&ShellWord| w.raw.starts_with("<(") || w.raw.starts_with(">(");
    let process = command.args().iter().find(process).map(|word| {
        let alias: &'static [&'static str] = &["SC3001"];
        (&word.span, "process substitution".to_owned(), alias)
    });
    assigned.chain(process)
}

/// What only bash makes of a word.
fn of_word(raw: &str) -> Option<(&'static str, &'static [&'static str])> {
    if raw.contains("$'") && !raw.contains('"') && !raw.contains("'$'") {
        return Some(("$'…'", &["SC3003"]));
    }
    if has_braces(raw) {
        return Some(("{…,…}", &["SC3009"]));
    }
    variables::expansions(raw).into_iter().find_map(|one| {
        let told: (&'static str, &'static [&'static str]) = match (one.name, one.rest) {
            ("RANDOM" | "SECONDS" | "UID" | "EUID" | "OSTYPE" | "HOSTTYPE" | "DIRSTACK", "") => {
                ("the variable", &["SC3028"])
            }
            (_, rest) if one.indirect && rest.is_empty() => ("${!…}", &["SC3053"]),
            (_, rest) if rest.starts_with('[') => ("an array", &["SC3054"]),
            (_, rest) if rest.starts_with(['^', ',']) => ("changing case with ${…}", &["SC3059"]),
            (_, rest) if rest.starts_with('/') => ("replacing with ${…/…}", &["SC3060"]),
            (_, rest) if is_slice(rest) => ("cutting with ${…:…}", &["SC3057"]),
            _ => return None,
        };
        Some(told)
    })
}

/// `:0:3`, and neither of `:-`, `:=`, `:?`, `:+`.
fn is_slice(rest: &str) -> bool {
    rest.strip_prefix(':')
        .is_some_and(|after| after.starts_with(|c: char| c.is_ascii_digit() || c == ' '))
}

/// `{a,b}` or `{1..3}` outside of quotes, which sh takes as it is written.
fn has_braces(raw: &str) -> bool {
    if raw.contains(['"', '\'', '\\']) || raw.contains("{{") {
        return false;
    }
    let mut rest = raw;
    while let Some(at) = rest.find('{') {
        let is_variable = rest.get(..at).is_some_and(|head| head.ends_with('$'));
        let after = rest.get(at + 1..).unwrap_or_default();
        let Some(end) = after.find('}') else {
            return false;
        };
        let inside = after.get(..end).unwrap_or_default();
        let is_list = inside.contains(',') || inside.contains("..");
        if is_list && !is_variable && !inside.contains('{') {
            return true;
        }
        rest = after;
    }
    false
}

/// What hides a failure or does not do what it seems to, in every shell.
pub(super) fn habits(command: &Command, told: &mut Vec<Told>) {
    if ["export", "local", "readonly", "declare", "typeset"].contains(&command.name()) {
        let hides = |word: &&ShellWord| {
            let value = word.raw.split_once('=').map_or("", |(_, value)| value);
            value.trim_start_matches('"').starts_with("$(") || value.starts_with('`')
        };
        if let Some(word) = command.args().iter().find(hides) {
            told.push(Told {
                span: word.span.clone(),
                message: format!("a failure inside is hidden by {}", command.name()),
                remedy: "assign first, and export afterwards",
                severity: Severity::Low,
                alias: &["SC2155"],
            });
        }
    }
    if let Some(word) = command.args().first().filter(|word| word.raw == "=")
        && command.words.len() == 3
        && is_name(command.name())
    {
        told.push(Told {
            span: word.span.clone(),
            message: format!(
                "{} is run as a command, and nothing is assigned",
                command.name()
            ),
            remedy: "write the assignment without blanks",
            severity: Severity::Low,
            alias: &["SC1068"],
        });
    }
    let flags = command
        .args()
        .first()
        .is_some_and(|word| word.raw.starts_with("-"));
    let escapes = |word: &&ShellWord| {
        ["\\n", "\\t", "\\r", "\\x", "\\033"]
            .iter()
            .any(|escape| word.value.contains(escape))
    };
    if command.name() == "echo"
        && !flags
        && let Some(word) = command.args().iter().find(escapes)
    {
        told.push(Told {
            span: word.span.clone(),
            message: "some shells write escapes of echo as they are".into(),
            remedy: "use printf",
            severity: Severity::Negligible,
            alias: &["SC2028"],
        });
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Commands after `||` that are no other branch.
const HARMLESS: &[&str] = &["true", ":", "echo", "printf", "exit", "return"];

/// `A && B || C`: C is run when B fails, too.
pub(super) fn short_if(commands: &[Command], told: &mut Vec<Told>) {
    for three in commands.windows(3) {
        let [first, second, third] = three else {
            continue;
        };
        let joined = second.join == Join::And && third.join == Join::Or;
        let level = first.nesting == second.nesting && second.nesting == third.nesting;
        // Where A and B are steps of a build, C is there for both.
        let is_test = matches!(first.name(), "[" | "test" | "[[");
        let plain = !HARMLESS.contains(&third.name()) && !second.words.is_empty();
        let condition = first.is_condition || third.is_condition;
        if joined && level && is_test && plain && !condition {
            told.push(Told {
                span: third.span.clone(),
                message: format!("{} is also run where {} fails", third.name(), second.name()),
                remedy: "write if … then … else … fi",
                severity: Severity::Negligible,
                alias: &["SC2015"],
            });
        }
    }
}
