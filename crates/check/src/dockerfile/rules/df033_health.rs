//! No health check in the image that ships.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-033",
    title: "No health check in the image that ships",
    severity: Severity::Low,
    fix: FixKind::Suggested,
    peers: &["DL3057", "DS-0026", "CKV_DOCKER_2", "CIS-DI-0006"],
    about: "Without HEALTHCHECK, Docker, Swarm and Compose take a program that hangs for one \
            that works. Kubernetes has probes of its own and does not look at it; write \
            `HEALTHCHECK NONE` where that is decided.",
    good: "FROM debian:12\nHEALTHCHECK CMD [\"/app\", \"healthy\"]\n",
    bad: "FROM debian:12\nCMD [\"/app\"]\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    let Some(stage) = file.last_stage().filter(|s| s.is_real()) else {
        return;
    };
    let has = |stage: &Stage| {
        let own = file.of_stage(stage).iter();
        own.into_iter()
            .any(|i| i.keyword == Keyword::Healthcheck && !i.onbuild)
    };
    if file.chain(stage).any(has) {
        return;
    }
    let from = &file.instructions[stage.from];
    findings.add(
        file.finding(
            &CHECK,
            from,
            from.line_span.clone(),
            "the image that ships has no HEALTHCHECK",
        )
        .remedy("add HEALTHCHECK CMD …, or HEALTHCHECK NONE where something else looks after it"),
    );
}
