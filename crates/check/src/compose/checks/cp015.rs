//! Service runs as root.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::compose::rule::{Found, Rule};
use crate::compose::service::Service;
use crate::manifest::node::Node;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-CP-015",
        title: "Service runs as root",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["CIS Docker 4.1"],
        about: "Root in a container is root on the host as soon as one wall fails. Set `user` to a number above 10000.",
        good: r#"services:
  web:
    image: registry.example/web:1.4.2
    user: "10001:10001"
"#,
        bad: r"services:
  web:
    image: registry.example/web:1.4.2
    user: root
",
    },
    remedy: "Set `user` to a number above 10000",
    look,
};

fn look(service: &Service<'_>, found: &mut Found<'_>) {
    let node = service.node.get("user");
    let user = node
        .and_then(Node::as_str)
        .map(|user| user.split(':').next().unwrap_or_default());
    match (node, user) {
        (Some(node), Some("root" | "0")) => found.add(node.span, "runs as root"),
        (Some(_), _) => {}
        // Only the image tells; where it is built here, its Dockerfile is judged instead.
        (None, _) if service.node.get("build").is_some() => {}
        (None, _) => found.unknown(
            service.span(),
            "sets no user: the image decides whether it runs as root",
        ),
    }
}
