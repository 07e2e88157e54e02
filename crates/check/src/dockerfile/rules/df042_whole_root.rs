//! Whole root of another stage copied.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-042",
    title: "Whole root of another stage copied",
    severity: Severity::High,
    fix: FixKind::Manual,
    peers: &["DL3067"],
    about: "`COPY --from=build / /` takes the compiler, the caches and whatever secret the \
            other stage left along, and overwrites the base image's own files. Copy what the \
            program needs. (From nothing, `FROM scratch`, the whole root of one other stage \
            is a way to join layers: begin with that stage instead.) Nothing else is needed.",
    good: "FROM golang:1.22 AS build\nFROM debian:12\nCOPY --from=build /out/app /app\n",
    bad: "FROM golang:1.22 AS build\nFROM debian:12\nCOPY --from=build / /\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for copy in file.of(Keyword::Copy).filter(|c| c.flag("from").is_some()) {
        let Some((sources, target)) = copy.paths() else {
            continue;
        };
        let is_root = |word: &Word| matches!(word.value.as_str(), "/" | "/." | "/*" | "/./");
        if sources.iter().any(is_root) && is_root(target) {
            findings.add(
                file.finding(
                    &CHECK,
                    copy,
                    copy.line_span.clone(),
                    "everything of the other stage is copied over this one",
                )
                .remedy("copy the files that the program needs"),
            );
        }
    }
}
