//! Tool of administrators or attackers in the image.

use super::packages;
use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-029",
    title: "Tool of administrators or attackers in the image",
    severity: Severity::Medium,
    fix: FixKind::Manual,
    peers: &["DL3001", "CIS-DI-0003"],
    about: "Servers for logging in, network scanners and debuggers are what an intruder looks \
            for first, and no service needs them. Installed in the stage that ships, they \
            ship. Commands that only make sense on a machine that runs (top, mount, service) \
            do nothing in a build.",
    good: "FROM debian:12\nRUN apt-get install -y --no-install-recommends ca-certificates=20230311\n",
    bad: "FROM debian:12\nRUN apt-get install -y --no-install-recommends openssh-server=1:9.2p1-2\n",
};

/// Packages that let in, look around or attack.
const PACKAGES: [&str; 22] = [
    "openssh-server",
    "openssh",
    "dropbear",
    "telnetd",
    "telnet",
    "netcat",
    "netcat-openbsd",
    "netcat-traditional",
    "nmap",
    "nmap-ncat",
    "ncat",
    "socat",
    "tcpdump",
    "wireshark",
    "tshark",
    "hydra",
    "john",
    "sqlmap",
    "masscan",
    "gdb",
    "strace",
    "rsh-server",
];

/// Commands for a machine that runs, or for a person at it.
const IDLE: [&str; 10] = [
    "ssh", "vim", "shutdown", "service", "ps", "free", "top", "kill", "mount", "ifconfig",
];

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for (run, command) in commands(file) {
        if IDLE.contains(&command.name()) {
            let message = format!("{} makes no sense in a build", command.name());
            findings.add(
                file.finding(&CHECK, run, command.span.clone(), message)
                    .severity(Severity::Negligible)
                    .aliases(&["DL3001"]),
            );
        }
        let ships = run
            .stage
            .and_then(|s| file.stages.get(s))
            .is_none_or(|s| s.is_below);
        let Some(manager) = packages::ALL
            .iter()
            .find(|m| m.installs(command))
            .filter(|_| ships)
        else {
            continue;
        };
        for word in manager.packages(command) {
            let name = word
                .value
                .split(['=', '~', '<', '>', '/'])
                .next()
                .unwrap_or(&word.value);
            if PACKAGES.contains(&name) {
                findings.add(
                    file.finding(
                        &CHECK,
                        run,
                        word.span.clone(),
                        format!("{name} is installed in the image that ships"),
                    )
                    .remedy("leave it out, or install it in a stage that does not ship")
                    .aliases(&["CIS-DI-0003"]),
                );
            }
        }
    }
}
