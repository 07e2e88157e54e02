//! Image tag rolling or missing.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::{Tag, image_tag, is_rolling};
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-030",
        title: "Image tag rolling or missing",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &[
            "KSV-0013",
            "C-0075",
            "kl:latest-tag",
            "ks:container-image-tag",
            "CKV_K8S_14",
        ],
        about: "Two nodes may run two different programs under the same name, and going back is not possible. Name a version, better a digest.",
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
      image: registry.example/web:latest
",
    },
    remedy: "Name a version, better a digest",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    let Some(image) = container.node.get("image") else {
        return;
    };
    let Some(reference) = image.as_str().filter(|text| !text.is_empty()) else {
        return;
    };
    match image_tag(reference) {
        Tag::Digest => {}
        Tag::None => found.add(
            image.span,
            format!(
                "{} takes `{reference}`, which has no tag",
                container.title()
            ),
        ),
        Tag::Named(tag) if is_rolling(tag) => found.add(
            image.span,
            format!("{} takes the rolling tag `{tag}`", container.title()),
        ),
        Tag::Named(_) => {}
    }
}
