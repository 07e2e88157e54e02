//! Mount propagated to the host.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::compose::rule::{Found, Rule};
use crate::compose::service::{Service, mounts};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-CP-018",
        title: "Mount propagated to the host",
        severity: Severity::Low,
        fix: FixKind::Suggested,
        peers: &["CIS Docker 5.20"],
        about: "What the container mounts appears on the host and in other containers. Remove the propagation, or use `rslave`.",
        good: r"services:
  web:
    image: registry.example/web:1.4.2
    volumes: [{type: bind, source: ./data, target: /data}]
",
        bad: r"services:
  web:
    image: registry.example/web:1.4.2
    volumes: [{type: bind, source: ./data, target: /data, bind: {propagation: rshared}}]
",
    },
    remedy: "Remove the propagation, or use `rslave`",
    look,
};

fn look(service: &Service<'_>, found: &mut Found<'_>) {
    for mount in mounts(service) {
        if mount
            .options
            .iter()
            .any(|option| matches!(option.as_str(), "shared" | "rshared"))
        {
            found.add(mount.span, "propagates mounts to the host");
        }
    }
}
