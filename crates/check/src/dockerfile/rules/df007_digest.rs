//! Base image not pinned by digest.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-007",
    title: "Base image not pinned by digest",
    severity: Severity::Low,
    fix: FixKind::Auto,
    peers: &[],
    about: "A tag can be moved to another image by whoever may push to the repository; a \
            digest cannot. Write both, the tag for people and the digest for the builder: \
            `image:tag@sha256:…`. `lazaret fix` asks the registry for it.",
    good: "FROM debian:12.7@sha256:27586f4609433f2f49a9157405b473c62c3cb28a581c413393975b4e8496d0ab\n",
    bad: "FROM debian:12.7\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for stage in &file.stages {
        let (Base::Image(image), Some(word)) = (&stage.base, &stage.image) else {
            continue;
        };
        if image.contains('@') {
            continue;
        }
        let from = &file.instructions[stage.from];
        let message = format!("{image} can be moved to another image");
        findings.add(
            file.finding(&CHECK, from, word.span.clone(), message)
                .remedy("write the digest behind the tag: name:tag@sha256:…"),
        );
    }
}
