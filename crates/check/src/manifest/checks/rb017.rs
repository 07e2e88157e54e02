//! Workload that can take over the cluster.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::rbac::grants;
use crate::manifest::rbac::{is_binding, role_name, subjects, takeover};
use crate::manifest::rule::{Found, Look, Rule};
use crate::manifest::scope::Scope;
use std::collections::HashMap;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-RB-017",
        title: "Workload that can take over the cluster",
        severity: Severity::High,
        fix: FixKind::Manual,
        peers: &[
            "C-0267",
            "C-0272",
            "C-0035",
            "sx:CheckDeploymentsDoNotHaveClusterAccess",
        ],
        about: "A flaw in this program is a flaw of the cluster: the token it is given leads to everything. Give the service account the rights the program uses, or mount no token.",
        good: r"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, spec: {serviceAccountName: web, automountServiceAccountToken: false, containers: []}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: web}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}, subjects: [{kind: ServiceAccount, name: web, namespace: shop}]}
",
        bad: r"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, spec: {serviceAccountName: web, containers: []}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: web}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}, subjects: [{kind: ServiceAccount, name: web, namespace: shop}]}
",
    },
    remedy: "Give the service account the rights the program uses, or mount no token",
    look: Look::Scope(look),
};

fn look<'a>(scope: &'a Scope, found: &mut Found<'a>) {
    let accounts = powerful(scope);
    if accounts.is_empty() {
        return;
    }
    for object in &scope.objects {
        let Some(pod) = object.pod() else { continue };
        if pod.spec.bool_at("automountServiceAccountToken") == Some(false) {
            continue;
        }
        let account = pod
            .spec
            .get("serviceAccountName")
            .or_else(|| pod.spec.get("serviceAccount"));
        let name = account.and_then(Node::as_str).unwrap_or("default");
        if let Some(why) = accounts.get(&(object.namespace(), name)) {
            found.about(object);
            let span = account.map_or(object.span(), |node| node.span);
            found.add(
                span,
                format!("{} has {why} through its service account", object.title()),
            );
        }
    }
}

/// Service accounts (namespace, name) whose rights lead to the cluster, and which right does.
fn powerful(scope: &Scope) -> HashMap<(&str, &str), String> {
    let mut roles: HashMap<(&str, &str, &str), &'static str> = HashMap::new();
    for object in &scope.objects {
        if let Some(why) = grants(object).iter().find_map(takeover) {
            let namespace = if object.kind() == "Role" {
                object.namespace()
            } else {
                ""
            };
            roles.insert((object.kind(), namespace, object.name()), why);
        }
    }
    let mut accounts = HashMap::new();
    for object in scope.objects.iter().filter(|object| is_binding(object)) {
        let Some(role) = role_name(object).and_then(Node::as_str) else {
            continue;
        };
        let kind = object
            .node
            .at(&["roleRef", "kind"])
            .and_then(Node::as_str)
            .unwrap_or("ClusterRole");
        let namespace = if kind == "Role" {
            object.namespace()
        } else {
            ""
        };
        let why = match role {
            "cluster-admin" => "cluster-admin",
            _ => match roles.get(&(kind, namespace, role)) {
                Some(why) => why,
                None => continue,
            },
        };
        for subject in subjects(object)
            .iter()
            .filter(|subject| subject.str_at("kind") == Some("ServiceAccount"))
        {
            let home = subject.str_at("namespace").unwrap_or(object.namespace());
            let name = subject.str_at("name").unwrap_or_default();
            accounts.insert((home, name), format!("{why} ({})", object.title()));
        }
    }
    accounts
}
