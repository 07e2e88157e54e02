//! Variable used in the ENV that sets it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-050",
    title: "Variable used in the ENV that sets it",
    severity: Severity::Negligible,
    fix: FixKind::Manual,
    peers: &["DL3044"],
    about: "All pairs of one ENV are filled in with what was true before it, so a pair does \
            not see another one of the same line. Write two ENV lines.",
    good: "FROM debian:12\nENV BASE=/srv\nENV BIN=$BASE/bin\n",
    bad: "FROM debian:12\nENV BASE=/srv BIN=$BASE/bin\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for env in file.of(Keyword::Env) {
        let pairs = env.pairs();
        if pairs.len() < 2 {
            continue;
        }
        for (at, pair) in pairs.iter().take(100).enumerate() {
            let others = pairs
                .iter()
                .take(100)
                .enumerate()
                .filter(|(other, _)| *other != at);
            let used = others
                .map(|(_, other)| &other.key)
                .find(|key| names(&pair.raw, key));
            let Some(key) = used.filter(|key| file.variable(key, env).is_none()) else {
                continue;
            };
            findings.add(
                file.finding(
                    &CHECK,
                    env,
                    pair.span.clone(),
                    format!("{key} is set by this very ENV, and is not seen here"),
                )
                .remedy("set it in an ENV line before"),
            );
        }
    }
}

/// Whether a value names a variable: `$NAME` or `${NAME…}`, whole, not in single quotes.
fn names(raw: &str, name: &str) -> bool {
    if name.is_empty() || raw.starts_with('\'') {
        return false;
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    raw.match_indices('$').any(|(at, _)| {
        let rest = raw.get(at + 1..).unwrap_or("");
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        let escaped = raw.get(..at).is_some_and(|head| head.ends_with('\\'));
        !escaped
            && rest
                .strip_prefix(name)
                .is_some_and(|after| !after.starts_with(is_name))
    })
}
