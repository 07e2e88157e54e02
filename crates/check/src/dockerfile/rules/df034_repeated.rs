//! Instruction that a later one overrides.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-034",
    title: "Instruction that a later one overrides",
    severity: Severity::Medium,
    fix: FixKind::Auto,
    peers: &[
        "DL3012", "DL4003", "DL4004", "DS-0007", "DS-0016", "DS-0023",
    ],
    about: "Of CMD, ENTRYPOINT and HEALTHCHECK only the last one of a stage counts. An \
            earlier one does nothing, and whoever reads it believes something else.",
    good: "FROM debian:12\nCMD [\"/app\"]\n",
    bad: "FROM debian:12\nCMD [\"/old\"]\nCMD [\"/app\"]\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    let kinds: [(Keyword, &[&'static str]); 3] = [
        (Keyword::Healthcheck, &["DL3012", "DS-0023"]),
        (Keyword::Cmd, &["DL4003", "DS-0016"]),
        (Keyword::Entrypoint, &["DL4004", "DS-0007"]),
    ];
    for stage in &file.stages {
        for (keyword, aliases) in &kinds {
            let own = file.of_stage(stage).iter();
            let all: Vec<&Instruction> = own
                .filter(|i| i.keyword == *keyword && !i.onbuild)
                .collect();
            let Some((last, earlier)) = all.split_last() else {
                continue;
            };
            let line = file.source.line_of(last.span.start);
            for instruction in earlier {
                let message = format!(
                    "this {} is overridden by the one on line {line}",
                    keyword.name()
                );
                findings.add(
                    file.finding(&CHECK, instruction, instruction.line_span.clone(), message)
                        .remedy("leave it out")
                        .aliases(aliases)
                        .edit(whole_lines(file, &instruction.span), ""),
                );
            }
        }
    }
}

/// The bytes of an instruction with the end of its last line.
fn whole_lines(file: &Dockerfile<'_>, span: &std::ops::Range<usize>) -> std::ops::Range<usize> {
    let after = file.source.text.get(span.end..).unwrap_or("");
    let end = match after {
        text if text.starts_with("\r\n") => span.end + 2,
        text if text.starts_with('\n') => span.end + 1,
        _ => span.end,
    };
    span.start..end
}
