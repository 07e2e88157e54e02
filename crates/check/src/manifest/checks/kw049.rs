//! Process namespace shared between containers.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::host_flag;
use crate::manifest::object::Pod;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-049",
        title: "Process namespace shared between containers",
        severity: Severity::Medium,
        fix: FixKind::Manual,
        peers: &[],
        about: "Every container of the pod can read the environments and memory of the others, and signal them. Remove `shareProcessNamespace: true`.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  shareProcessNamespace: false
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  shareProcessNamespace: true
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
    },
    remedy: "Remove `shareProcessNamespace: true`",
    look: Look::Pod(look),
};

fn look(pod: &Pod<'_>, found: &mut Found<'_>) {
    host_flag(
        pod,
        "shareProcessNamespace",
        "shares one process namespace between its containers",
        found,
    );
}
