//! Memory limit absent.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::resource;
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-034",
        title: "Memory limit absent",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &[
            "KSV-0018",
            "C-0271",
            "C-0009",
            "C-0004",
            "kl:unset-memory-requirements",
            "ks:container-resources",
            "ksec:LimitsMemory",
            "CKV_K8S_13",
        ],
        about: "One container can take the node's memory, and the kernel then kills others. Set `resources.limits.memory`.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      resources: {limits: {memory: 256Mi}}
",
        bad: r#"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      resources: {limits: {cpu: "1"}}
"#,
    },
    remedy: "Set `resources.limits.memory`",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    resource(container, "limits", "memory", &[], found);
}
