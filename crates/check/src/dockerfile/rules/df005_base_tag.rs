//! Base image without a tag.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-005",
    title: "Base image without a tag",
    severity: Severity::Medium,
    fix: FixKind::Suggested,
    peers: &["DL3006", "DS-0001", "CKV_DOCKER_7"],
    about: "Without a tag or digest, `FROM` takes whatever is called latest on the day of the \
            build, so the same file makes different images and nobody has decided for the \
            version that ships. Name the version, and better its digest.",
    good: "FROM debian:12.7\n",
    bad: "FROM debian\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for stage in &file.stages {
        let Some(word) = &stage.image else {
            continue;
        };
        let known = match &stage.base {
            Base::Image(image) => image.as_str(),
            // What a variable holds is not known, but what stands around it is.
            Base::Unknown => word.value.as_str(),
            Base::Stage(_) | Base::Scratch => continue,
        };
        let last = last_part(known);
        if known.contains('@') || last.contains(':') || last.starts_with('$') {
            continue;
        }
        let from = &file.instructions[stage.from];
        let message = format!("the base image {known} has no tag");
        let finding = file
            .finding(&CHECK, from, word.span.clone(), message)
            .remedy("name a version, or better a digest");
        // hadolint does not look into variables.
        findings.add(match word.value.starts_with('$') {
            true => finding.aliases(&["DS-0001", "CKV_DOCKER_7"]),
            false => finding,
        });
    }
}

/// What stands behind the last slash that is not inside of `${…}`.
fn last_part(image: &str) -> &str {
    let mut depth = 0usize;
    let mut from = 0;
    for (at, c) in image.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '/' if depth == 0 => from = at + 1,
            _ => {}
        }
    }
    image.get(from..).unwrap_or(image)
}
