//! Image by rolling tag or without digest.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::compose::rule::{Found, Rule};
use crate::compose::service::Service;
use crate::manifest::facts::{Tag, image_tag, is_rolling};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-CP-013",
        title: "Image by rolling tag or without digest",
        severity: Severity::Low,
        fix: FixKind::Suggested,
        peers: &["CIS Docker 5.28"],
        about: "A tag can be moved: the next start may run another program. Write `name:tag@sha256:…`.",
        good: r"services:
  web:
    image: registry.example/web:1.4.2@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
",
        bad: r"services:
  web:
    image: registry.example/web:latest
",
    },
    remedy: "Write `name:tag@sha256:…`",
    look,
};

fn look(service: &Service<'_>, found: &mut Found<'_>) {
    // What is built here gets its name here.
    let Some(image) = service
        .node
        .get("image")
        .filter(|_| service.node.get("build").is_none())
    else {
        return;
    };
    let Some(reference) = image.as_str().filter(|text| !text.contains("${")) else {
        return;
    };
    match image_tag(reference) {
        Tag::Digest => {}
        Tag::Named(tag) if !is_rolling(tag) => found.add(image.span, "takes its image by tag"),
        Tag::Named(tag) => found.add_rated(
            image.span,
            &format!("takes the rolling tag `{tag}`"),
            Severity::Medium,
        ),
        Tag::None => found.add_rated(
            image.span,
            &format!("takes `{reference}`, which has no tag"),
            Severity::Medium,
        ),
    }
}
