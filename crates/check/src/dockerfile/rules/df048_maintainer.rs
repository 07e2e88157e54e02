//! MAINTAINER is deprecated.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-048",
    title: "MAINTAINER is deprecated",
    severity: Severity::Negligible,
    fix: FixKind::Auto,
    peers: &["DL4000", "DS-0022", "CKV_DOCKER_6"],
    about: "The instruction is deprecated since Docker 1.13, and other builders refuse it. A \
            label says the same: `LABEL org.opencontainers.image.authors=…`.",
    good: "FROM debian:12\nLABEL org.opencontainers.image.authors=\"team@example.org\"\n",
    bad: "FROM debian:12\nMAINTAINER team@example.org\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for maintainer in file.of(Keyword::Maintainer) {
        let text = maintainer.args.as_str().trim_matches(['"', '\'']);
        let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
        findings.add(
            file.finding(
                &CHECK,
                maintainer,
                maintainer.line_span.clone(),
                "MAINTAINER is deprecated",
            )
            .remedy("write LABEL org.opencontainers.image.authors=…")
            .edit(
                maintainer.line_span.clone(),
                format!("LABEL org.opencontainers.image.authors=\"{quoted}\""),
            ),
        );
    }
}
