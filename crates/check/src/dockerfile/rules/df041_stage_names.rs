//! Broken reference to a stage.

use std::collections::HashMap;

use super::prelude::*;
use crate::dockerfile::stages;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-041",
    title: "Broken reference to a stage",
    severity: Severity::Medium,
    fix: FixKind::Manual,
    peers: &[
        "DL3022",
        "DL3023",
        "DL3024",
        "DL3063",
        "DS-0006",
        "DS-0012",
        "CKV_DOCKER_11",
    ],
    about: "Names of stages must be different from each other and from the words that \
            builders use themselves, and `--from` must name a stage before it, or an image. \
            A name that is no stage is looked for in a registry, where anybody may have \
            taken it.",
    good: "FROM golang:1.22 AS build\nFROM debian:12\nCOPY --from=build /app /app\n",
    bad: "FROM golang:1.22 AS build\nFROM debian:12\nCOPY --from=built /app /app\n",
};

/// Names that mean something to builders.
const RESERVED: [&str; 2] = ["context", "scratch"];

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    names(file, findings);
    for instruction in file
        .instructions
        .iter()
        .filter(|i| i.keyword == Keyword::Copy)
    {
        let Some(flag) = instruction.flag("from") else {
            continue;
        };
        let name = flag.value.as_str();
        let index = instruction.stage.unwrap_or(0);
        let own = file.stages.get(index).and_then(|s| s.name.as_deref());
        if name.contains('$') || stages::find(&file.stages, name, index).is_some() {
            continue;
        }
        if own.is_some_and(|own| own.eq_ignore_ascii_case(name)) {
            let message = format!("{name} is the stage that the file is copied into");
            findings.add(
                file.finding(&CHECK, instruction, flag.span.clone(), message)
                    .aliases(&["DL3023", "DS-0006"]),
            );
        } else if !name.contains([':', '/', '@']) {
            let message = format!("no stage before this one is called {name}");
            findings.add(
                file.finding(&CHECK, instruction, flag.span.clone(), message)
                    .remedy("name a stage that stands before, or an image with its tag")
                    .aliases(&["DL3022"]),
            );
        }
    }
}

fn names(file: &Dockerfile<'_>, findings: &mut Findings) {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for stage in &file.stages {
        let Some(name) = stage.name.as_deref() else {
            continue;
        };
        let from = &file.instructions[stage.from];
        let word = from
            .words
            .get(2)
            .map_or(from.line_span.clone(), |w| w.span.clone());
        if RESERVED.contains(&name) {
            findings.add(
                file.finding(
                    &CHECK,
                    from,
                    word.clone(),
                    format!("{name} means something else to builders"),
                )
                .aliases(&["DL3063"]),
            );
        }
        if let Some(line) = seen.insert(name, file.source.line_of(from.span.start)) {
            findings.add(
                file.finding(
                    &CHECK,
                    from,
                    word,
                    format!("the stage on line {line} is called {name}, too"),
                )
                .aliases(&["DL3024", "DS-0012", "CKV_DOCKER_11"]),
            );
        }
    }
}
