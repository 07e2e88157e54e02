//! COPY of several files to what is no directory.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-040",
    title: "COPY of several files to what is no directory",
    severity: Severity::Medium,
    fix: FixKind::Auto,
    peers: &["DL3021", "DS-0011"],
    about: "The target of more than one source must be a directory, and must say so with a \
            slash at its end. A builder refuses anything else.",
    good: "FROM debian:12\nCOPY a b /srv/\n",
    bad: "FROM debian:12\nCOPY a b /srv\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for copy in file.of(Keyword::Copy) {
        let Some((sources, target)) = copy.paths() else {
            continue;
        };
        // `COPY multi:<hash> in /path` is how old builders wrote history, not a source.
        let is_history = sources.iter().any(|s| {
            s.value.starts_with("multi:")
                || s.value.starts_with("file:")
                || s.value.starts_with("dir:")
        });
        let is_directory =
            target.value.ends_with(['/', '\\']) || matches!(target.value.as_str(), "." | "..");
        if sources.len() < 2
            || is_directory
            || is_history
            || target.value.contains('$') && target.value.ends_with('}')
        {
            continue;
        }
        let inside = match target.raw.ends_with(['"', '\'']) {
            true => target.span.end - 1,
            false => target.span.end,
        };
        let message = format!("{} is no directory by its name", target.value);
        findings.add(
            file.finding(&CHECK, copy, target.span.clone(), message)
                .remedy("end the target with a slash")
                .edit(inside..inside, "/"),
        );
    }
}
