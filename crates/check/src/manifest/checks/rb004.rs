//! system:masters bound.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Object;
use crate::manifest::rbac::subjects;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-RB-004",
        title: "system:masters bound",
        severity: Severity::Critical,
        fix: FixKind::Suggested,
        peers: &["KSV-0123", "C-0246"],
        about: "Members of the group pass every authorization, and no binding can take that from them. Bind a group of your own.",
        good: r"{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: ops}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}, subjects: [{kind: Group, name: ops}]}
",
        bad: r#"{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: ops}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}, subjects: [{kind: Group, name: "system:masters"}]}
"#,
    },
    remedy: "Bind a group of your own",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    if object.name() == "cluster-admin" && object.kind() == "ClusterRoleBinding" {
        return;
    }
    for name in subjects(object)
        .iter()
        .filter_map(|subject| subject.get("name"))
    {
        if name.as_str() == Some("system:masters") {
            found.add(
                name.span,
                format!("{} relies on `system:masters`", object.title()),
            );
        }
    }
}
