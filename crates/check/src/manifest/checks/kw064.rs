//! Sandbox for foreign code without bounds.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::exposure::Policies;
use crate::manifest::facts::is_untrusted;
use crate::manifest::node::Node;
use crate::manifest::object::{Container, Pod, Role};
use crate::manifest::rule::{Found, Look, Rule};
use crate::manifest::scope::Scope;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-064",
        title: "Sandbox for foreign code without bounds",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["C-0301", "C-0303", "C-0297"],
        about: "Code that nobody has read runs here: without limits it takes the node, and without a policy for what goes out it is a stranger in the network. Set limits for CPU and memory, and deny egress but for what the sandbox needs.",
        good: r"{apiVersion: v1, kind: Pod, metadata: {name: agent, namespace: shop, labels: {trust: untrusted}}, spec: {containers: [{name: a, image: a, resources: {limits: {cpu: 1, memory: 1Gi}}}]}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: agent, namespace: shop}, spec: {podSelector: {}, policyTypes: [Ingress, Egress]}}
",
        bad: r"{apiVersion: v1, kind: Pod, metadata: {name: agent, namespace: shop, labels: {trust: untrusted}}, spec: {containers: [{name: a, image: a}]}}
",
    },
    remedy: "Set limits for CPU and memory, and deny egress but for what the sandbox needs",
    look: Look::Scope(look),
};

fn look<'a>(scope: &'a Scope, found: &mut Found<'a>) {
    let policies = Policies::of(scope);
    for pod in scope.objects.iter().filter_map(|one| one.pod()) {
        if !is_untrusted(&pod) {
            continue;
        }
        found.about(pod.object);
        let unbound = |one: &Container<'_>| {
            let limit = |name: &str| one.node.at(&["resources", "limits", name]);
            one.role != Role::Ephemeral
                && ["cpu", "memory"]
                    .into_iter()
                    .any(|name| limit(name).is_none_or(Node::is_empty))
        };
        let mut missing = Vec::new();
        if pod.spec.at(&["resources", "limits"]).is_none() && pod.containers().iter().any(unbound) {
            missing.push("no limit of CPU and memory");
        }
        if is_free(&pod, &policies) {
            missing.push("no policy for what goes out");
        }
        if !missing.is_empty() {
            found.add(
                pod.object.span(),
                format!(
                    "{} runs foreign code with {}",
                    pod.object.title(),
                    missing.join(" and ")
                ),
            );
        }
    }
}

/// Whether nothing says where a pod may connect to; policies of other kinds may.
fn is_free(pod: &Pod<'_>, policies: &Policies<'_>) -> bool {
    !policies.is_foreign() && policies.for_pod(pod, "Egress").is_empty()
}
