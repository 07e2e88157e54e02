//! RUN lines that could be one.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-051",
    title: "RUN lines that could be one",
    severity: Severity::Negligible,
    fix: FixKind::Suggested,
    peers: &["DL3059"],
    about: "Every RUN is a layer. Two short ones after each other make two layers where one \
            would do, and what the second removes stays in the first.",
    good: "FROM debian:12\nRUN ./prepare.sh && ./build.sh\n",
    bad: "FROM debian:12\nRUN ./prepare.sh\nRUN ./build.sh\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for pair in file.instructions.windows(2) {
        let [first, second] = pair else {
            continue;
        };
        let runs = |i: &Instruction| i.keyword == Keyword::Run && i.heredocs.is_empty();
        // What is chained already has been thought about.
        let short = |i: &Instruction| !i.script.is_compound;
        let flags = |i: &Instruction| -> Vec<String> {
            i.flags
                .iter()
                .map(|f| format!("{}={}", f.name, f.value))
                .collect()
        };
        let alike = first.stage == second.stage
            && first.onbuild == second.onbuild
            && flags(first) == flags(second);
        if runs(first)
            && runs(second)
            && short(first)
            && short(second)
            && alike
            && first.shell.posix
        {
            findings.add(
                file.finding(
                    &CHECK,
                    second,
                    second.keyword_span.clone(),
                    "this RUN follows another one that is as short",
                )
                .remedy("join them with &&"),
            );
        }
    }
}
