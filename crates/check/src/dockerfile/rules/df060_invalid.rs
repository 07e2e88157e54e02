//! What no builder takes.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-060",
    title: "What no builder takes",
    severity: Severity::Medium,
    fix: FixKind::Manual,
    peers: &["DL3061"],
    about: "A file begins with FROM; only ARG may stand before it. Instructions that do not \
            exist, a FROM without an image and here-documents without an end stop the build, \
            and what follows them was not examined as it was meant.",
    good: "ARG VERSION=12\nFROM debian:${VERSION}\nLABEL a=b\n",
    bad: "LABEL a=b\nFROM debian:12\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for problem in &file.problems {
        let finding = Finding::new(
            &CHECK,
            file.source,
            problem.span.clone(),
            problem.message.clone(),
        );
        findings.add(finding.aliases(&[]));
    }
    let mut begun = false;
    let mut told = false;
    for instruction in &file.instructions {
        let finding = |message: String| {
            file.finding(&CHECK, instruction, instruction.line_span.clone(), message)
        };
        match instruction.keyword {
            Keyword::From if instruction.onbuild => {}
            Keyword::From => {
                begun = true;
                if instruction.words.is_empty() {
                    findings.add(finding("FROM names no image".into()).aliases(&[]));
                }
            }
            Keyword::Arg => {}
            keyword => {
                if keyword == Keyword::Unknown && !instruction.written.is_empty() {
                    let written: String = instruction.written.chars().take(40).collect();
                    findings.add(finding(format!("{written} is no instruction")).aliases(&[]));
                }
                if !begun && !std::mem::replace(&mut told, true) {
                    findings.add(finding("the file does not begin with FROM".into()));
                }
            }
        }
    }
}
