//! CPU limit or request absent.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::resource;
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-036",
        title: "CPU limit or request absent",
        severity: Severity::Low,
        fix: FixKind::Suggested,
        peers: &[
            "KSV-0011",
            "KSV-0015",
            "C-0270",
            "C-0268",
            "C-0050",
            "kl:unset-cpu-requirements",
            "ksec:LimitsCPU",
            "ksec:RequestsCPU",
            "CKV_K8S_10",
            "CKV_K8S_11",
        ],
        about: "One container can starve its neighbours, and the scheduler cannot weigh it. Set `resources.requests.cpu` and, where neighbours must be protected, `resources.limits.cpu`.",
        good: r#"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      resources: {requests: {cpu: 100m}, limits: {cpu: "1"}}
"#,
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      resources: {requests: {memory: 128Mi}}
",
    },
    remedy: "Set `resources.requests.cpu` and, where neighbours must be protected, `resources.limits.cpu`",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    resource(
        container,
        "limits",
        "cpu",
        &[
            "KSV-0011",
            "C-0270",
            "ksec:LimitsCPU",
            "CKV_K8S_11",
            "C-0050",
            "kl:unset-cpu-requirements",
        ],
        found,
    );
    resource(
        container,
        "requests",
        "cpu",
        &[
            "KSV-0015",
            "C-0268",
            "ksec:RequestsCPU",
            "CKV_K8S_10",
            "C-0050",
            "kl:unset-cpu-requirements",
        ],
        found,
    );
}
