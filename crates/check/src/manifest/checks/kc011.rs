//! Audit policy missing or without key events.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::control::{component, flag};
use crate::manifest::node::Node;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-011",
        title: "Audit policy missing or without key events",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["C-0160", "C-0161"],
        about: "Without a policy the API server writes no audit events at all, and one that leaves out access to secrets, rights and commands in pods is blind where it matters. Give `--audit-policy-file` a policy that records at least the metadata of secrets, roles, and pods/exec.",
        good: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver, namespace: kube-system}, spec: {containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.34.2", command: [kube-apiserver, "--audit-policy-file=/etc/kubernetes/audit.yaml"]}]}}
"#,
        bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver, namespace: kube-system}, spec: {containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.34.2", command: [kube-apiserver, "--audit-log-path=/var/log/audit.log"]}]}}
"#,
    },
    remedy: "Give `--audit-policy-file` a policy that records at least the metadata of secrets, roles, and pods/exec",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    let containers = object.pod().map(|pod| pod.containers()).unwrap_or_default();
    for container in &containers {
        if component(container) == Some("kube-apiserver")
            && flag(container, "audit-policy-file").is_none()
        {
            found.add_as(
                &["C-0160"],
                container.span(),
                "`kube-apiserver` has no audit policy",
            );
        }
    }
    if object.kind() == "Policy" && object.group() == "audit.k8s.io" {
        policy(object, found);
    }
}

/// What nobody may be blind to: group, resource.
const KEY: &[(&str, &str)] = &[
    ("", "secrets"),
    ("", "pods/exec"),
    ("rbac.authorization.k8s.io", "clusterrolebindings"),
];

/// The first rule that is about an event decides.
fn policy(object: &Object, found: &mut Found<'_>) {
    let rules = object.node.list("rules");
    for (group, resource) in KEY {
        let mut of = rules.iter().filter(|rule| is_about(rule, group, resource));
        match of.next() {
            Some(rule) if rule.str_at("level") == Some("None") => found.add_as(
                &["C-0161"],
                rule.get("level").map_or(rule.span, |node| node.span),
                format!("{} records nothing about `{resource}`", object.title()),
            ),
            Some(_) => {}
            None => found.add_as(
                &["C-0161"],
                object.span(),
                format!("{} has no rule about `{resource}`", object.title()),
            ),
        }
    }
}

/// Whether a rule is about every request for a resource: one for some users, verbs or namespaces
/// leaves the others to the rules below it.
fn is_about(rule: &Node, group: &str, resource: &str) -> bool {
    let narrow = [
        "users",
        "userGroups",
        "verbs",
        "namespaces",
        "nonResourceURLs",
    ];
    if narrow.into_iter().any(|key| !rule.list(key).is_empty()) {
        return false;
    }
    let groups = rule.list("resources");
    let named = |one: &Node| {
        let resources = one.list("resources");
        let main = resource.split('/').next().unwrap_or(resource);
        let any = resources.iter().filter_map(Node::as_str).any(|name| {
            name == resource || name == "*" || name == "*/*" || (name == format!("{main}/*"))
        });
        one.str_at("group").unwrap_or_default() == group
            && one.list("resourceNames").is_empty()
            && (resources.is_empty() || any)
    };
    groups.is_empty() || groups.iter().any(named)
}
