//! Variables that nothing sets: a part of the check of shell text.

use std::collections::HashSet;

use super::df056_shell::Told;
use super::prelude::*;

/// Comparisons of names in one file; more would take long and help nobody.
const MOST_COMPARED: usize = 1_000_000;

/// Names of one `RUN` that are asked about.
const MOST_NAMES: usize = 500;

/// An expansion in a word, outside of single quotes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Expansion<'w> {
    /// The variable's name.
    pub(super) name: &'w str,
    /// What follows the name between the braces.
    pub(super) rest: &'w str,
    /// `${!NAME}`.
    pub(super) indirect: bool,
}

/// The expansions of variables in a word as it was written. What stands in a substitution is
/// another command's.
pub(super) fn expansions(raw: &str) -> Vec<Expansion<'_>> {
    let mut found = Vec::new();
    let (mut single, mut double, mut depth) = (false, false, 0_u32);
    let mut chars = raw.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = raw.get(at + c.len_utf8()..).unwrap_or_default();
        match c {
            '\\' if !single => {
                chars.next();
            }
            '\'' if !double => single = !single,
            '"' if !single => double = !double,
            '$' if !single && next.starts_with('(') => {
                depth += 1;
                chars.next();
            }
            '(' if depth > 0 => depth += 1,
            ')' if depth > 0 => depth -= 1,
            '$' if !single && depth == 0 => found.extend(expansion(next)),
            _ => {}
        }
    }
    found
}

/// The expansion after a `$`.
fn expansion(after: &str) -> Option<Expansion<'_>> {
    let length = |text: &str| {
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        end.unwrap_or(text.len())
    };
    let is_start = |c: char| c.is_ascii_alphabetic() || c == '_';
    let Some(inside) = after.strip_prefix('{') else {
        let name = after
            .get(..length(after))
            .filter(|n| n.starts_with(is_start))?;
        return Some(Expansion {
            name,
            rest: "",
            indirect: false,
        });
    };
    let inside = inside.get(..inside.find('}')?)?;
    let plain = inside.trim_start_matches(['!', '#']);
    let (name, rest) = plain.split_at_checked(length(plain))?;
    name.starts_with(is_start).then_some(Expansion {
        name,
        rest,
        indirect: inside.starts_with('!'),
    })
}

/// Variables that BuildKit sets where a stage asks for them with `ARG`.
const PLATFORM: &[&str] = &[
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETARCH",
    "TARGETVARIANT",
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDARCH",
    "BUILDVARIANT",
];

/// Variables that builds have without being told, in both cases.
const PROXIES: &[&str] = &[
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "FTP_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
];

/// Reports variables of a `RUN` that are used and that nothing sets. Names in capitals may be
/// the base image's, so that of those only misspellings and BuildKit's own are told.
pub(super) fn unset(
    file: &Dockerfile<'_>,
    run: &Instruction,
    spent: &mut usize,
    told: &mut Vec<Told>,
) {
    // What another file or a text sets is not known.
    let vague = [".", "source", "eval"];
    if run.onbuild || !run.shell.posix || run.script.named(&vague).next().is_some() {
        return;
    }
    let assigned = assigned(run);
    let text = run.args.as_str();
    let mut seen = HashSet::new();
    for command in &run.script.commands {
        let redirects = command.redirects.iter().map(|one| &one.target);
        let words = command.words.iter().chain(&command.assignments);
        for word in words.chain(redirects).take(1_000) {
            for one in expansions(&word.raw) {
                let default = one
                    .rest
                    .trim_start_matches(':')
                    .starts_with(['-', '=', '+', '?']);
                if default || assigned.contains(one.name) || !seen.insert(one.name.to_owned()) {
                    continue;
                }
                if seen.len() > MOST_NAMES {
                    return;
                }
                // An argument of env, or of another shell.
                if text.contains(&format!("{}=", one.name)) {
                    continue;
                }
                if let Some((message, alias)) = wrong(file, run, one.name, &assigned, spent) {
                    told.push(Told {
                        span: word.span.clone(),
                        message,
                        remedy: "declare it with ARG or ENV in the stage, or set it before",
                        severity: Severity::Low,
                        alias,
                    });
                }
            }
        }
    }
}

