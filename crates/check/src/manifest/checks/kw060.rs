//! Projected token lives long or for everybody.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Pod;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-060",
        title: "Projected token lives long or for everybody",
        severity: Severity::Medium,
        fix: FixKind::Manual,
        peers: &[],
        about: "A token for a day, or for the API server when another service was meant, is worth stealing. Name the audience and keep `expirationSeconds` at an hour.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  volumes: [{name: token, projected: {sources: [{serviceAccountToken: {path: token, expirationSeconds: 3600, audience: vault}}]}}]
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  volumes: [{name: token, projected: {sources: [{serviceAccountToken: {path: token, expirationSeconds: 604800, audience: vault}}]}}]
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
    },
    remedy: "Name the audience and keep `expirationSeconds` at an hour",
    look: Look::Pod(look),
};

/// A day, the longest a projected token should live.
const DAY: i64 = 86_400;

fn look(pod: &Pod<'_>, found: &mut Found<'_>) {
    for volume in pod.spec.list("volumes") {
        let sources = volume
            .get("projected")
            .map_or(&[][..], |projected| projected.list("sources"));
        for token in sources
            .iter()
            .filter_map(|source| source.get("serviceAccountToken"))
        {
            if let Some(node) = token
                .get("expirationSeconds")
                .filter(|node| node.as_int().is_some_and(|seconds| seconds > DAY))
            {
                found.add(
                    node.span,
                    format!(
                        "{} asks for a token of {} seconds",
                        pod.object.title(),
                        node.as_str().unwrap_or_default()
                    ),
                );
            }
        }
    }
}
