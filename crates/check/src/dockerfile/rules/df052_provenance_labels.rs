//! Image does not say where it is from.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-052",
    title: "Image does not say where it is from",
    severity: Severity::Negligible,
    fix: FixKind::Suggested,
    peers: &["DL3049", "DL3051"],
    about: "`org.opencontainers.image.source` names the repository of an image. With it, a \
            finding in a running container leads to the people who can mend it, and update \
            tools find the release notes. Build systems often add it; where yours does, \
            skip this check.",
    good: "FROM debian:12\nLABEL org.opencontainers.image.source=\"https://git.example.org/app\"\n",
    bad: "FROM debian:12\nLABEL version=\"1\"\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    let Some(stage) = file.last_stage().filter(|s| s.is_real()) else {
        return;
    };
    let labels: Vec<Pair> = file
        .chain(stage)
        .flat_map(|s| file.of_stage(s))
        .filter(|i| i.keyword == Keyword::Label)
        .flat_map(Instruction::pairs)
        .collect();
    required(file, stage, &labels, findings);
    // Who labels nothing has it done by somebody else, or does not care; who labels
    // something meant to say what the image is.
    let known = [
        "org.opencontainers.image.source",
        "org.label-schema.vcs-url",
    ];
    if labels.is_empty()
        || !file.labels.is_empty()
        || labels
            .iter()
            .any(|l| known.contains(&l.key.as_str()) && l.value.as_deref() != Some(""))
    {
        return;
    }
    let label = file
        .of_stage(stage)
        .iter()
        .rfind(|i| i.keyword == Keyword::Label);
    let place = label.unwrap_or(&file.instructions[stage.from]);
    findings.add(
        file.finding(
            &CHECK,
            place,
            place.line_span.clone(),
            "no label says where the source is",
        )
        .remedy("add LABEL org.opencontainers.image.source=…")
        .aliases(&[]),
    );
}

/// Labels that hadolint's configuration asks for.
fn required(file: &Dockerfile<'_>, stage: &Stage, labels: &[Pair], findings: &mut Findings) {
    for (name, _) in &file.labels {
        let given = labels.iter().find(|one| one.key == *name);
        let (what, aliases): (_, &[&str]) = match given {
            None => ("is missing", &["DL3049"]),
            Some(one) if one.value.as_deref().unwrap_or("").is_empty() => ("is empty", &["DL3051"]),
            Some(_) => continue,
        };
        let place = &file.instructions[stage.from];
        let span = given.map_or(place.line_span.clone(), |one| one.span.clone());
        findings.add(
            file.finding(&CHECK, place, span, format!("the label {name} {what}"))
                .remedy(format!("add LABEL {name}=…"))
                .aliases(aliases),
        );
    }
}
