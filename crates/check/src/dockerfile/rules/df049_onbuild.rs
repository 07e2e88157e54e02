//! Instruction that ONBUILD may not hold.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-049",
    title: "Instruction that ONBUILD may not hold",
    severity: Severity::Medium,
    fix: FixKind::Manual,
    peers: &["DL3043"],
    about: "ONBUILD hands an instruction on to images built upon this one. FROM, MAINTAINER \
            and ONBUILD itself cannot be handed on, and a builder refuses them.",
    good: "FROM debian:12\nONBUILD COPY . /app\n",
    bad: "FROM debian:12\nONBUILD FROM debian:12\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for instruction in file.instructions.iter().filter(|i| i.onbuild) {
        if matches!(
            instruction.keyword,
            Keyword::From | Keyword::Maintainer | Keyword::Onbuild
        ) {
            let message = format!("{} cannot be handed on", instruction.keyword.name());
            findings.add(file.finding(&CHECK, instruction, instruction.line_span.clone(), message));
        }
    }
}
