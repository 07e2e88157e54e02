//! Image not pinned by digest.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::{Tag, image_tag};
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-031",
        title: "Image not pinned by digest",
        severity: Severity::Low,
        fix: FixKind::Auto,
        peers: &["C-0306", "CKV_K8S_43"],
        about: "A tag can be moved; a digest cannot. Write `name:tag@sha256:…`.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
    },
    remedy: "Write `name:tag@sha256:…`",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    let Some(image) = container.node.get("image") else {
        return;
    };
    if image
        .as_str()
        .is_some_and(|text| !text.is_empty() && !matches!(image_tag(text), Tag::Digest))
    {
        found.add(
            image.span,
            format!("{} takes its image by tag", container.title()),
        );
    }
}
