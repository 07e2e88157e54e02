//! Rights as roles grant them and bindings hand them out.

use super::node::Node;
use super::object::Object;

/// Verbs that change or act as an object.
pub(crate) const CHANGE: &[&str] = &[
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "impersonate",
];

/// Verbs that read or change an object.
pub(crate) const MANAGE: &[&str] = &[
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "impersonate",
];

/// One rule of a Role or ClusterRole.
#[derive(Clone, Copy)]
pub(crate) struct Grant<'a> {
    /// The rule.
    pub node: &'a Node,
    /// Whether it holds in every namespace.
    pub cluster: bool,
}

/// Every rule of a role; nothing for any other object. Rules that a cluster aggregates from
/// other roles are those roles' own.
pub(crate) fn grants(object: &Object) -> Vec<Grant<'_>> {
    let cluster = match object.kind() {
        "ClusterRole" => true,
        "Role" => false,
        _ => return Vec::new(),
    };
    object
        .node
        .list("rules")
        .iter()
        .map(|node| Grant { node, cluster })
        .collect()
}

impl<'a> Grant<'a> {
    /// The entry of `verbs` that grants one of `verbs`; `*` grants all.
    pub(crate) fn verb(&self, verbs: &[&str]) -> Option<&'a Node> {
        one_of(self.node.list("verbs"), verbs)
    }

    /// The entry of `resources` that names one of `resources`, by its own name.
    pub(crate) fn resource(&self, resources: &[&str]) -> Option<&'a Node> {
        self.node
            .list("resources")
            .iter()
            .find(|node| node.as_str().is_some_and(|name| resources.contains(&name)))
    }

    /// The entry of `resources` that reaches one of `resources`, `*` and `*/part` included.
    pub(crate) fn reaches(&self, resources: &[&str]) -> Option<&'a Node> {
        one_of(self.node.list("resources"), resources)
    }

    /// Whether the rule is for every object, not for some by name.
    pub(crate) fn is_unnamed(&self) -> bool {
        let names = self.node.list("resourceNames");
        names.is_empty() || names.iter().any(|name| name.as_str() == Some("*"))
    }

    /// Whether it grants one of `verbs` on one of `resources`: the resource's entry.
    pub(crate) fn allows(&self, verbs: &[&str], resources: &[&str]) -> Option<&'a Node> {
        self.verb(verbs).and_then(|_| self.resource(resources))
    }
}

fn one_of<'a>(entries: &'a [Node], wanted: &[&str]) -> Option<&'a Node> {
    entries.iter().find(|node| {
        node.as_str()
            .is_some_and(|name| name == "*" || wanted.contains(&name))
    })
}

/// Subjects of a binding; nothing for any other object.
pub(crate) fn subjects(object: &Object) -> &[Node] {
    if is_binding(object) {
        object.node.list("subjects")
    } else {
        &[]
    }
}

/// Whether it is a RoleBinding or ClusterRoleBinding.
pub(crate) fn is_binding(object: &Object) -> bool {
    matches!(object.kind(), "RoleBinding" | "ClusterRoleBinding")
}

/// The role a binding hands out.
pub(crate) fn role_name(object: &Object) -> Option<&Node> {
    object
        .node
        .at(&["roleRef", "name"])
        .filter(|_| is_binding(object))
}

/// What a rule gives that leads to the whole cluster, in words; `None` when it gives none.
pub(crate) fn takeover(grant: &Grant<'_>) -> Option<&'static str> {
    let any = |verbs: &[&str], resources: &[&str]| {
        grant.verb(verbs).is_some() && grant.reaches(resources).is_some()
    };
    let everything = any(&["*"], &["*"])
        && grant
            .reaches(&["*"])
            .is_some_and(|node| node.as_str() == Some("*"));
    if everything {
        Some("everything on everything")
    } else if any(&["escalate", "bind"], &["roles", "clusterroles"]) {
        Some("escalating its own rights")
    } else if any(&["impersonate"], &["users", "groups", "serviceaccounts"]) {
        Some("acting as somebody else")
    } else if grant.cluster && any(&["get", "list", "watch"], &["secrets"]) && grant.is_unnamed() {
        Some("reading every Secret of the cluster")
    } else if grant.cluster
        && any(
            &["create", "update", "patch"],
            &[
                "pods",
                "deployments",
                "daemonsets",
                "statefulsets",
                "jobs",
                "cronjobs",
            ],
        )
    {
        Some("starting pods anywhere")
    } else if grant.cluster && any(&["create"], &["pods/exec", "pods/attach"]) {
        Some("entering every pod")
    } else if any(&["get", "create"], &["nodes/proxy"]) {
        Some("commanding kubelets")
    } else {
        None
    }
}
