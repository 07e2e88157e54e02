//! Memory request absent.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::resource;
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-035",
        title: "Memory request absent",
        severity: Severity::Low,
        fix: FixKind::Suggested,
        peers: &["KSV-0016", "C-0269", "ksec:RequestsMemory", "CKV_K8S_12"],
        about: "The scheduler packs the pod as if it needed nothing, and it is the first to be evicted. Set `resources.requests.memory`.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      resources: {requests: {memory: 128Mi}}
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      resources: {requests: {cpu: 100m}}
",
    },
    remedy: "Set `resources.requests.memory`",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    // A limit without a request is taken as the request too.
    if container
        .node
        .at(&["resources", "limits", "memory"])
        .is_some_and(|limit| !limit.is_empty())
        && container.node.at(&["resources", "requests"]).is_none()
    {
        return;
    }
    resource(container, "requests", "memory", &[], found);
}
