use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-047",
    title: "Two programs to download with",
    severity: Severity::Negligible,
    fix: FixKind::Suggested,
    peers: &["DL4001", "DS-0014"],
    about: "curl and wget do the same. One of them is enough, and half of what has to be \
            patched.",
    good: "FROM debian:12\nRUN curl -fsSLO https://example.org/a\nRUN curl -fsSLO https://example.org/b\n",
    bad: "FROM debian:12\nRUN curl -fsSLO https://example.org/a\nRUN wget -q https://example.org/b\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for (index, _) in file.stages.iter().enumerate() {
        let first = |name: &str| {
            commands(file).find(|(run, c)| run.stage == Some(index) && c.name() == name)
        };
        let (Some(curl), Some(wget)) = (first("curl"), first("wget")) else {
            continue;
        };
        let (later, other) = match curl.1.span.start > wget.1.span.start {
            true => (curl, wget.1),
            false => (wget, curl.1),
        };
        let line = file.source.line_of(other.span.start);
        let message = format!(
            "{} here, and {} on line {line}",
            later.1.name(),
            other.name()
        );
        findings.add(
            file.finding(&CHECK, later.0, later.1.span.clone(), message)
                .remedy("use one of them"),
        );
    }
}
