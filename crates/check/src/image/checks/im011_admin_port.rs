//! Image exposes a port for remote administration.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::dockerfile::admin_port;
use crate::image::{Facts, Rule, Told};

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-IM-011",
    title: "Image exposes a port for remote administration",
    severity: Severity::Medium,
    fix: FixKind::Suggested,
    peers: &["DS-0004"],
    about: "An image that exposes ssh, telnet, the Docker socket or a remote desktop expects \
            people to log in to containers. Use exec, which knows who is asking, and leave \
            such servers out.",
    good: r#"{"config":{"User":"1","ExposedPorts":{"8443/tcp":{}}},"rootfs":{"type":"layers","diff_ids":[]}}"#,
    bad: r#"{"config":{"User":"1","ExposedPorts":{"22/tcp":{}}},"rootfs":{"type":"layers","diff_ids":[]}}"#,
};

fn run(facts: &Facts) -> Vec<Told> {
    let known = facts
        .exposed_ports
        .iter()
        .filter_map(|port| admin_port(port));
    known
        .map(|(port, what)| {
            Told::new(
                format!("port {port} is for {what}"),
                "do not log in to containers; use exec",
            )
            .of(format!("port {port}"))
        })
        .collect()
}
