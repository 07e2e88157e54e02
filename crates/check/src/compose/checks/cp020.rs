//! Configuration or build from elsewhere.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::compose::rule::{Found, Rule};
use crate::compose::service::Service;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-CP-020",
        title: "Configuration or build from elsewhere",
        severity: Severity::Medium,
        fix: FixKind::Manual,
        peers: &[],
        about: "Whoever controls the address decides what runs here. Copy it into the repository, or pin it to a commit.",
        good: r#"services:
  web:
    image: registry.example/web:1.4.2
    build: {context: "https://git.example/web.git#0123456789abcdef0123456789abcdef01234567"}
"#,
        bad: r#"services:
  web:
    image: registry.example/web:1.4.2
    build: {context: "https://git.example/web.git"}
"#,
    },
    remedy: "Copy it into the repository, or pin it to a commit",
    look,
};

fn look(service: &Service<'_>, found: &mut Found<'_>) {
    let build = service.node.get("build");
    let context = build
        .filter(|node| node.as_str().is_some())
        .or_else(|| build.and_then(|node| node.get("context")));
    let extends = service.node.at(&["extends", "file"]);
    for node in context.into_iter().chain(extends) {
        if node
            .as_str()
            .is_some_and(|address| is_remote(address) && !is_pinned(address))
        {
            found.add(
                node.span,
                "is built or configured from an address that can change",
            );
        }
    }
}

fn is_remote(address: &str) -> bool {
    [
        "http://",
        "https://",
        "git://",
        "ssh://",
        "git@",
        "oci://",
        "github.com/",
    ]
    .iter()
    .any(|start| address.starts_with(start))
}

/// Whether an address names a commit or a digest.
fn is_pinned(address: &str) -> bool {
    let commit = address
        .split_once('#')
        .map(|(_, rest)| rest.split(':').next().unwrap_or_default());
    address.contains("@sha256:")
        || commit.is_some_and(|commit| {
            commit.len() >= 40 && commit.chars().all(|c| c.is_ascii_hexdigit())
        })
}
