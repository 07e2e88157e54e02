//! System packages without a version.

use super::packages::{self, APK, APT, DNF, Manager, YUM, ZYPPER};
use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-021",
    title: "System packages without a version",
    severity: Severity::Medium,
    fix: FixKind::Suggested,
    peers: &["DL3008", "DL3018", "DL3033", "DL3037", "DL3041"],
    about: "Without a version the build takes what the mirror has on that day: the image \
            changes without the file changing, and nobody has decided for what ships. Name \
            the version, or build against a snapshot of the mirror.",
    good: "FROM alpine:3.20\nRUN apk add --no-cache curl=8.9.0-r0\n",
    bad: "FROM alpine:3.20\nRUN apk add --no-cache curl\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for (run, command) in commands(file) {
        let Some(manager) = packages::ALL.iter().find(|m| m.is(command)) else {
            continue;
        };
        let is_module = manager.subcommand(command) == "module";
        let plain = manager.packages(command);
        let packages = match is_module {
            true if plain
                .first()
                .is_some_and(|w| w.value == "install" || w.value == "enable") =>
            {
                plain.get(1..).unwrap_or_default().to_vec()
            }
            true => continue,
            false if manager.installs(command) => plain,
            false => continue,
        };
        let alias = alias(manager);
        let open: Vec<&ShellWord> = packages
            .into_iter()
            .filter(|word| !is_open_variable(&word.value, file, run))
            .filter(|word| match is_module {
                true => !word.value.contains(':'),
                false => !is_pinned(manager, &word.value, file, run),
            })
            .collect();
        if open.is_empty() {
            continue;
        }
        let names: Vec<&str> = open.iter().map(|w| w.value.as_str()).collect();
        let first = open.first().map_or(command.span.start, |w| w.span.start);
        let last = open.last().map_or(command.span.end, |w| w.span.end);
        let message = format!("{} without a version: {}", command.name(), listed(&names));
        findings.add(
            file.finding(&CHECK, run, first..last.max(first), message)
                .remedy(remedy(alias))
                .aliases(alias),
        );
    }
}

fn alias(manager: &Manager) -> &'static [&'static str] {
    let of = |other: &Manager| std::ptr::eq(manager, other);
    match () {
        () if of(&APT) => &["DL3008"],
        () if of(&APK) => &["DL3018"],
        () if of(&YUM) => &["DL3033"],
        () if of(&ZYPPER) => &["DL3037"],
        () if of(&DNF) => &["DL3041"],
        () => &[],
    }
}

fn remedy(alias: &[&str]) -> &'static str {
    match alias {
        ["DL3008" | "DL3018" | "DL3037"] => "write name=version",
        _ => "write name-version",
    }
}

/// Whether a word is a variable as a whole, of which the file does not tell what it holds.
fn is_open_variable(word: &str, file: &Dockerfile<'_>, run: &Instruction) -> bool {
    match variable(word) {
        Some((name, "")) => !matches!(file.variable(name, run), Some(Some(_))),
        _ => word.contains("$()"),
    }
}

/// The variable that a word begins with, and what follows it.
fn variable(word: &str) -> Option<(&str, &str)> {
    let rest = word.strip_prefix('$')?;
    if let Some(inner) = rest.strip_prefix('{') {
        let (body, after) = inner.split_once('}')?;
        let name = body
            .split([':', '-', '+', '%', '#', '/'])
            .next()
            .unwrap_or(body);
        return Some((name, after));
    }
    let length = rest
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(rest.len());
    Some(rest.split_at(length))
}

fn is_pinned(manager: &Manager, package: &str, file: &Dockerfile<'_>, run: &Instruction) -> bool {
    let of = |other: &Manager| std::ptr::eq(manager, other);
    if package.contains("://") {
        return true;
    }
    if of(&APT) {
        // `package/release` and a file are both decided for.
        return package.contains(['=', '/']) || package.ends_with(".deb");
    }
    if of(&APK) {
        return package.contains(['=', '~', '<', '>'])
            || package.ends_with(".apk")
            || package.starts_with('.');
    }
    if package.ends_with(".rpm") {
        return true;
    }
    if of(&ZYPPER) {
        return package.contains(['=', '<', '>', '~']);
    }
    has_rpm_version(package, file, run)
}

/// Whether `name-version` or `name-version-release` is written: one of the last two parts
/// begins with a digit, and what follows it does as well. A variable counts where the file
/// declares it.
fn has_rpm_version(package: &str, file: &Dockerfile<'_>, run: &Instruction) -> bool {
    let parts: Vec<&str> = package.split('-').collect();
    let Some((last, before)) = parts.split_last().filter(|(_, before)| !before.is_empty()) else {
        return false;
    };
    let is_version = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    let declared =
        |part: &str| variable(part).is_some_and(|(name, _)| file.variable(name, run).is_some());
    let _ = before;
    is_version(last) || declared(last) || last.contains('*') && before.len() > 1
}
