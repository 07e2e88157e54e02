//! Device of the node requested by an untrusted workload.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-062",
        title: "Device of the node requested by an untrusted workload",
        severity: Severity::Medium,
        fix: FixKind::Manual,
        peers: &[],
        about: "A device is kernel code that the workload can attack directly. Take the device away, or the label that calls the workload untrusted.",
        good: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, labels: {trust: untrusted}}, spec: {containers: [{name: web, image: "registry.example/web:1.4.2", resources: {limits: {memory: 1Gi}}}]}}
"#,
        bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, labels: {trust: untrusted}}, spec: {containers: [{name: web, image: "registry.example/web:1.4.2", resources: {limits: {nvidia.com/gpu: 1}}}]}}
"#,
    },
    remedy: "Take the device away, or the label that calls the workload untrusted",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    if container.pod.label("trust") != Some("untrusted") {
        return;
    }
    let limits = container.node.at(&["resources", "limits"]);
    for (key, _) in limits.into_iter().flat_map(Node::entries) {
        // Resources of device plug-ins carry their vendor's domain.
        if let Some(name) = key.as_str().filter(|name| name.contains('/')) {
            found.add(key.span, format!("{} asks for `{name}`", container.title()));
        }
    }
}
