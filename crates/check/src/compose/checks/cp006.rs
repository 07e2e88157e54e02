//! Protection switched off.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::compose::rule::{Found, Rule};
use crate::compose::service::Service;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-CP-006",
        title: "Protection switched off",
        severity: Severity::High,
        fix: FixKind::Auto,
        peers: &["CIS Docker 5.2", "CIS Docker 5.3", "CIS Docker 5.22"],
        about: "The filters that keep a container from most of the kernel are gone. Remove the option.",
        good: r#"services:
  web:
    image: registry.example/web:1.4.2
    security_opt: ["no-new-privileges:true"]
"#,
        bad: r#"services:
  web:
    image: registry.example/web:1.4.2
    security_opt: ["seccomp:unconfined"]
"#,
    },
    remedy: "Remove the option",
    look,
};

fn look(service: &Service<'_>, found: &mut Found<'_>) {
    for (index, node) in service.node.list("security_opt").iter().enumerate() {
        let option = node.as_str().unwrap_or_default().replace('=', ":");
        let off = matches!(
            option.as_str(),
            "seccomp:unconfined"
                | "apparmor:unconfined"
                | "label:disable"
                | "label:type:spc_t"
                | "systempaths:unconfined"
                | "no-new-privileges:false"
        );
        if off {
            if let Some(list) = service.node.get("security_opt") {
                found.remove(list, index);
            }
            found.add(node.span, &format!("sets `{option}`"));
        }
    }
}