fn wrong(
    file: &Dockerfile<'_>,
    run: &Instruction,
    name: &str,
    assigned: &HashSet<String>,
    spent: &mut usize,
) -> Option<(String, &'static [&'static str])> {
    let upper = name.to_ascii_uppercase();
    if file.sees(name, run) || PROXIES.contains(&upper.as_str()) {
        return None;
    }
    if PLATFORM.contains(&name) {
        let message = format!("{name} is empty: the stage does not ask for it with ARG");
        return Some((message, &["SC2154"]));
    }
    if name != upper {
        // Mixed case is often an argument of a function or another language.
        let is_lower = name == name.to_ascii_lowercase();
        let message = match file.variable(name, run) {
            Some(_) => format!("{name} is empty: an ARG from before FROM is not set in a stage"),
            None => format!("{name} is empty: nothing sets it"),
        };
        return is_lower.then_some((message, &["SC2154"]));
    }
    let known = file.seen(run).chain(assigned.iter().map(String::as_str));
    let near = known.chain(PROXIES.iter().copied()).find(|known| {
        *spent += 1;
        *spent < MOST_COMPARED && is_near(name, known)
    })?;
    Some((
        format!("nothing here sets {name}; {near} is set"),
        &["SC2153"],
    ))
}

/// Whether two long names differ in one character that is no digit.
fn is_near(one: &str, other: &str) -> bool {
    const SHORTEST: usize = 5;
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() < SHORTEST || one.len().abs_diff(other.len()) > 1 || one == other {
        return false;
    }
    let same = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let tail = |text: &[u8], from: usize| text.get(from..).unwrap_or_default().to_vec();
    let digit = |text: &[u8]| text.get(same).is_some_and(u8::is_ascii_digit);
    if digit(one) || digit(other) {
        return false;
    }
    match one.len().cmp(&other.len()) {
        std::cmp::Ordering::Equal => tail(one, same + 1) == tail(other, same + 1),
        // A plural is a name of its own.
        std::cmp::Ordering::Less => same < one.len() && tail(one, same) == tail(other, same + 1),
        std::cmp::Ordering::Greater => {
            same < other.len() && tail(one, same + 1) == tail(other, same)
        }
    }
}

/// Names that a `RUN` sets itself, wherever in it.
fn assigned(run: &Instruction) -> HashSet<String> {
    let mut names = HashSet::new();
    let mut add = |text: &str| {
        let name = text.split(['=', '[']).next().unwrap_or(text);
        names.insert(name.trim_end_matches('+').to_owned());
    };
    for command in &run.script.commands {
        command.assignments.iter().for_each(|word| add(&word.raw));
        let takes_names = [
            "export",
            "local",
            "readonly",
            "declare",
            "typeset",
            "read",
            "getopts",
            "mapfile",
            "readarray",
            "printf",
            "let",
            "unset",
        ];
        let words: &[ShellWord] = match takes_names.contains(&command.name()) {
            true => command.args(),
            false => &[],
        };
        words.iter().for_each(|word| add(&word.value));
        let all = command.words.iter().chain(&command.assignments);
        for one in all.take(1_000).flat_map(|word| expansions(&word.raw)) {
            if one.rest.trim_start_matches(':').starts_with('=') {
                add(one.name);
            }
        }
    }
    // Loops are not among the commands.
    let text = run.args.as_str();
    for (at, _) in text.match_indices("for ").take(1_000) {
        let after = text.get(at + 4..).unwrap_or_default().trim_start();
        let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        names.insert(
            after
                .get(..end.unwrap_or(after.len()))
                .unwrap_or("")
                .to_owned(),
        );
    }
    names
}

#[cfg(test)]
mod tests {
    use super::{expansions, is_near};

    #[test]
    fn expansions_are_found_outside_of_single_quotes() {
        let names = |raw: &str| -> Vec<String> {
            let found = expansions(raw);
            found
                .iter()
                .map(|e| format!("{}|{}", e.name, e.rest))
                .collect()
        };
        assert_eq!(names("\"$a-${b:-x}\""), ["a|", "b|:-x"]);
        assert_eq!(names("'$a'\\$b\"'$c'\""), ["c|"]);
        assert_eq!(names("$(echo $a)$d${#e}"), ["d|", "e|"]);
        assert_eq!(names("$1 $@ $? ${x"), Vec::<String>::new());
    }

    #[test]
    fn near_names_differ_in_one_letter() {
        assert!(is_near("RTTP_PROXY", "HTTP_PROXY"));
        assert!(is_near("VERSON", "VERSION"));
        assert!(!is_near("VERSION", "VERSIONS"));
        assert!(!is_near("PORT_1", "PORT_2"));
        assert!(!is_near("VERSION", "VERSION"));
    }
}
