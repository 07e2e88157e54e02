//! No limit of memory, CPU or processes.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::compose::rule::{Found, Rule};
use crate::compose::service::Service;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-CP-009",
        title: "No limit of memory, CPU or processes",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["CIS Docker 5.11", "CIS Docker 5.12", "CIS Docker 5.29"],
        about: "One service can take the host down for all the others. Set `deploy.resources.limits` with `memory`, `cpus` and `pids`.",
        good: r#"services:
  web:
    image: registry.example/web:1.4.2
    deploy: {resources: {limits: {memory: 256m, cpus: "0.5", pids: 100}}}
"#,
        bad: r"services:
  web:
    image: registry.example/web:1.4.2
    mem_limit: 256m
",
    },
    remedy: "Set `deploy.resources.limits` with `memory`, `cpus` and `pids`",
    look,
};

fn look(service: &Service<'_>, found: &mut Found<'_>) {
    let limits = service.node.at(&["deploy", "resources", "limits"]);
    let set = |short: &[&str], long: &str| {
        short
            .iter()
            .any(|key| service.node.get(key).is_some_and(|node| !node.is_empty()))
            || limits.is_some_and(|limits| limits.get(long).is_some())
    };
    let missing: Vec<&str> = [
        ("memory", set(&["mem_limit"], "memory")),
        ("CPU", set(&["cpus", "cpu_quota"], "cpus")),
        ("processes", set(&["pids_limit"], "pids")),
    ]
    .into_iter()
    .filter(|(_, set)| !set)
    .map(|(what, _)| what)
    .collect();
    if !missing.is_empty() {
        found.add(
            service.span(),
            &format!("has no limit of {}", missing.join(", ")),
        );
    }
}
