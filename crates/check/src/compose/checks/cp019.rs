//! Log or limits of the host switched off.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::compose::rule::{Found, Rule};
use crate::compose::service::Service;
use crate::manifest::node::Node;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-CP-019",
        title: "Log or limits of the host switched off",
        severity: Severity::Negligible,
        fix: FixKind::Suggested,
        peers: &["CIS Docker 5.19"],
        about: "Nothing is left of what the service said, or it may open files and start processes without end. Remove `driver: none` and unlimited `ulimits`.",
        good: r"services:
  web:
    image: registry.example/web:1.4.2
    logging: {driver: json-file, options: {max-size: 10m}}
",
        bad: r"services:
  web:
    image: registry.example/web:1.4.2
    logging: {driver: none}
",
    },
    remedy: "Remove `driver: none` and unlimited `ulimits`",
    look,
};

fn look(service: &Service<'_>, found: &mut Found<'_>) {
    if let Some(node) = service
        .node
        .at(&["logging", "driver"])
        .filter(|node| node.as_str() == Some("none"))
    {
        found.add(node.span, "keeps no log");
    }
    for (name, limit) in service
        .node
        .get("ulimits")
        .into_iter()
        .flat_map(Node::entries)
    {
        let endless = [Some(limit), limit.get("hard"), limit.get("soft")]
            .into_iter()
            .flatten()
            .any(|node| node.as_int() == Some(-1));
        if endless {
            found.add(
                limit.span,
                &format!("has no limit of `{}`", name.as_str().unwrap_or_default()),
            );
        }
    }
}
