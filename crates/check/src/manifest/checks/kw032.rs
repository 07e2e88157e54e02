//! Pull policy unsafe for the tag.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::{Tag, image_tag};
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-032",
        title: "Pull policy unsafe for the tag",
        severity: Severity::Low,
        fix: FixKind::Auto,
        peers: &["C-0075", "ks:container-image-pull-policy", "CKV_K8S_15"],
        about: "With `IfNotPresent` or `Never` a moved tag is not seen, and a pod runs an image of a registry that it has no credentials for. Set `imagePullPolicy: Always`, or pin the digest.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      imagePullPolicy: Always
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      imagePullPolicy: Never
",
    },
    remedy: "Set `imagePullPolicy: Always`, or pin the digest",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    let pinned = container
        .node
        .str_at("image")
        .is_some_and(|image| matches!(image_tag(image), Tag::Digest));
    if let Some(node) = container
        .node
        .get("imagePullPolicy")
        .filter(|node| !pinned && matches!(node.as_str(), Some("Never" | "IfNotPresent")))
    {
        found.set(node, "Always");
        found.add(
            node.span,
            format!("{} may run a stale image", container.title()),
        );
    }
}
