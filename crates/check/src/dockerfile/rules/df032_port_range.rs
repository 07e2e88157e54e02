//! No valid port.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-032",
    title: "No valid port",
    severity: Severity::Low,
    fix: FixKind::Manual,
    peers: &["DL3011", "DS-0008"],
    about: "Ports are numbers from 0 to 65535, or ranges of them, with tcp, udp or sctp \
            behind a slash. A builder refuses others, or takes them for something else.",
    good: "FROM debian:12\nEXPOSE 8080/tcp 9000-9010\n",
    bad: "FROM debian:12\nEXPOSE 80800\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for expose in file.of(Keyword::Expose) {
        for word in expose.words.iter().filter(|w| !w.value.contains('$')) {
            let (numbers, protocol) = word.value.split_once('/').unwrap_or((&word.value, "tcp"));
            let (first, last) = numbers.split_once('-').unwrap_or((numbers, numbers));
            let number = |text: &str| text.parse::<u16>().ok();
            let ordered = number(first).zip(number(last)).is_some_and(|(a, b)| a <= b);
            let known = ["tcp", "udp", "sctp"]
                .iter()
                .any(|p| p.eq_ignore_ascii_case(protocol));
            if !ordered || !known {
                findings.add(file.finding(
                    &CHECK,
                    expose,
                    word.span.clone(),
                    format!("{} is no port", word.value),
                ));
            }
        }
    }
}
