//! Capabilities added or none dropped.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::compose::rule::{Found, Rule};
use crate::compose::service::Service;
use crate::manifest::object::capability;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-CP-005",
        title: "Capabilities added or none dropped",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["CIS Docker 5.4"],
        about: "Containers begin with fourteen capabilities, most of no use to a service; some that are added are as good as the host. Set `cap_drop: [ALL]` and add back the one that is needed.",
        good: r"services:
  web:
    image: registry.example/web:1.4.2
    cap_drop: [ALL]
",
        bad: r"services:
  web:
    image: registry.example/web:1.4.2
    cap_add: [SYS_ADMIN]
",
    },
    remedy: "Set `cap_drop: [ALL]` and add back the one that is needed",
    look,
};

const HOST: &[&str] = &[
    "ALL",
    "SYS_ADMIN",
    "SYS_MODULE",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "DAC_READ_SEARCH",
    "BPF",
    "PERFMON",
    "NET_ADMIN",
];

fn look(service: &Service<'_>, found: &mut Found<'_>) {
    for node in service.node.list("cap_add") {
        let name = capability(node);
        if HOST.contains(&name.as_str()) {
            found.add(
                node.span,
                &format!("adds `{name}`, which is as good as the host"),
            );
        }
    }
    if !service
        .node
        .list("cap_drop")
        .iter()
        .any(|node| capability(node) == "ALL")
    {
        found.add_rated(
            service.span(),
            "does not drop all capabilities",
            Severity::Medium,
        );
    }
}
