//! What only bash knows, and what hides failures: parts of the check of shell text.

use super::df056_shell::Told;
use super::prelude::*;
use super::variables;

/// What bash knows and sh does not.
pub(super) fn bashisms(command: &Command, told: &mut Vec<Told>) {
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
        "let" => say(name, "let", &["SC3039"]),
        "echo" => {
            let flags = ["-e", "-ne", "-en", "-E"];
            if let Some(word) = command
                .args()
                .first()
                .filter(|w| flags.contains(&w.raw.as_str()))
            {
                say(word.span.clone(), "a flag of echo", &["SC3037"]);
            }
        }
        "set" => {
            let flags = command.args().windows(2);
            let mut pipefail = flags.filter(|w| w[0].raw.ends_with('o') && w[1].raw == "pipefail");
            if let Some(words) = pipefail.next() {
                say(
                    words[1].span.clone(),
                    "pipefail, before Debian 13,",
                    &["SC3040"],
                );
            }
        }
        "pushd" | "popd" | "dirs" | "declare" | "typeset" | "shopt" | "disown" => {
            let what = command.name().to_owned();
            say(name, &what, &["SC3044"]);
        }
        "[" | "test" => {
            for (raw, what, alias) in [
                ("==", "== in [", &["SC3014"]),
                ("=~", "=~", &["SC3015"]),
                ("-v", "-v of a test", &["SC3016"]),
            ] {
                if let Some(word) = command.args().iter().find(|w| w.raw == raw) {
                    say(word.span.clone(), what, alias);
                }
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
    let words = command.words.iter().chain(&command.assignments);
    for word in words.take(1_000) {
        if let Some((what, alias)) = of_word(&word.raw) {
            say(word.span.clone(), what, alias);
        }
    }
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
