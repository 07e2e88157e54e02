//! Port for remote administration exposed.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-030",
    title: "Port for remote administration exposed",
    severity: Severity::Medium,
    fix: FixKind::Suggested,
    peers: &["DS-0004", "CKV_DOCKER_1", "kl:ssh-port"],
    about: "An image that exposes ssh, telnet, the Docker socket or a remote desktop expects \
            people to log in to containers. Use `docker exec` or `kubectl exec`, which know \
            who is asking, and leave such servers out.",
    good: "FROM debian:12\nEXPOSE 8443\n",
    bad: "FROM debian:12\nEXPOSE 22\n",
};

/// Ports with what listens there.
const PORTS: [(u32, &str); 12] = [
    (22, "ssh"),
    (23, "telnet"),
    (512, "rexec"),
    (513, "rlogin"),
    (514, "rsh"),
    (2375, "Docker without TLS"),
    (2376, "Docker"),
    (3389, "remote desktop"),
    (5900, "VNC"),
    (5901, "VNC"),
    (5985, "WinRM"),
    (10250, "kubelet"),
];

/// What listens for administrators on a port that a word of `EXPOSE` names.
pub(crate) fn admin_port(word: &str) -> Option<(u32, &'static str)> {
    let (first, last) = ports(word)?;
    let known = PORTS
        .iter()
        .find(|(port, _)| first <= *port && *port <= last);
    known.copied()
}

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for expose in file.of(Keyword::Expose) {
        for word in &expose.words {
            let Some((port, what)) = admin_port(&word.value) else {
                continue;
            };
            let message = format!("port {port} is for {what}");
            let finding = file
                .finding(&CHECK, expose, word.span.clone(), message)
                .remedy("do not log in to containers; use exec");
            findings.add(if port == 22 {
                finding
            } else {
                finding.aliases(&[])
            });
        }
    }
}

/// The ports that a word of `EXPOSE` names: `80`, `80/tcp`, `80-90`.
pub(super) fn ports(word: &str) -> Option<(u32, u32)> {
    let numbers = word.split('/').next().unwrap_or(word);
    let (first, last) = numbers.split_once('-').unwrap_or((numbers, numbers));
    Some((first.parse().ok()?, last.parse().ok()?))
}
