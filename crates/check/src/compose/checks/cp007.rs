//! no-new-privileges missing.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::compose::rule::{Found, Rule};
use crate::compose::service::Service;
use crate::manifest::node::Node;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-CP-007",
        title: "no-new-privileges missing",
        severity: Severity::Medium,
        fix: FixKind::Auto,
        peers: &["CIS Docker 5.26"],
        about: "A set-uid program in the image gives its caller more rights than the container started with. Add `no-new-privileges:true` to `security_opt`.",
        good: r#"services:
  web:
    image: registry.example/web:1.4.2
    security_opt: ["no-new-privileges:true"]
"#,
        bad: r#"services:
  web:
    image: registry.example/web:1.4.2
    security_opt: ["seccomp:default.json"]
"#,
    },
    remedy: "Add `no-new-privileges:true` to `security_opt`",
    look,
};

fn look(service: &Service<'_>, found: &mut Found<'_>) {
    let set = service
        .node
        .list("security_opt")
        .iter()
        .filter_map(Node::as_str);
    if !set.map(|option| option.replace('=', ":")).any(|option| {
        matches!(
            option.as_str(),
            "no-new-privileges" | "no-new-privileges:true"
        )
    }) {
        let option = "no-new-privileges:true";
        match service.node.get("security_opt") {
            Some(list) => found.append(list, option),
            None => found.insert(service, "security_opt", &format!("[\"{option}\"]")),
        }
        found.add(service.span(), "may gain privileges after it has started");
    }
}
