//! Windows HostProcess container.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Pod;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-027",
        title: "Windows HostProcess container",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["KSV-0103", "C-0202"],
        about: "A HostProcess container runs on the Windows node itself, with its accounts and its network. Remove `windowsOptions.hostProcess: true`.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      securityContext:
        windowsOptions: {hostProcess: false}
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      securityContext:
        windowsOptions: {hostProcess: true}
",
    },
    remedy: "Remove `windowsOptions.hostProcess: true`",
    look: Look::Pod(look),
};

fn look(pod: &Pod<'_>, found: &mut Found<'_>) {
    let contexts = pod
        .containers()
        .into_iter()
        .map(|one| one.own_context())
        .chain([pod.context()]);
    for options in contexts
        .flatten()
        .filter_map(|context| context.get("windowsOptions"))
    {
        if let Some(node) = options
            .get("hostProcess")
            .filter(|node| node.as_bool() == Some(true))
        {
            found.add(
                node.span,
                format!(
                    "{} runs as a process of the Windows node",
                    pod.object.title()
                ),
            );
        }
    }
}
