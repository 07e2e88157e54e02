//! Privileged port exposed.

use super::df030_admin_port::ports;
use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-031",
    title: "Privileged port exposed",
    severity: Severity::Negligible,
    fix: FixKind::Suggested,
    peers: &["KSV-0117", "kl:privileged-ports"],
    about: "Below 1024, a program needs root or the capability NET_BIND_SERVICE to listen. \
            Listen above, and let the Service or the published port be the low one.",
    good: "FROM debian:12\nEXPOSE 8080\n",
    bad: "FROM debian:12\nEXPOSE 80\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for expose in file.of(Keyword::Expose) {
        for word in &expose.words {
            if let Some((first, _)) =
                ports(&word.value).filter(|(first, _)| (1..1024).contains(first))
            {
                findings.add(
                    file.finding(
                        &CHECK,
                        expose,
                        word.span.clone(),
                        format!("port {first} is privileged"),
                    )
                    .remedy("listen on a port above 1023"),
                );
            }
        }
    }
}
