//! Image registry not approved.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::is_below;
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-033",
        title: "Image registry not approved",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &[
            "KSV-0125", "C-0001", "C-0078", "KSV-0032", "KSV-0033", "KSV-0034", "KSV-0035",
        ],
        about: "An image from elsewhere has passed none of the gates that images of the organisation pass. Copy the image to an approved registry and take it from there.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: docker.io/library/nginx:1.27.0
",
    },
    remedy: "Copy the image to an approved registry and take it from there",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    let allowed = &found.settings().registries;
    let Some(image) = container.node.get("image") else {
        return;
    };
    let Some(reference) = image.as_str().filter(|text| !text.is_empty()) else {
        return;
    };
    if !allowed.is_empty() && !is_below(reference, allowed) {
        found.add(
            image.span,
            format!(
                "{} takes `{reference}`, which is not of an approved registry",
                container.title()
            ),
        );
    }
}
